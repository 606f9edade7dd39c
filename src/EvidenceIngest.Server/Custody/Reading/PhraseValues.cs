using System.Globalization;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Custody.Reading;

/// <summary>The kinds of value in a <see cref="Phrase"/>: how each looks in the log, and how it is read.</summary>
internal static partial class PhraseValues
{
    private const string Digest = "[0-9a-f]{64}";
    private const string Instant = @"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)";

    private static readonly Dictionary<string, (string Pattern, Func<string, TimeZoneInfo, string>? Read)> Kinds = new(StringComparer.Ordinal)
    {
        [""] = (".*?", null),
        ["n"] = ("[0-9]+", null),
        ["seconds"] = ("-?[0-9.]+", null),
        ["day"] = (@"\d{4}-\d\d-\d\d", null),
        ["hex"] = (Digest, null),
        ["hexes"] = ($"{Digest}(?:, {Digest})*", (list, _) => list.Replace(", ", "、", StringComparison.Ordinal)),
        ["time"] = (Instant, Time),
        ["end"] = ($"(?:{Instant})?", (at, zone) => at.Length == 0 ? "长期" : Time(at, zone)),
        ["timeOrNone"] = ($"{Instant}|none|never", (at, zone) => at is "none" or "never" ? "无" : Time(at, zone)),
        ["said"] = (".*?", (text, _) => Said(text)),
        ["note"] = (".*?", (text, zone) => Each(Said(text), GroundEnds(), "；", note => Sentence(NotePhrases.All, note, zone))),
        ["finding"] = (".*?", (text, zone) => Sentence(NotePhrases.Finding, text, zone)),
        ["structure"] = (".+?", (text, zone) => Sentence(NotePhrases.Structure, text, zone)),
        ["told"] = (".+?", (text, _) => text switch { "unknown" => "未填", "usual" => "按事项", "not yet" => "未执行", _ => text }),
        ["act"] = (".+?", (text, zone) => Sentence(NotePhrases.Act, text, zone)),
        ["source"] = (".+?", (text, zone) => Sentence(NotePhrases.Source, text, zone)),
        ["places"] = (".+?", (text, zone) => Each(text, Ands(), "，", place => Sentence(NotePhrases.Place, place, zone))),
        ["tools"] = (".+?", (text, zone) => Sentence(NotePhrases.Tools, text, zone)),
        ["reasons"] = (".+", (text, zone) => Each(text, ReasonEnds(), "；", reason => Coded(reason, zone))),
        ["inspected"] = (".*", (text, zone) => Each(text, FileEnds(), "；", file => Sentence(NotePhrases.Inspected, file, zone))),
        ["fields"] = (".+?", (text, zone) => Each(text, FieldEnds(), "；", field => Sentence(NotePhrases.Field, field, zone))),
        ["value"] = (".+?", (text, zone) => Sentence(NotePhrases.Value, text, zone)),
        ["scene"] = (".+?", (text, zone) => Sentence(NotePhrases.Scene, text, zone)),
        ["ticks"] = ("[A-Za-z]+ [A-Za-z]+(?:, [A-Za-z]+ [A-Za-z]+)*", (text, zone) => Each(text, Commas(), "、", tick => Sentence(NotePhrases.Tick, tick, zone))),
        ["term"] = (".+?", (text, zone) => Sentence(NotePhrases.Term, text, zone)),
        ["version"] = (".+?", (text, zone) => Sentence(NotePhrases.Version, text, zone)),
        ["case"] = (".+?", (text, zone) => Sentence(NotePhrases.Case, text, zone)),
        ["footage"] = (".+?", (text, zone) => Sentence(NotePhrases.Footage, text, zone)),
        ["settings"] = (".+", (text, zone) => Each(text, SettingEnds(), "；", setting => Sentence(NotePhrases.Setting, setting, zone))),
        ["changes"] = (".+?", (text, zone) => Each(text, Semicolons(), "；", change => Sentence(NotePhrases.AccountChange, change, zone))),
        ["filter"] = (".+?", (text, zone) => Each(text, FilterEnds(), "；", part => Sentence(NotePhrases.Filter, part, zone))),
        ["criterion"] = (".+?", (text, zone) => Sentence(NotePhrases.Criterion, text, zone)),
        ["unit"] = (".+?", (text, zone) => Sentence(NotePhrases.Unit, text, zone)),
        ["matter"] = (".+?", (text, zone) => Sentence(NotePhrases.Matter, text, zone)),
        ["months"] = ("[0-9]+ months|for ever", (text, zone) => Sentence(NotePhrases.Months, text, zone)),
        ["rendition"] = (".+?", (name, _) => RenditionWords.Of(name).Chinese),
        ["Role"] = Named<Role>(role => RoleWords.Of(role).Chinese),
        ["Media"] = Named<MediaKind>(EvidenceWords.Chinese),
        ["Secrecy"] = Named<Secrecy>(EvidenceWords.Chinese),
        ["Source"] = Named<MetadataSource>(EvidenceWords.Chinese),
        ["Point"] = Named<ScenePoint>(EvidenceWords.Chinese),
        ["Tick"] = Named<SceneTick>(EvidenceWords.Chinese),
        ["Transcript"] = Named<TranscriptState>(EvidenceWords.Chinese),
        ["Duty"] = Named<DutyKind>(DutyWords.Title),
        ["Reread"] = Words(("Evicted", "清出缓存后从介质读取"), ("Direct", "绕过缓存从介质读取"), ("Resident", "缓存未能清出，可能读自内存")),
        ["Stage"] = Words(("Seal", "封存"), ("Inspect", "媒体检验"), ("Render", "制作衍生件"), ("Transcribe", "生成文字初稿")),
        ["CaseState"] = Words(("Open", "办理中"), ("Closed", "已结案")),
        ["Footage"] = Words(("NotDemanded", "未定事项"), ("ActUnknown", "未填执法时间"), ("Awaited", "待入库"), ("Missing", "缺少音像记录"), ("Gaps", "全过程记录不连续"), ("Present", "齐全")),
        ["Finding"] = Words(("Missing", "丢失"), ("Truncated", "截断"), ("Altered", "内容改变"), ("Unreadable", "无法读取"), ("Untracked", "来历不明"), ("LockWeak", "锁定不足")),
        ["Decision"] = Words(("Agreed", "同意"), ("AgreedWithRedaction", "同意，须遮蔽"), ("Refused", "不予同意")),
        ["Standing"] = Words(("Party", "当事人"), ("Agent", "代理人"), ("Lawyer", "律师"), ("OtherAgency", "其他机关")),
        ["Document"] = Words(("IdentityCard", "居民身份证"), ("Passport", "护照、通行证"), ("LawyerLicence", "律师执业证"), ("OfficialLetter", "公函、工作证件")),
        ["UnitKind"] = Words(("District", "区县"), ("Agency", "执法机关"), ("Team", "中队、科室")),
        ["FieldName"] = Words(("methodOfProduction", "制作方法"), ("timeOfProduction", "制作时间"), ("producer", "制作人"), ("objectOfProof", "证明对象")),
        ["FilterName"] = Words(
            ("state", "状态"), ("recorder", "记录仪"), ("officer", "警号"), ("unit", "单位"), ("dock", "采集站"), ("from", "自"), ("before", "至"), ("lack", "缺少"),
            ("kind", "类型"), ("case", "案件"), ("matter", "事项"), ("finding", "发现"), ("place", "地点"), ("words", "词语")),
        ["YesNo"] = Words(("yes", "按期"), ("no", "逾期"), ("unknown", "不明")),
        ["Bool"] = Words(("True", "是"), ("False", "否")),
    };

    public static string Pattern(string kind) => Kinds[kind].Pattern;

    public static string Read(string kind, string text, TimeZoneInfo zone) => Kinds[kind].Read?.Invoke(text, zone) ?? text;

    private static (string, Func<string, TimeZoneInfo, string>) Words(params (string English, string Chinese)[] words) =>
        ("[A-Za-z]+", (text, _) => Array.Find(words, w => w.English == text).Chinese ?? text);

    private static (string, Func<string, TimeZoneInfo, string>) Named<T>(Func<T, string> chinese)
        where T : struct, Enum => ("[A-Za-z]+", (text, _) => Enum.TryParse<T>(text, out var known) ? chinese(known) : text);

    private static string Time(string at, TimeZoneInfo zone) => DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, out var known)
        ? TimeZoneInfo.ConvertTime(known, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : at;

    /// <summary>What the service says to people is said in both languages at once. People write strokes, too: theirs stays whole.</summary>
    private static string Said(string text) => TwoLanguages.Part(text)?.Chinese ?? text;

    private static string Coded(string reason, TimeZoneInfo zone) => reason.Split(": ", 2) is [var code, var detail] && Enum.TryParse<FindingCode>(code, out var known)
        ? $"{EvidenceWords.Chinese(known)}（{Sentence(NotePhrases.Finding, detail, zone)}）"
        : reason;

    private static string Sentence(IEnumerable<Phrase> phrases, string text, TimeZoneInfo zone) =>
        phrases.Select(phrase => phrase.Read(text, zone)).FirstOrDefault(reading => reading is not null) ?? text;

    private static string Each(string text, Regex ends, string between, Func<string, string> read) => string.Join(between, ends.Split(text).Select(read));

    [GeneratedRegex("; (?=[A-Z][A-Za-z]+: )")]
    private static partial Regex ReasonEnds();

    [GeneratedRegex("; (?=every item: |case |matter |key mark: |set for this item: |hold )")]
    private static partial Regex GroundEnds();

    [GeneratedRegex("; (?=file [0-9]+ )")]
    private static partial Regex FileEnds();

    [GeneratedRegex("; (?=(?:methodOfProduction|timeOfProduction|producer|objectOfProof): from )")]
    private static partial Regex FieldEnds();

    [GeneratedRegex("; (?=[A-Za-z0-9_:]+: from )")]
    private static partial Regex SettingEnds();

    [GeneratedRegex(", (?=(?:state|recorder|officer|unit|dock|from|before|lack|kind|case|matter|finding|place|words) )")]
    private static partial Regex FilterEnds();

    [GeneratedRegex(" and (?=bay )")]
    private static partial Regex Ands();

    [GeneratedRegex("; ")]
    private static partial Regex Semicolons();

    [GeneratedRegex(", ")]
    private static partial Regex Commas();
}
