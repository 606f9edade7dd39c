namespace EvidenceIngest.Server.Supervision.Yearly;

/// <param name="Id">Stored in editions: it stays.</param>
/// <param name="Name">As it is published.</param>
/// <param name="Meaning">What is counted.</param>
internal sealed record YearlyFigure(string Id, string Name, string Meaning)
{
    public static readonly IReadOnlyList<YearlyFigure> All =
    [
        new("recordings", "音像记录（件）", "制作时间在本年度内；时间不明的按登记时间"),
        new("video", "其中录像", ""), new("audio", "其中录音", ""), new("photo", "其中照片", ""), new("otherMedia", "其中其他", ""),
        new("storedOnTime", "按期入库", "制作后两个工作日内（全过程记录办法第二十八条）"), new("storedLate", "逾期入库", "含逾期尚未入库"), new("termUnknown", "期限未届满或者无法判断", "制作时间不明，或者统计时期限未届满"),
        new("complete", "要素齐全", "制作方法、制作时间、制作人、证明对象，声音资料附经确认的文字记录（第二十七条）"), new("incomplete", "要素不全", ""),
        new("linked", "已关联案件", ""), new("unlinked", "未关联案件", ""),
        new("casesClosed", "办结案件（件）", "登记于本系统、在本年度内结案"),
        new("casesRecorded", "有音像记录", ""), new("casesUnrecorded", "无音像记录", ""),
        new("casesWhole", "应当全过程音像记录的办结案件", "执法事项列入音像记录事项清单（第五条）"), new("casesOther", "其他办结案件", ""),
        new("wholePresent", "全过程记录完整", ""), new("wholeLacking", "全过程记录缺失或者间断", ""), new("wholeUnknown", "无法判断是否完整", "案件未登记执法起止时间等"),
        new("filesDue", "归档期限在本年度届满的案件", "执行终结后三十日（第二十九条）"), new("filesOnTime", "按期归档", ""), new("filesLate", "逾期归档", "含逾期尚未归档"),
        new("accessReceived", "收到查阅申请（件）", "第三十条"), new("accessAgreed", "同意查阅", "含遮蔽后同意"), new("accessRefused", "不予同意", ""), new("accessWithdrawn", "撤回", ""), new("accessOpen", "尚未审批", ""),
        new("casesReviewed", "评查案卷（件次）", "本年度内评分"), new("findings", "评查发现问题（个）", ""), new("findingsClosed", "已整改销号", ""), new("findingsOpen", "尚未销号", ""),
    ];

    /// <summary>Totals and the parts that add up to them.</summary>
    public static readonly IReadOnlyList<(string Total, string[] Parts)> Sums =
    [
        ("recordings", ["video", "audio", "photo", "otherMedia"]), ("recordings", ["storedOnTime", "storedLate", "termUnknown"]), ("recordings", ["complete", "incomplete"]), ("recordings", ["linked", "unlinked"]),
        ("casesClosed", ["casesRecorded", "casesUnrecorded"]), ("casesClosed", ["casesWhole", "casesOther"]), ("casesWhole", ["wholePresent", "wholeLacking", "wholeUnknown"]),
        ("filesDue", ["filesOnTime", "filesLate"]), ("accessReceived", ["accessAgreed", "accessRefused", "accessWithdrawn", "accessOpen"]), ("findings", ["findingsClosed", "findingsOpen"]),
    ];

    /// <summary>What is to be published, too, and what this system doesn't know.</summary>
    public static readonly IReadOnlyList<string> NotKnown =
    [
        "行政许可、行政处罚、行政强制、行政检查、行政征收征用、行政给付、行政确认、行政奖励等执法行为的数量和结果：由执法办案系统统计，本系统只登记与音像资料有关的案件",
        "罚没金额、征收金额",
        "当场处罚等未在本系统登记的案件",
        "行政复议、行政诉讼的案件数和结果，被撤销、变更、确认违法的决定",
        "投诉举报、案件移送、信用惩戒等情况",
        "执法人员、执法主体、执法证件和委托执法的情况",
    ];
}

/// <summary>
/// Which counts are not published. A cell of one to four may let people recognise whom it is about; where one part of a sum is left out, another one goes with
/// it, because the rest would tell.
/// </summary>
internal static class SmallCounts
{
    private const int Fewest = 5;

    public static IReadOnlyDictionary<string, Withheld> Of(IReadOnlyDictionary<string, int> counts)
    {
        var withheld = counts.Where(c => c.Value is > 0 and < Fewest).ToDictionary(c => c.Key, _ => Withheld.Small, StringComparer.Ordinal);
        for (var before = -1; before != withheld.Count;)
        {
            before = withheld.Count;
            foreach (var (total, parts) in YearlyFigure.Sums)
            {
                var hidden = parts.Count(withheld.ContainsKey) + (withheld.ContainsKey(total) ? 1 : 0);
                // Of a sum with one unknown, that is the difference of the others. Parts of nothing tell nothing: they stay.
                if (hidden == 1 && parts.Where(p => counts[p] > 0 && !withheld.ContainsKey(p)).OrderBy(p => counts[p]).FirstOrDefault() is { } next)
                    withheld[next] = Withheld.WouldTell;
                else if (hidden == 1 && !withheld.ContainsKey(total))
                    withheld[total] = Withheld.WouldTell;
            }
        }

        return withheld;
    }

    public static string Shown(int count, Withheld? withheld) => withheld switch
    {
        Withheld.Small => "少于5",
        Withheld.WouldTell => "不单列",
        _ => count.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

public enum Withheld
{
    /// <summary>One to four.</summary>
    Small,

    /// <summary>With it a small one could be computed.</summary>
    WouldTell,
}

/// <summary>What was fixed to be published. Never changes: a correction is the next edition.</summary>
internal sealed class YearlyEdition
{
    public required Guid Id { get; init; }

    public required int Year { get; init; }

    public required string UnitId { get; init; }

    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    public required string Why { get; init; }

    /// <summary>By <see cref="YearlyFigure.Id"/>; exact, also where they are not published.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>Over year, unit and counts.</summary>
    public required string Sha256 { get; init; }
}
