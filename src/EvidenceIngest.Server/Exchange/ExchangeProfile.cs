using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using EvidenceIngest.Server.Items;
using YamlDotNet.RepresentationModel;

namespace EvidenceIngest.Server.Exchange;

/// <summary>What a platform wants to get, as somebody wrote it down in YAML. docs/exchange.md describes the format.</summary>
internal sealed partial record ExchangeProfile(string Title, string Version, string Sha256, IReadOnlyList<ExchangeFile> Files)
{
    private const int MostFiles = 20;
    private const int MostFields = 200;
    private const int LongestValue = 10_000;

    internal const string Manifest = "manifest.json";

    private static readonly Dictionary<string, LengthUnit> Units = new(StringComparer.Ordinal)
    {
        ["characters"] = LengthUnit.Characters, ["utf16"] = LengthUnit.Utf16, ["bytes"] = LengthUnit.Bytes,
    };

    // Those that platforms ask for; a free pattern could say nonsense that nobody notices before the platform does.
    private static readonly string[] DateFormats = ["yyyy-MM-dd", "yyyyMMdd", "yyyy/MM/dd", "yyyy-MM-dd HH:mm:ss", "yyyyMMddHHmmss", "yyyy/MM/dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:sszzz"];

    /// <returns>Null when there are faults.</returns>
    public static ExchangeProfile? Parse(string text, List<ProfileFault> faults)
    {
        if (ExchangeYaml.Read(text, faults) is not { } root)
            return null;
        var (title, version) = (root.Text("title", required: true), root.Text("version", required: true));
        var codes = Codes(root);
        var files = root.List("files", MostFiles).Select(f => File(f, codes)).ToList();
        root.RefuseOthers();
        if (files.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            root.FaultOf("files", $"文件名 {twice.Key} 重复");
        return faults.Count > 0 ? null : new ExchangeProfile(title!, version!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), files);
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Codes(ExchangeYaml root)
    {
        var tables = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (name, node) in root.Chosen("codes"))
        {
            if (node is YamlMappingNode table && table.Children.All(c => c is { Key: YamlScalarNode { Value.Length: > 0 }, Value: YamlScalarNode { Value.Length: > 0 and <= LongestValue } }))
                tables[name] = table.Children.ToDictionary(c => ((YamlScalarNode)c.Key).Value!, c => ((YamlScalarNode)c.Value).Value!, StringComparer.Ordinal);
            else
                root.Fault(node, $"代码表 {name} 应为“本系统的值: 对方代码”");
        }

        return tables;
    }

    private static ExchangeFile File(ExchangeYaml yaml, Dictionary<string, IReadOnlyDictionary<string, string>> codes)
    {
        var name = yaml.Text("name", required: true) ?? "";
        if (name.Length > 0 && (!FileName().IsMatch(name) || name.Equals(Manifest, StringComparison.OrdinalIgnoreCase)))
            yaml.FaultOf("name", "name 应为字母、数字、点、横线和下划线组成的文件名，以 .csv 或者 .json 结尾；manifest.json 由系统使用");
        var of = yaml.Text("of", required: true) switch
        {
            "item" => ExchangeOf.Item,
            "case" or null => ExchangeOf.Case,
            _ => Fault(yaml, "of", "of 应为 case（每案一条）或者 item（每件音像资料一条）", ExchangeOf.Case),
        };
        var unit = yaml.Text("count") is not { } word ? LengthUnit.Characters
            : Units.TryGetValue(word, out var known) ? known : Fault(yaml, "count", $"count 应为 {string.Join('、', Units.Keys)}", LengthUnit.Characters);
        var fields = yaml.List("fields", MostFields).Select(f => Field(f, of, unit, codes)).ToList();
        yaml.RefuseOthers();
        if (fields.GroupBy(f => f.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yaml.FaultOf("fields", $"字段 {twice.Key} 重复");
        return new ExchangeFile(name, of, name.EndsWith(".csv", StringComparison.Ordinal), unit, fields);
    }

    private static ExchangeField Field(ExchangeYaml yaml, ExchangeOf of, LengthUnit unit, Dictionary<string, IReadOnlyDictionary<string, string>> codes)
    {
        var (name, from, value) = (yaml.Text("name", required: true) ?? "", yaml.Text("from"), yaml.Text("value"));
        var (required, most, date, table) = (yaml.Flag("required"), yaml.Number("max", 1, LongestValue), yaml.Text("date"), yaml.Text("codes"));
        yaml.RefuseOthers();
        if (name.Length > 64 || name.Any(char.IsControl) || RegisterExport.Harmless(name) != name)
            yaml.FaultOf("name", "字段名不得超过64个字符，不得含控制字符，不得以 = + - @ 开头");
        if (from is null == value is null)
            yaml.Fault($"字段 {name} 应当有 from（取自本系统）或者 value（固定值），且只有其一");
        SourceField? source = null;
        if (from is not null && !ExchangeSource.Of(of).TryGetValue(from, out source))
            yaml.FaultOf("from", $"from: {from} 不是可以报送的内容，可用：{string.Join('、', ExchangeSource.Of(of).Keys)}");
        if (source is { Kind: SourceKind.Time } != date is not null && (source is not null || value is not null))
            yaml.FaultOf("date", source is { Kind: SourceKind.Time } ? $"{source.Chinese}需要 date，如 yyyy-MM-dd" : $"字段 {name} 不是时间，不能有 date");
        if (date is not null && !DateFormats.Contains(date))
            yaml.FaultOf("date", $"date 应为 {string.Join('、', DateFormats)} 之一");
        if (value is not null && ((table ?? date) is not null || (most is { } longest && unit.Length(value) > longest)))
            yaml.FaultOf("value", $"固定值 {name} 不能有 codes 和 date，长度不得超过 max");
        return new ExchangeField(name, from, value, required, most, date, Table(yaml, table, source, codes));
    }

    private static IReadOnlyDictionary<string, string>? Table(ExchangeYaml yaml, string? name, SourceField? source, Dictionary<string, IReadOnlyDictionary<string, string>> codes)
    {
        if (name is null)
            return null;
        if (!codes.TryGetValue(name, out var table))
            yaml.FaultOf("codes", $"没有名为 {name} 的代码表");
        else if (source is { Words: { } words } && table.Keys.FirstOrDefault(k => !words.Contains(k)) is { } unknown)
            yaml.FaultOf("codes", $"代码表 {name} 中的 {unknown} 不是{source.Chinese}的值，可用：{string.Join('、', words)}");
        return table;
    }

    private static T Fault<T>(ExchangeYaml yaml, string name, string text, T value)
    {
        yaml.FaultOf(name, text);
        return value;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,60}\.(csv|json)\z")]
    private static partial Regex FileName();
}

/// <param name="Name">Its ending says whether it is CSV or JSON.</param>
/// <param name="Of">What a record is.</param>
/// <param name="IsCsv">Otherwise JSON.</param>
/// <param name="Unit">What lengths are counted in.</param>
/// <param name="Fields">In the order in which they are written.</param>
internal sealed record ExchangeFile(string Name, ExchangeOf Of, bool IsCsv, LengthUnit Unit, IReadOnlyList<ExchangeField> Fields);

/// <param name="Name">As the platform calls it.</param>
/// <param name="From">Our field; null for a constant.</param>
/// <param name="Value">The constant.</param>
/// <param name="IsRequired">Nothing is sent of a case without it.</param>
/// <param name="Most">The longest that it may be.</param>
/// <param name="Date">How times are written.</param>
/// <param name="Codes">What our words are there.</param>
internal sealed record ExchangeField(string Name, string? From, string? Value, bool IsRequired, int? Most, string? Date, IReadOnlyDictionary<string, string>? Codes);

internal enum LengthUnit
{
    /// <summary>Characters as people count them, nearly: Unicode scalars, of which rare Han characters are one.</summary>
    Characters,

    /// <summary>UTF-16 units, as Java and SQL Server count; rare Han characters are two.</summary>
    Utf16,

    /// <summary>Bytes of UTF-8; Han characters are three or four.</summary>
    Bytes,
}

internal static class LengthUnits
{
    public static int Length(this LengthUnit unit, string text) => unit switch
    {
        LengthUnit.Utf16 => text.Length,
        LengthUnit.Bytes => Encoding.UTF8.GetByteCount(text),
        _ => text.EnumerateRunes().Count(),
    };

    public static string Words(this LengthUnit unit, int length) => length.ToString(CultureInfo.InvariantCulture) + unit switch
    {
        LengthUnit.Utf16 => "个 UTF-16 单元",
        LengthUnit.Bytes => "个字节",
        _ => "个字符",
    };
}
