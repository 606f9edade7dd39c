using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using Microsoft.AspNetCore.WebUtilities;

namespace EvidenceIngest.Server.Api;

/// <summary>
/// Examples for the OpenAPI document, made from the types themselves: a member that is added, renamed or removed is so in the
/// example, too. What a member is called says what a value of it looks like.
/// </summary>
internal static class Examples
{
    public const string Item = "ev-20261120-7k3m9x2q4t";
    public const string Case = "鲁菏执罚字〔2026〕12号";
    public const string Unit = "cg-1";
    public const string Recorder = "dev-J800000";

    private const int Deepest = 8;
    private const string At = "2026-11-20T02:00:00+00:00";

    private static readonly Dictionary<string, JsonNode?> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["item"] = Item, ["items"] = Item, ["itemId"] = Item, ["case"] = null, ["number"] = Case, ["unit"] = Unit, ["parent"] = "root", ["recorder"] = Recorder, ["recorderId"] = Recorder,
        ["why"] = "给检察院", ["reason"] = "复议期间", ["note"] = "送修", ["name"] = "一中队", ["nameZh"] = "一般案件", ["userName"] = "wangfang", ["url"] = "https://case.example/events",
        ["types"] = "item.*", ["rendition"] = "proxy", ["renditions"] = "proxy", ["minutes"] = 15, ["days"] = 90, ["months"] = 120, ["addresses"] = "10.1.0.0/16", ["language"] = "zh",
        ["text"] = "请出示证件", ["speaker"] = "执法人员", ["start"] = 0.5, ["end"] = 2.25, ["follows"] = 0, ["version"] = 1, ["officerNumber"] = "013302", ["officerName"] = "王芳", ["agency"] = "城市管理局",
        ["matter"] = null, ["retentionClass"] = null, ["executedOn"] = null, ["article"] = "第二十九条", ["law"] = "《城市管理执法办法》第十条", ["sha256"] = new string('a', 64), ["sm3"] = null,
        ["hash"] = new string('a', 64), ["previousHash"] = new string('0', 64), ["tokenSha256"] = new string('b', 64), ["contentMd5"] = "1B2M2Y8AsgTpgAmY7PhCfg==", ["code"] = "7kq2m-4x9ta-b3c5d-e7f9g",
        ["timeOfProduction"] = "2026-11-20T09:30:00+08:00", ["methodOfProduction"] = "执法记录仪录制", ["producer"] = "王芳", ["objectOfProof"] = "证明现场检查经过", ["password"] = "Shandong2026!",
        ["recorderPath"] = "DCIM/20261120/J800000_013302_20261120093000.MP4", ["csv"] = "案号,状态\n鲁菏执罚字〔2026〕12号,办理中", ["position"] = null, ["from"] = null, ["bay"] = "1-2", ["dock"] = "dock-7kq2m4x9ta",
        ["dockId"] = "dock-7kq2m4x9ta", ["state"] = null, ["bytes"] = 1048576, ["part"] = 1, ["file"] = 0, ["profile"] = "dsj-msc", ["old"] = "Shandong2026!", ["new"] = "Heze2027?", ["secret"] = "shown-once",
    };

    private const string Profile = "title: 示例\nversion: '1'\nfiles:\n  - name: cases.csv\n    of: case\n    fields:\n      - {name: AJBH, from: number, required: true, max: 50}\n";

    /// <summary>Where a name means something else than usual.</summary>
    private static readonly Dictionary<(string Type, string Member), JsonNode?> ByOwner = new()
    {
        [("LogInRequest", "code")] = null, [("AuthenticatorProof", "code")] = "123456", [("NoticeRequest", "csv")] = "date,kind,occasion\n2027-01-01,holiday,元旦\n2027-02-08,holiday,春节\n2027-02-09,holiday,春节\n2027-02-10,holiday,春节\n2027-02-11,holiday,春节\n2027-02-12,holiday,春节",
        [("AccessDecision", "decision")] = "Agreed", [("AccessDecision", "ground")] = null, [("AccessDecision", "consent")] = null, [("AccessParty", "documentTail")] = "123X", [("CasePosition", "radiusMetres")] = 500,
        [("SceneRequest", "points")] = new JsonObject(Enum.GetNames<ScenePoint>().Select(p => KeyValuePair.Create(p, (JsonNode?)nameof(SceneTick.Shown)))),
        [("YearlyRequest", "year")] = 2025, [("YearlyRequest", "unit")] = "root", [("ExchangeDraftRequest", "profile")] = Profile, [("ExchangeExportRequest", "profile")] = Profile,
        [("ClipRequest", "from")] = 60.5, [("ClipRequest", "to")] = 75, [("StillRequest", "at")] = 62.04, [("ExcerptView", "from")] = 60.5, [("ExcerptView", "to")] = 75,
        [("RedactionVerdict", "verdict")] = "Released", [("CoveredRegion", "from")] = 0, [("CoveredRegion", "to")] = 12.5, [("HushedSound", "from")] = 3, [("HushedSound", "to")] = 4.5,
        [("RegionKeyFrame", "at")] = 0, [("RegionKeyFrame", "x")] = 0.25, [("RegionKeyFrame", "y")] = 0.1, [("RegionKeyFrame", "width")] = 0.2, [("RegionKeyFrame", "height")] = 0.3,
        [("RedactionPlan", "transcript")] = null, [("RedactionPlan", "words")] = null, [("SavedSearchRequest", "query")] = new JsonObject { ["q"] = "占道经营", ["lack"] = "requirement" }, [("SavedSearchView", "query")] = new JsonObject { ["q"] = "占道经营", ["lack"] = "requirement" },
        [("ItemRetentionRequest", "class")] = "permanent", [("ItemRetentionRequest", "retentionClass")] = "permanent",
    };

    private static readonly Dictionary<string, string> Sheets = new()
    {
        ["importAccounts"] = "账号,姓名,单位编号\nzhaomin,赵敏,cg-1", ["importAssignments"] = "记录仪编号,警号,姓名,单位编号\ndev-J800000,013302,王芳,cg-1",
        ["importMatters"] = "事项编号,事项名称,法律依据,全过程记录\nm-01,占道经营,《城市市容和环境卫生管理条例》第十四条,是",
    };

    /// <summary>A spreadsheet for an import; null for others, and for the one that the type's own example fits.</summary>
    public static JsonObject? Sheet(string? operationId) => Sheets.TryGetValue(operationId ?? "", out var csv) ? new JsonObject { ["csv"] = csv } : null;

    /// <summary>As a request or an answer of this type looks.</summary>
    public static JsonNode? Of(Type type) => Value(type, null, null, 0);

    public static JsonObject Problem(int status, string detail) => new()
    {
        ["type"] = "about:blank", ["title"] = ReasonPhrases.GetReasonPhrase(status), ["status"] = status, ["detail"] = detail,
    };

    private static JsonNode? Value(Type type, string? member, Type? owner, int depth)
    {
        var isNullable = Nullable.GetUnderlyingType(type) is not null;
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (member is not null && owner is not null && ByOwner.TryGetValue((owner.Name, member), out var own))
            return own?.DeepClone();
        if (member is not null && ByName.TryGetValue(member, out var known) && Fits(known, bare, isNullable))
            return known?.DeepClone();
        if (bare == typeof(string))
            return "…";
        if (bare == typeof(bool))
            return false;
        if (bare.IsEnum)
            return Word(bare, owner);
        if (bare == typeof(DateOnly))
            return "2026-11-20";
        if (bare == typeof(DateTimeOffset))
            return At;
        if (bare == typeof(DateTime))
            return "2026-11-20T09:30:00";
        if (bare == typeof(TimeSpan))
            return "00:01:30";
        if (bare == typeof(Guid))
            return "01932c5e-7a00-7000-8000-000000000001";
        if (bare.IsPrimitive)
            return 1;
        var shape = EvidenceJson.Options.GetTypeInfo(bare);
        return shape.Kind switch
        {
            _ when depth == Deepest => null,
            // What is left out where there is none is missing from most answers.
            JsonTypeInfoKind.Object => new JsonObject(shape.Properties.Where(p => p.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), true) != true).Select(p => KeyValuePair.Create(p.Name, Value(p.PropertyType, p.Name, bare, depth + 1)))),
            JsonTypeInfoKind.Enumerable => new JsonArray(Value(shape.ElementType!, member, owner, depth + 1)),
            JsonTypeInfoKind.Dictionary => new JsonObject(),
            _ => bare == typeof(byte[]) ? "eyJ9" : null,
        };
    }

    /// <summary>Null stands for what may be left out: where it may not, the type decides.</summary>
    private static bool Fits(JsonNode? known, Type bare, bool isNullable) => known switch
    {
        null => bare == typeof(string) || isNullable,
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => bare == typeof(string),
            JsonValueKind.Number => bare.IsPrimitive && bare != typeof(bool) && (bare != typeof(int) || value.TryGetValue<int>(out _)),
            _ => false,
        },
        _ => false,
    };

    // Roles that people and programs get by requests are few; others are the first word of their list.
    private static string Word(Type words, Type? owner) => words == typeof(Access.Role)
        ? owner == typeof(Access.TokenRequest) ? nameof(Access.Role.CaseSystem) : nameof(Access.Role.Supervisor)
        : Enum.GetNames(words)[0];
}
