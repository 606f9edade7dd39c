using System.Globalization;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Redaction;

/// <param name="Field">Of the plan, as in <c>regions[0].keyFrames[2].x</c>.</param>
/// <param name="Why">For people, Chinese and English.</param>
public sealed record PlanFault(string Field, string Why);

/// <summary>What a plan must be before anybody renders it.</summary>
public static class RedactionRules
{
    public const int MostRegions = 200;
    public const int MostKeyFrames = 10_000;
    public const int MostSounds = 1000;
    public const int MostWords = 2000;

    /// <summary>A photo is treated as a recording of this length, seconds.</summary>
    public const double PhotoLength = 1;

    // Smaller ones are slips of the hand.
    private const double SmallestSide = 0.005;

    // Containers round; what ends with its recording shall not be refused for that.
    private const double Tolerance = 1;

    // Of sums of fractions.
    private const double Rounding = 1e-9;

    /// <returns>The first thing that is wrong; null when nothing is.</returns>
    /// <param name="plan">From outside.</param>
    /// <param name="kind">Of the recording.</param>
    /// <param name="hasSound">Whether it has any.</param>
    /// <param name="length">Seconds.</param>
    /// <param name="transcript">The version that the plan names; null when it names none.</param>
    public static PlanFault? Check(RedactionPlan plan, MediaKind kind, bool hasSound, double length, Transcript? transcript)
    {
        var (regions, sounds, words) = (plan.Regions ?? [], plan.Sounds ?? [], plan.Words ?? []);
        if (regions.Count + sounds.Count + words.Count == 0)
            return new PlanFault("plan", "没有任何遮蔽内容 / hides nothing");
        if (regions.Count > 0 && kind == MediaKind.Audio)
            return new PlanFault("plan.regions", "录音没有画面，不能设置遮蔽区域 / a recording of sound has no picture");
        if (sounds.Count + words.Count > 0 && !hasSound)
            return new PlanFault(sounds.Count > 0 ? "plan.sounds" : "plan.words", "该资料没有声音 / it has no sound");
        if (words.Count > 0 && transcript is null)
            return new PlanFault("plan.transcript", "按词遮蔽时须指明文字记录的版本 / words need the version of the transcript that they are counted in");
        return TooMany("plan.regions", regions.Count, MostRegions) ?? TooMany("plan.regions.keyFrames", regions.Sum(r => r.KeyFrames.Count), MostKeyFrames)
            ?? TooMany("plan.sounds", sounds.Count, MostSounds) ?? TooMany("plan.words", words.Count, MostWords)
            ?? First(regions, (r, i) => Region(r, Field("plan.regions", i), length))
            ?? First(sounds, (s, i) => Span(s.From, s.To, Field("plan.sounds", i), length))
            ?? First(words, (w, i) => Words(w, Field("plan.words", i), transcript!, length));
    }

    private static PlanFault? First<T>(IReadOnlyList<T> parts, Func<T, int, PlanFault?> check) => parts.Select(check).FirstOrDefault(f => f is not null);

    private static string Field(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");

    private static PlanFault? TooMany(string field, int count, int most) =>
        count > most ? new PlanFault(field, $"最多 {most} 个，现有 {count} 个，请分段处理 / at most {most}, not {count}") : null;

    private static PlanFault? Span(double? from, double? to, string field, double length)
    {
        var (begin, end) = (from ?? 0, to ?? length);
        if (!double.IsFinite(begin) || begin < 0 || begin >= length)
            return new PlanFault(field + ".from", string.Create(CultureInfo.InvariantCulture, $"应在 0 至 {length:0.###} 秒之间 / must lie within the recording, 0 to {length:0.###} s"));
        if (!double.IsFinite(end) || end > length + Tolerance)
            return new PlanFault(field + ".to", string.Create(CultureInfo.InvariantCulture, $"超出录制时长（{length:0.###} 秒） / lies behind the recording's end at {length:0.###} s"));
        return end <= begin ? new PlanFault(field, "止点应晚于起点 / must end behind its start") : null;
    }

    private static PlanFault? Region(CoveredRegion region, string field, double length)
    {
        if (Span(region.From, region.To, field, length) is { } fault)
            return fault;
        if (region.KeyFrames.Count == 0)
            return new PlanFault(field + ".keyFrames", "至少要有一个关键帧 / at least one is needed");
        var (from, to, before) = (region.From ?? 0, region.To ?? length, double.NegativeInfinity);
        for (var i = 0; i < region.KeyFrames.Count; i++)
        {
            var key = region.KeyFrames[i];
            var name = Field(field + ".keyFrames", i);
            if (!(key.At >= from && key.At <= to))
                return new PlanFault(name + ".at", "关键帧时间应在该区域的起止时间之内 / must lie within the region's own span");
            if (key.At <= before)
                return new PlanFault(name + ".at", "关键帧应按时间先后排列，且不得重复 / key frames stand in the order of their times, each at another one");
            if (!IsWithin(key.X, key.Width) || !IsWithin(key.Y, key.Height))
                return new PlanFault(name, $"位置和大小应为画面的比例（0 至 1），不得超出画面，边长不小于 {SmallestSide} / must be fractions within the picture, with sides of at least {SmallestSide}");
            before = key.At;
        }

        return null;
    }

    private static bool IsWithin(double start, double side) => start is >= 0 and <= 1 && side is >= SmallestSide and <= 1 && start + side <= 1 + Rounding;

    private static PlanFault? Words(HushedWords words, string field, Transcript transcript, double length)
    {
        if (words.Segment < 0 || words.Segment >= transcript.Segments.Count)
            return new PlanFault(field + ".segment", $"文字记录第 {transcript.Version} 版没有这一段，段号自 0 起 / version {transcript.Version} of the transcript has no such segment; they are counted from 0");
        var segment = transcript.Segments[words.Segment];
        if (words.First is not { } first)
        {
            if (words.Last is not null)
                return new PlanFault(field + ".last", "未指明首词 / needs the first word");
            if (segment.Start is null || segment.End is null)
                return new PlanFault(field + ".segment", "这一段没有起止时间，请改按时间遮蔽 / this segment has no times: name seconds instead");
        }
        else if (segment.Words is not { Count: > 0 } known)
        {
            return new PlanFault(field + ".first", "这一版文字记录没有逐词时间，请选用机器初稿的版本，或遮蔽整段 / this version has no times of words: name an engine's draft, or the whole segment");
        }
        else if (first < 0 || (words.Last ?? first) < first || (words.Last ?? first) >= known.Count)
        {
            return new PlanFault(field, $"词号应在 0 至 {known.Count - 1} 之间，且末词不先于首词 / words are counted from 0 to {known.Count - 1}, the last not before the first");
        }

        return HushedSpan.Times(words, segment).From >= length
            ? new PlanFault(field, "该词的时间超出录制时长 / is spoken behind the recording's end")
            : null;
    }
}
