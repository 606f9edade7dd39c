using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Cases;

namespace EvidenceIngest.Server.Exchange;

internal enum ExchangeOf
{
    /// <summary>A record for each case.</summary>
    Case,

    /// <summary>A record for each recording of a case.</summary>
    Item,
}

internal enum SourceKind
{
    Text,

    /// <summary>One of a few words; without a code table it is sent as it is.</summary>
    Word,

    /// <summary>An instant or a day: the profile says how it is written.</summary>
    Time,
}

/// <param name="Kind">What it is.</param>
/// <param name="Words">All that it can be; null where anything can.</param>
/// <param name="Chinese">What people call it.</param>
internal sealed record SourceField(SourceKind Kind, string Chinese, IReadOnlyList<string>? Words = null);

/// <summary>What a profile can send: the fields of ours that leave the house, and no others. docs/exchange.md lists them.</summary>
internal static class ExchangeSource
{
    internal static readonly string[] YesNo = ["Yes", "No", "Unknown"];

    private static readonly Dictionary<string, SourceField> Cases = new(StringComparer.Ordinal)
    {
        ["number"] = new(SourceKind.Text, "案号"), ["state"] = new(SourceKind.Word, "案件状态", Enum.GetNames<CaseState>()), ["matter"] = new(SourceKind.Text, "执法事项编号"),
        ["matterName"] = new(SourceKind.Text, "执法事项"), ["law"] = new(SourceKind.Text, "法律依据"), ["agency"] = new(SourceKind.Text, "办案单位"), ["unit"] = new(SourceKind.Text, "单位编号"),
        ["unitName"] = new(SourceKind.Text, "单位"), ["officers"] = new(SourceKind.Text, "执法人员证号"), ["place"] = new(SourceKind.Text, "执法地点"), ["actedFrom"] = new(SourceKind.Time, "执法开始时间"),
        ["actedTo"] = new(SourceKind.Time, "执法结束时间"), ["executedOn"] = new(SourceKind.Time, "执行终结日期"), ["closedAt"] = new(SourceKind.Time, "结案时间"), ["fileDueOn"] = new(SourceKind.Time, "归档期限"),
        ["footage"] = new(SourceKind.Word, "音像记录情况", Enum.GetNames<FootageState>()), ["items"] = new(SourceKind.Text, "音像资料件数"),
    };

    private static readonly Dictionary<string, SourceField> Items = new(StringComparer.Ordinal)
    {
        ["item"] = new(SourceKind.Text, "音像资料编号"), ["case"] = new(SourceKind.Text, "案号"), ["kind"] = new(SourceKind.Word, "类型", Enum.GetNames<MediaKind>()), ["unit"] = new(SourceKind.Text, "单位编号"),
        ["unitName"] = new(SourceKind.Text, "单位"), ["method"] = new(SourceKind.Text, "制作方法"), ["madeAt"] = new(SourceKind.Time, "制作时间"), ["producer"] = new(SourceKind.Text, "制作人"),
        ["producerNumber"] = new(SourceKind.Text, "制作人证号"), ["objectOfProof"] = new(SourceKind.Text, "证明对象"), ["recorder"] = new(SourceKind.Text, "记录仪"), ["sealedAt"] = new(SourceKind.Time, "入库时间"),
        ["dueAt"] = new(SourceKind.Time, "入库期限"), ["onTime"] = new(SourceKind.Word, "是否按期入库", YesNo), ["files"] = new(SourceKind.Text, "文件数"), ["bytes"] = new(SourceKind.Text, "字节数"),
        ["sha256"] = new(SourceKind.Text, "SHA-256"),
    };

    public static IReadOnlyDictionary<string, SourceField> Of(ExchangeOf what) => what == ExchangeOf.Case ? Cases : Items;
}
