using System.Globalization;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Transcripts;

/// <summary>What a transcript from outside must be, and what it can be of.</summary>
internal static partial class TranscriptRules
{
    public const int MostSegments = 20_000;

    private const int LongestText = 5000;
    private const int LongestSpeaker = 100;
    private const int LongestWhy = 1000;

    // Containers round their duration, and a last word may run past the last frame.
    private static readonly TimeSpan Past = TimeSpan.FromSeconds(1);

    /// <exception cref="RequestRefusedException">400, naming the field.</exception>
    public static void Check(TranscriptRequest request)
    {
        CheckWhy(request.Why);
        Texts.Demand(request.Language, "language", 35);
        if (!Language().IsMatch(request.Language))
            throw RequestRefusedException.Invalid("language", "应为语言代码，如 zh 或 en-US / must be a language tag such as zh or en-US");
        if (request.Segments.Count is 0 or > MostSegments)
            throw RequestRefusedException.Invalid("segments", $"应有 1 至 {MostSegments} 段 / must be 1 to {MostSegments}");
        var before = TimeSpan.Zero;
        for (var i = 0; i < request.Segments.Count; i++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"segments[{i}]");
            // The parser lets null through in lists.
            var (start, end, speaker, text) = request.Segments[i] ?? throw RequestRefusedException.Invalid(field, "不能为空值 / must not be null");
            Texts.Demand(text, field + ".text", LongestText);
            Visible(text, field + ".text");
            if (speaker is not null)
            {
                Texts.Demand(speaker, field + ".speaker", LongestSpeaker);
                Visible(speaker, field + ".speaker");
            }

            before = Times(start, end, before, field);
        }
    }

    /// <exception cref="RequestRefusedException">400.</exception>
    public static void CheckWhy(string why) => Texts.Demand(why, "why", LongestWhy);

    /// <exception cref="RequestRefusedException">409: it has no sound, or nobody can hear it now.</exception>
    /// <param name="item">With files and facts.</param>
    public static void CheckItem(EvidenceItem item)
    {
        if (item.State == ItemState.Disposed)
            throw RequestRefusedException.Conflict($"资料 {item.Id} 已到期销毁，文字记录无法再与录音核对 / item {item.Id} was disposed of after its term: nobody can compare words with its sound any more");
        if (!item.IsSealed)
            throw RequestRefusedException.Conflict($"资料 {item.Id} 尚未入库，请入库后再整理文字记录 / item {item.Id} is not sealed yet: write its transcript afterwards");
        // A file that calls itself sound needs a transcript to be complete (article 27), whatever was found in it.
        var isSilent = item.Kind == MediaKind.Video && item.Facts.Count == item.Files.Count && item.Facts.All(f => f.Facts.AudioCodec is null);
        if (isSilent || item.Kind is not (MediaKind.Audio or MediaKind.Video))
            throw RequestRefusedException.Conflict($"资料 {item.Id} 没有声音，无须文字记录 / item {item.Id} has no sound: only sound has a transcript");
    }

    /// <exception cref="RequestRefusedException">400: words later than the recording, where its length is known.</exception>
    public static void CheckLength(EvidenceItem item, IReadOnlyList<TranscriptSegment> segments)
    {
        if (item.Facts.Count != item.Files.Count || item.Facts.Any(f => f.Facts.Duration is null))
            return;
        var length = item.Facts.Aggregate(TimeSpan.Zero, (sum, f) => sum + f.Facts.Duration!.Value);
        for (var i = 0; i < segments.Count; i++)
        {
            if ((segments[i].End ?? segments[i].Start) is { } last && TranscriptSegment.Time(last) > length + Past)
                throw RequestRefusedException.Invalid(string.Create(CultureInfo.InvariantCulture, $"segments[{i}]"), string.Create(CultureInfo.InvariantCulture, $"第 {last} 秒超出录制时长（{length.TotalSeconds:0.###} 秒） / {last} s is beyond the recording, which lasts {length.TotalSeconds:0.###} s"));
        }
    }

    /// <returns>The latest start so far.</returns>
    private static TimeSpan Times(double? start, double? end, TimeSpan before, string field)
    {
        if (start is not { } from)
            return end is null ? before : throw RequestRefusedException.Invalid(field, "有结束时间而没有开始时间 / has an end and no start");
        if (from is not (>= 0 and <= TranscriptSegment.Longest) || end is not (null or (>= 0 and <= TranscriptSegment.Longest)))
            throw RequestRefusedException.Invalid(field, $"时间应为 0 至 {TranscriptSegment.Longest} 秒 / must have times from 0 to {TranscriptSegment.Longest}, in seconds");
        // Players and readers go from top to bottom (WebVTT, 4.1: no cue starts before the one above it). Overlaps are people's way to talk.
        var begins = TranscriptSegment.Time(from);
        if (begins < before)
            throw RequestRefusedException.Invalid(field, "开始时间早于上一段，请按说话先后排列 / starts before the segment above it: put them in the order of speech");
        if (end is { } to && TranscriptSegment.Time(to) <= begins)
            throw RequestRefusedException.Invalid(field, "结束时间应晚于开始时间 / must end at least 0.001 s after its start");
        return begins;
    }

    /// <summary>
    /// Refuses what can't be seen and makes the rest read as something else: overrides of direction, line separators, tags and
    /// annotations. Marks that scripts need (joiners, single direction marks) may stay.
    /// </summary>
    private static void Visible(string text, string field)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF or (>= 0xFFF9 and <= 0xFFFB) or (>= 0xE0000 and <= 0xE007F))
                throw RequestRefusedException.Invalid(field, $"含有不可见字符 U+{rune.Value:X4}，会改变其余文字的读法，请删去 / contains U+{rune.Value:X4}, which can't be seen and changes how the rest reads: remove it");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\z")]
    private static partial Regex Language();
}
