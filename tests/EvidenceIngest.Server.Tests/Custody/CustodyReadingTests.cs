using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Custody.Reading;

namespace EvidenceIngest.Server.Tests.Custody;

public sealed class CustodyReadingTests
{
    private static readonly TimeZoneInfo Beijing = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
    private static readonly string Digest = new('a', 64);

    public static TheoryData<CustodyEventKind, string, string> Sentences() => new()
    {
        { CustodyEventKind.Docked, "bay 1-4.2", "采集口 1-4.2" },
        {
            CustodyEventKind.ClockMeasured, "recorder clock unknown; a recorder read as files (driver folder) does not tell its clock",
            "记录仪时钟不明；以文件方式读取的记录仪（folder）不提供时钟"
        },
        {
            CustodyEventKind.Sealed, $"file 2: 17 bytes read back, sha256 {Digest}; evidence/masters/02.mp4 version v-1 locked (COMPLIANCE) until 2036-11-24T03:08:08.0000000+00:00",
            $"第 2 个文件：已读回 17 字节，校验一致，SHA-256 {Digest}；存储位置 evidence/masters/02.mp4，版本 v-1，合规锁定至 2036-11-24 11:08:08"
        },
        {
            CustodyEventKind.Sealed, $"file 2: 17 bytes read back, sha256 {Digest}, sm3 {Digest}; e/02.mp4 version v locked (COMPLIANCE) until 2036-11-24T03:08:08Z",
            $"第 2 个文件：已读回 17 字节，校验一致，SHA-256 {Digest}，SM3 {Digest}；存储位置 e/02.mp4，版本 v，合规锁定至 2036-11-24 11:08:08"
        },
        { CustodyEventKind.Quarantined, "RecorderUnassigned: nobody is assigned to recorder dev-7; Damaged: the file has no bytes", "记录仪未配发（记录仪 dev-7 未配发到人）；文件损坏或不完整（文件为空）" },
        {
            CustodyEventKind.Inspected, "Video by ffprobe 5.1.9: file 1 mov,mp4 h264 aac 6.000 s, 0 findings; file 2 no container   s, 2 findings",
            "录像，检验工具 ffprobe 5.1.9：第 1 个文件 mov,mp4 h264 aac 6.000 s，未发现问题；第 2 个文件 no container   s，发现 2 项"
        },
        {
            CustodyEventKind.MetadataChanged, "objectOfProof: from nothing to '现场; producer: 执法' (Person); producer: from '警号1' (FileName) to '王芳' (Person); reason: 补录",
            "证明对象由空改为“现场; producer: 执法”（人工填写）；制作人由“警号1”（文件名）改为“王芳”（人工填写）；理由：补录"
        },
        {
            CustodyEventKind.LinkMade, "link ab12 to proxy, watermarked, expires 2026-11-23T04:50:29Z, for one use, from 10.0.0.0/8",
            "链接 ab12，播放件，加水印，2026-11-23 12:50:29 失效，仅限一次，限 10.0.0.0/8 打开"
        },
        { CustodyEventKind.LinkMade, "link ab12 to proxy, expires 2026-11-23T04:50:29Z", "链接 ab12，播放件，2026-11-23 12:50:29 失效" },
        { CustodyEventKind.HoldPlaced, "h-1 as Head, with case 京〔2026〕1号: 复议", "编号 h-1，以负责人身份，随案件 京〔2026〕1号：复议" },
        { CustodyEventKind.RenderFailed, "Render was given up: the tool died\nof 内存", "制作衍生件已停止重试：the tool died\nof 内存" },
        { CustodyEventKind.AccessRefused, "GET /api/v1/items: 没有权限 / not allowed; 3 more since the last record of this", "GET /api/v1/items：没有权限；上次记录以来另有 3 次" },
        { CustodyEventKind.CaseLinked, "case 1号 (Open): 现场一 / 现场二", "案件 1号（办理中）：现场一 / 现场二" },
        {
            CustodyEventKind.RetentionChanged, "kept without end, because hold hd-1; case 1号: 永久, not running yet; before: no rule applied yet",
            "永久保存，依据：冻结 hd-1；案件 1号，永久，尚未起算；此前：尚未适用规则"
        },
        { CustodyEventKind.SceneReviewed, "Surroundings Shown, note '补充说明'; before: not reviewed", "执法现场环境：已记录，说明：补充说明；此前：未核对" },
    };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_sentence_is_read_in_Chinese(CustodyEventKind kind, string recorded, string reading)
    {
        var read = CustodyReading.TryChinese(kind, recorded, Beijing);
        Assert.Equal(reading, read);
    }

    [Fact]
    public void Every_kind_of_event_has_a_sentence() =>
        Assert.All(Enum.GetValues<CustodyEventKind>(), kind => Assert.True(ItemPhrases.Of.ContainsKey(kind) || ServicePhrases.Of.ContainsKey(kind), kind.ToString()));

    /// <summary>A value that only one of the two languages has would be lost to readers, or end their page.</summary>
    [Fact]
    public void Both_halves_of_a_phrase_have_the_same_values()
    {
        var notes = typeof(NotePhrases).GetFields(BindingFlags.Public | BindingFlags.Static).SelectMany(f => (Phrase[])f.GetValue(null)!);
        var all = ItemPhrases.Of.Values.Concat(ServicePhrases.Of.Values).SelectMany(p => p).Concat(notes).ToList();
        Assert.True(all.Count > 200, all.Count.ToString(CultureInfo.InvariantCulture));
        Assert.All(all, phrase =>
        {
            Assert.Equal(Values(phrase.English), Values(phrase.Chinese));
            Assert.Equal(phrase.English.Count(c => c == '['), phrase.Chinese.Count(c => c == '['));
            // Throws where a kind of value is not known.
            phrase.Read("another sentence", Beijing);
        });

        static IReadOnlyList<string> Values(string half) => [.. Regex.Matches(half, @"\{(\w+)").Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void What_no_sentence_fits_is_told_as_it_was_recorded()
    {
        Assert.Null(CustodyReading.TryChinese(CustodyEventKind.Sealed, "sealed by a newer version", Beijing));
        Assert.Equal("sealed by a newer version", CustodyReading.Chinese(CustodyEventKind.Sealed, "sealed by a newer version", Beijing));
        Assert.Equal("x", CustodyReading.Chinese((CustodyEventKind)4711, "x", Beijing));
    }

    /// <summary>Reasons are written by people and by tools; none may hold up a page or a report.</summary>
    [Fact]
    public void No_text_takes_long()
    {
        var hostile = string.Concat(Enumerable.Repeat("file 1: from nothing to 'x' (Person); producer: from , ordered by : ", 300));
        foreach (var kind in Enum.GetValues<CustodyEventKind>())
        {
            CustodyReading.Chinese(kind, "bay", Beijing);
            var clock = Stopwatch.StartNew();
            CustodyReading.Chinese(kind, hostile, Beijing);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{kind}: {clock.Elapsed}");
        }
    }
}
