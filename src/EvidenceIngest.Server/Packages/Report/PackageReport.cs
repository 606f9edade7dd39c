using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Custody.Reading;

namespace EvidenceIngest.Server.Packages.Report;

/// <summary>音像资料数据包清单: what a package holds, as a person signs for it. The signed files are what proves; this is for reading.</summary>
internal sealed class PackageReport(Package package, IReadOnlyList<PackagedItem> items, string keyId, TimeZoneInfo zone)
{
    private const string None = "缺";

    private static readonly (string, double)[] EventColumns = [("序号", 0.06), ("时间", 0.205), ("事项", 0.135), ("经办", 0.16), ("内容", 0.44)];

    private static readonly (string, double)[] TranscriptColumns = [("时间", 0.12), ("说话人", 0.16), ("内容", 0.72)];

    public ReportDocument Write()
    {
        var blocks = new List<ReportBlock>();
        AddHead(blocks);
        for (var i = 0; i < items.Count; i++)
            AddItem(blocks, items[i], i + 1);
        AddVerification(blocks);
        blocks.Add(new ReportSignatures("以上所列内容经当面核对无误。", ["制作人（签名）", "日期", "见证人（签名）", "日期", "接收人（签名）", "日期"]));
        return new ReportDocument("音像资料数据包清单", package.Id, blocks);
    }

    private void AddHead(List<ReportBlock> blocks)
    {
        var masters = items.Sum(i => i.Masters.Count);
        blocks.Add(new ReportForm(
        [
            [new("制作时间", Time(package.MadeAt)), new("制作人", package.MadeBy)],
            [new("用途", package.Why)],
            [new("内容", string.Create(CultureInfo.InvariantCulture, $"音像资料{items.Count}件，原始文件{masters}个，共{items.Sum(i => i.Masters.Sum(f => f.Bytes)):N0}字节"))],
            [new("时区", $"本清单所列时间均为{zone.Id}当地时间（UTC{Offset(package.MadeAt)}）")],
            [new("公钥编号", keyId, ReportStyle.Digits)],
        ]));
    }

    private void AddItem(List<ReportBlock> blocks, PackagedItem item, int number)
    {
        var summary = item.Detail.Summary;
        blocks.Add(new ReportHeading(1, string.Create(CultureInfo.InvariantCulture, $"{number}．音像资料 {item.Id}")));
        var rows = new List<IReadOnlyList<ReportField>>
        {
            Field("制作方法", item.Detail.Metadata.MethodOfProduction),
            Field("制作时间", item.Detail.Metadata.TimeOfProduction),
            Field("制作人", item.Detail.Metadata.Producer),
            Field("证明对象", item.Detail.Metadata.ObjectOfProof),
        };
        if (summary.Missing.Count > 0)
            rows.Add([new("尚缺", string.Join("、", summary.Missing.Select(EvidenceWords.Chinese)), ReportStyle.Alert)]);
        rows.Add([new("类别", EvidenceWords.Chinese(item.Manifest.Recording.Kind)), new("状态", summary.Reason is null ? "已封存" : "已封存，隔离中", summary.Reason is null ? ReportStyle.Plain : ReportStyle.Alert)]);
        rows.Add([new("记录仪", string.Join("　", new[] { summary.Recorder, item.Manifest.Recorder.Model }.OfType<string>())), new("时钟偏差", Clock(item))]);
        rows.Add([new("录制时间", Time(summary.RecordedAt)), new("封存时间", Time(item.Receipt.SealedAt))]);
        rows.Add(
        [
            new("存储期限", Time(summary.Deadline) + (summary.CalendarMissing ? "（估算）" : "")),
            new("是否按期", summary.OnTime switch { true => "按期", false => "逾期", null => "无法判定" }, summary.OnTime == true ? ReportStyle.Plain : ReportStyle.Alert),
        ]);
        if (summary.Reason is { } reason)
            rows.Add([new("隔离原因", reason, ReportStyle.Alert)]);
        rows.Add([new("发现的问题", item.Detail.Findings.Count == 0 ? "无" : string.Join("；", item.Detail.Findings.Select(f => $"{EvidenceWords.Chinese(f.Code)}（{CustodyReading.Finding(f.Detail, zone)}）")))]);
        rows.Add([new("回执编号", item.Receipt.ReceiptId, ReportStyle.Digits)]);
        blocks.Add(new ReportForm(rows));

        blocks.Add(new ReportHeading(2, "原始文件"));
        for (var i = 0; i < item.Masters.Count; i++)
            AddMaster(blocks, item.Masters[i], item.Receipt.Files[i]);
        if (item.Renditions.Count > 0)
        {
            blocks.Add(new ReportHeading(2, "衍生件（供查看，不是原始文件）"));
            foreach (var (name, file) in item.Renditions)
                blocks.Add(new ReportForm([[new("文件", file.Path, ReportStyle.Digits)], [new("名称", name), new("字节数", Bytes(file.Bytes))], .. Digests(file)]));
        }

        if (item.Transcript is { } transcript)
            AddTranscript(blocks, transcript);

        blocks.Add(new ReportHeading(2, string.Create(CultureInfo.InvariantCulture, $"保管链（{item.Chain.Count}条）")));
        blocks.Add(new ReportParagraph($"保管链以英文记录，“内容”一栏为译写；不一致的，以数据包内 {PackageLayout.Custody(item.Id)} 的原文为准。"));
        blocks.Add(new ReportTable(EventColumns, [.. item.Chain.Select(link => Row(link.Event))]));
    }

    private void AddMaster(List<ReportBlock> blocks, PackageFile file, Domain.Receipts.SealedFile sealedFile) => blocks.Add(new ReportForm(
    [
        [new("文件", file.Path, ReportStyle.Digits)],
        [new("记录仪上路径", sealedFile.RecorderPath)],
        [new("字节数", Bytes(file.Bytes)), new("锁定至", Time(sealedFile.LockedUntil))],
        .. Digests(file),
    ]));

    private void AddTranscript(List<ReportBlock> blocks, PackagedTranscript transcript)
    {
        var words = transcript.Words;
        var isConfirmed = words.State == TranscriptState.Confirmed;
        blocks.Add(new ReportHeading(2, "声音内容的文字记录"));
        blocks.Add(new ReportForm(
        [
            [
                new("状态", EvidenceWords.Chinese(words.State), isConfirmed ? ReportStyle.Plain : ReportStyle.Alert),
                new("版本", string.Create(CultureInfo.InvariantCulture, $"第{words.Version}版（{words.Language}）")),
            ],
            [new("整理人", CustodyWords.Actor(words.WrittenBy)), new("整理时间", Time(words.WrittenAt))],
            [new("确认人", words.ConfirmedBy ?? None, isConfirmed ? ReportStyle.Plain : ReportStyle.Alert), new("确认时间", isConfirmed ? Time(words.ConfirmedAt) : None)],
            [new("文件", transcript.Record.Path, ReportStyle.Digits)],
            .. Digests(transcript.Record),
        ]));
        blocks.Add(new ReportTable(
            TranscriptColumns,
            [.. words.Segments.Select(s => new[] { s.Start is { } start ? TranscriptText.Clock(start, withMilliseconds: false) : "", s.Speaker ?? "", s.Text })]));
    }

    private static IEnumerable<IReadOnlyList<ReportField>> Digests(PackageFile file)
    {
        yield return [new("SHA-256", file.Sha256, ReportStyle.Digits)];
        yield return [new("SM3", file.Sm3 ?? "未计算", file.Sm3 is null ? ReportStyle.Plain : ReportStyle.Digits)];
    }

    private IReadOnlyList<string> Row(CustodyEvent e) =>
    [
        e.Sequence.ToString(CultureInfo.InvariantCulture), Time(e.At), CustodyWords.Chinese(e.Kind), CustodyWords.Actor(e.Actor), CustodyReading.Chinese(e.Kind, e.Detail, zone),
    ];

    private static void AddVerification(List<ReportBlock> blocks)
    {
        blocks.Add(new ReportHeading(1, "核验方法"));
        string[] steps =
        [
            $"一、核对公钥：{PackageLayout.PublicKey} 须与制作单位公布的公钥一致，编号为本清单首页所列公钥编号。",
            "二、核验全部内容（无需联网）：evidence-ingest verify 数据包文件夹 --key 公布的公钥文件；显示“数据包完整，未被改动”为通过。",
            $"三、没有核验程序时，在数据包文件夹内运行：sha256sum -c {PackageLayout.Manifest} {PackageLayout.TagManifest}，各文件均应显示“OK”或“成功”。",
            $"四、用 openssl 核验 {PackageLayout.Statement}、{PackageLayout.TreeHead} 和各件回执的签名（DSSE格式，ECDSA P-256，SHA-256）。",
            $"五、本清单自身的校验值载于 {PackageLayout.Manifest}；纸质件与数据包不一致的，以经签名的数据包为准。",
        ];
        blocks.AddRange(steps.Select(step => new ReportParagraph(step)));
    }

    private IReadOnlyList<ReportField> Field(string label, MetadataValue? value)
    {
        if (string.IsNullOrWhiteSpace(value?.Value))
            return [new(label, None, ReportStyle.Alert)];
        var source = EvidenceWords.Chinese(value.Source) + (value.Note is { } note ? "；" + CustodyReading.Note(note, zone) : "");
        return [new(label, $"{value.Value}（来源：{source}）")];
    }

    private static string Clock(PackagedItem item) => item.Manifest.Clock.Offset is { } offset
        ? offset == TimeSpan.Zero ? "无偏差" : string.Create(CultureInfo.InvariantCulture, $"{(offset > TimeSpan.Zero ? "快" : "慢")}{Math.Abs(offset.TotalSeconds):0.###}秒")
        : "无法读取";

    private static string Bytes(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);

    private string Time(DateTimeOffset? at) => at is { } instant
        ? TimeZoneInfo.ConvertTime(instant, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : "不明";

    private string Offset(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString("zzz", CultureInfo.InvariantCulture);
}
