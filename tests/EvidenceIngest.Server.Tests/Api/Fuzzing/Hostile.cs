using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using FsCheck;
using FsCheck.Fluent;

namespace EvidenceIngest.Server.Tests.Api.Fuzzing;

/// <summary>
/// Texts and JSON that a client could send by mistake or on purpose. A body is derived from the type that its endpoint
/// accepts: mostly right, here and there wrong in one of the ways that have broken services before.
/// </summary>
internal static class Hostile
{
    private const int Deepest = 6;

    /// <summary>Larger than any route takes.</summary>
    private static readonly string Huge = new('长', 10 << 20);

    /// <summary>As they stand in an address: some are escaped text, some are no text at all.</summary>
    public static readonly Gen<string> Segments = Gen.Elements(
        "%00", "a%00b", "%FF%FE", "%C0%AF", "%ED%A0%80", "..%2f..%2fetc", "%2F", "a%0d%0aSet-Cookie:x", "%25", "%25%30%30", "-1", "0", "9223372036854775808",
        "99999999999999999999999999", "1e9", "NaN", "null", "service", "me", "current", "%F0%9F%98%80", "'%20or%201=1--", "%3Cscript%3E", "{id}", "*", "~",
        "00000000-0000-0000-0000-000000000000", "0x7f", "%E2%80%AE", "%20", new string('x', 300), new string('9', 3000), "%E6%A1%88-nobody");

    private static readonly Gen<string> QueryValues = Gen.Frequency(
        (3, Segments),
        (2, Gen.Elements(
            "", "sealed", "time", "case", "unit", "month", "true", "false", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-20", "2147483647", "-2147483648", "9223372036854775807",
            "1763604000000000_ev-1", "0_", "_", "9999999999999999_x", "1_%00", "json", "vtt", "text", "2026-11-20T09:30:00%2B08:00")));

    private static readonly Gen<string> Wrong = Gen.Frequency(
        (4, Gen.Elements(
            "null", "true", "0", "-1", "1", "2147483648", "9223372036854775808", "1e400", "-1e-400", "0.5", "[]", "{}", "[null]", "[[]]", "\"\"", "\" \"", "\"0\"", "\"-1\"",
            "\"null\"", "[null,null]", "{\"a\":{\"a\":{\"a\":null}}}")),
        (3, Gen.Elements(
            "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u202e\"", "\"\\u001b[31m\"", "\"a\\r\\nb\"", "\"\\ufffe\"", "\"%00\"", "\"../../x\"",
            "\"'; drop table items;--\"", "\"=1+1\"", "\"\\ud83d\\ude00\"")),
        (3, Gen.Elements(
            "\"0001-01-01\"", "\"9999-12-31\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59-14:00\"",
            "\"2026-02-30\"", "\"1600-01-01T00:00:00\"", "\"10675199.02:48:05.4775807\"", "\"-10675199.02:48:05.4775808\"", "\"99999999999999999999\"")),
        (1, Gen.Choose(0, 3).Select(n => "\"" + new string('长', 20 << (3 * n)) + "\"")));

    /// <summary>By the name of the member: what lets a request get further than the check of that member.</summary>
    private static readonly Dictionary<string, string[]> Usual = new()
    {
        ["sha256"] = [new string('a', 64), new string('b', 64), new string('0', 64)],
        ["sm3"] = [new string('c', 64)],
        ["contentMd5"] = ["1B2M2Y8AsgTpgAmY7PhCfg=="],
        ["tokenSha256"] = [new string('d', 64)],
        ["timeOfProduction"] = ["2026-11-20T09:30:00+08:00", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"],
        ["unit"] = ["zd1", "zd1", "bj", "root"],
        ["language"] = ["zh", "zh-CN"],
        ["text"] = ["请出示证件", "=1+1", "\u00a0"],
        ["url"] = ["http://127.0.0.1:1/x", "https://[::1]/", "https://a.invalid/\ud83d\ude00", "https://a@b:99999/", "http://169.254.169.254/", "//x", "https://xn--a/"],
        ["types"] = ["item.*", "item.sealed", "*", "nothing.at.all"],
        ["addresses"] = ["10.0.0.0/8", "0.0.0.0/0", "::/0", "10.0.0.1/33", "fe80::1%eth0/64"],
        ["password"] = ["A1b2c3d4e5", ""],
        ["recorderPath"] = ["DCIM/dev_013302_20261120093000.MP4", "DCIM/99999999999999.MP4", "a/b", "%00", "."],
        ["csv"] =
        [
            "案号,状态,单位编号,执行终结日期\n案-zd1,已结案,zd1,9999-12-31", "案号,状态,单位编号\n\"案-zd1,办理中,zd1", "账号,姓名,单位编号\nx,\u0001,zd1", "记录仪编号,警号,姓名,单位编号,领用时间\ndev-zd1,1,甲,zd1,0001-01-01\ndev-zd1,1,甲,zd1,9999/12/31 23:59",
            "date,kind,occasion\n2027-01-01,holiday,元旦\n0001-01-01,holiday,x", "事项编号,事项名称,法律依据,全过程记录,保管期限类别\na,b,c,是,\n\u0000,b,c,x,d", "\ufeff", ",,,\n,,,", "案号;状态\r\n\r\n",
        ],
    };

    /// <summary>The value of one member of a query.</summary>
    public static Gen<string> Query(Gen<string> names) => Gen.Frequency((2, names.Select(Uri.EscapeDataString)), (5, QueryValues));

    /// <summary>A body for an endpoint that takes <paramref name="type"/>.</summary>
    /// <param name="type">What it accepts; null: nothing.</param>
    /// <param name="texts">For texts, which are kept and shown to whoever may see what they belong to.</param>
    /// <param name="ids">For members that name something.</param>
    public static Gen<byte[]> Body(Type? type, Gen<string> texts, Gen<string> ids)
    {
        var names = new Names(texts, ids);
        // Half of them have no fault of form: their strange values get to where they are used.
        var whole = type is null ? Gen.Constant("{}") : Gen.OneOf(Json(type, null, names, 0, 0), Json(type, null, names, 0, 1));
        return Gen.Frequency(
            (30, whole.Select(Utf8)),
            (1, Wrong.Select(Utf8)),
            (1, whole.Select(json => Utf8(json)[..(Utf8(json).Length / 2)])),
            (1, whole.Select(json => (byte[])[.. Utf8(json), (byte)'x'])),
            (1, whole.Select(json => (byte[])[0xEF, 0xBB, 0xBF, .. Utf8(json)])),
            (1, whole.Select(json => Array.ConvertAll(Utf8(json), b => b == (byte)'a' ? (byte)0xFF : b))),
            (1, Gen.Elements(70, 5000, 100_000).Select(n => Utf8(string.Concat(Enumerable.Repeat("{\"items\":[", n))))),
            (1, Gen.Constant(Array.Empty<byte>())));
    }

    /// <summary>Once in a while only: each takes as long as fifty others.</summary>
    public static byte[] HugeBody { get; } = Utf8($"{{\"why\":\"{Huge}\"}}");

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static Gen<string> Json(Type type, string? member, Names names, int depth, int faults)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Gen.Frequency((1, Gen.Constant("null")), (4, Json(inner, member, names, depth, faults)));
        var right = Right(type, member, names, depth, faults);
        return Gen.Frequency((14, right), (faults, Wrong));
    }

    private static Gen<string> Right(Type type, string? member, Names names, int depth, int faults)
    {
        if (type == typeof(string))
        {
            var usual = Gen.Frequency((3, member is "items" or "case" ? names.Ids : names.Texts), (2, Gen.Elements("给检察院", "proxy", "zh", "期满"))).Select(Quoted);
            return member is not null && Usual.TryGetValue(member, out var known) ? Gen.Frequency((4, Gen.Elements(known).Select(Quoted)), (1, usual)) : usual;
        }

        if (type == typeof(bool))
            return Gen.Elements("true", "false");
        if (type.IsEnum)
        {
            // Of the many kinds of events, docks tell few.
            var words = Gen.Elements(Enum.GetNames(type)).Select(Quoted);
            return type == typeof(CustodyEventKind) ? Gen.Frequency((8, Gen.Elements("\"Docked\"", "\"Offloaded\"")), (1, words)) : words;
        }

        if (type == typeof(DateOnly))
            return Gen.Frequency((4, Gen.Elements("2026-11-20", "2026-11-21", "1970-01-01", "2100-02-28")), (1, Gen.Elements("0001-01-01", "9999-12-31"))).Select(Quoted);
        if (type == typeof(DateTimeOffset))
        {
            return Gen.Frequency(
                (6, Gen.Elements("2026-11-20T10:00:00Z", "2026-11-20T18:00:00.1234567+08:00", "1980-01-01T00:00:00Z")),
                (1, Gen.Elements("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "0001-01-01T14:00:00+14:00", "9999-12-31T09:59:59-14:00"))).Select(Quoted);
        }

        if (type == typeof(DateTime))
            return Gen.Frequency((4, Gen.Elements("2026-11-20T10:00:00", "1980-01-01T00:00:00", "2026-11-20T10:00:00Z")), (1, Gen.Elements("0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999"))).Select(Quoted);
        if (type == typeof(TimeSpan))
            return Gen.Frequency((4, Gen.Elements("00:01:30", "-00:01:30", "1.00:00:00")), (1, Gen.Elements("10675199.02:48:05.4775807", "-10675199.02:48:05.4775808"))).Select(Quoted);
        if (type == typeof(Guid))
            return Gen.Fresh(() => Quoted(Guid.NewGuid().ToString()));
        if (type.IsPrimitive)
            return Gen.Elements("0", "1", "2", "15", "30", "100", "366", "2147483647");
        var shape = EvidenceJson.Options.GetTypeInfo(type);
        return shape.Kind switch
        {
            _ when depth == Deepest => Gen.Constant("null"),
            JsonTypeInfoKind.Object => Members(shape, names, depth, faults),
            JsonTypeInfoKind.Enumerable => Gen.Choose(0, 3).SelectMany(n => Gen.CollectToArray(Enumerable.Repeat(Json(shape.ElementType!, member, names, depth + 1, faults), n)))
                .Select(elements => $"[{string.Join(',', elements)}]"),
            _ => Gen.Constant("{}"),
        };
    }

    /// <summary>Here and there one is missing, or stands there twice.</summary>
    private static Gen<string> Members(JsonTypeInfo shape, Names names, int depth, int faults) =>
        Gen.CollectToArray(shape.Properties.Select(property =>
        {
            var member = Json(property.PropertyType, property.Name, names, depth + 1, faults).Select(value => $"{Quoted(property.Name)}:{value}");
            return Gen.Frequency((30, member), (faults, Gen.Constant("")), (faults, member.Two().Select(two => $"{two.Item1},{two.Item2}")));
        })).Select(members => "{" + string.Join(',', members.Where(m => m.Length > 0)) + "}");

    private sealed record Names(Gen<string> Texts, Gen<string> Ids);

    private static string Quoted(string text) => JsonSerializer.Serialize(text, EvidenceJson.Options);
}
