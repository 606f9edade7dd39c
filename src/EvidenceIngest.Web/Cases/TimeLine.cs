using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Supervision;

namespace EvidenceIngest.Web.Cases;

/// <summary>Where a case's recordings, its act and what is missing lie on one line. Lengths are those of the drawing.</summary>
internal sealed class TimeLine
{
    public const double Label = 190;
    public const double Width = 1200;
    public const double RowHeight = 26;
    public const double Head = 34;

    // So that a photo, or seconds among days, can still be seen and hit.
    private const double Thinnest = 6;
    private const int MostTicks = 8;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(7), TimeSpan.FromDays(30),
        TimeSpan.FromDays(90), TimeSpan.FromDays(365), TimeSpan.FromDays(3650),
    ];

    private readonly FootageSpan _span;

    private TimeLine(FootageSpan span, IReadOnlyList<ReportedItem> placed, IReadOnlyList<ReportedItem> unplaced, FootageSpan? act, IReadOnlyList<FootageSpan> gaps)
    {
        (_span, Unplaced) = (span, unplaced);
        Bars = [.. placed.Select((item, row) => new Bar(item, X(item.Begins!.Value), WidthOf(SpanOf(item)), Head + (row * RowHeight)))];
        Act = act is null ? null : new Stretch(act, X(act.From), WidthOf(act));
        Gaps = [.. gaps.Select(g => new Stretch(g, X(g.From), WidthOf(g)))];
    }

    public IReadOnlyList<Bar> Bars { get; }

    /// <summary>Items that no time is known of.</summary>
    public IReadOnlyList<ReportedItem> Unplaced { get; }

    public Stretch? Act { get; }

    public IReadOnlyList<Stretch> Gaps { get; }

    public double Height => Head + (Math.Max(1, Bars.Count) * RowHeight) + 8;

    public bool IsLongerThanADay => _span.Length > TimeSpan.FromDays(1);

    /// <summary>Moments to write at the top.</summary>
    public IEnumerable<(double X, DateTimeOffset At)> Ticks
    {
        get
        {
            var step = Steps.FirstOrDefault(s => _span.Length / s <= MostTicks, Steps[^1]);
            var offset = _span.From.Offset;
            var first = new DateTimeOffset((_span.From.Ticks + step.Ticks - 1) / step.Ticks * step.Ticks, offset);
            for (var at = first; at <= _span.To; at += step)
                yield return (X(at), at);
        }
    }

    /// <returns>Null when no time is known at all.</returns>
    public static TimeLine? Of(CaseView known, CaseReport report, Func<DateTimeOffset, DateTimeOffset> local)
    {
        var placed = report.Items.Where(i => i.Begins is not null).ToList();
        var act = known is { ActedFrom: { } from, ActedTo: { } to } ? new FootageSpan(local(from), local(to)) : null;
        var spans = placed.ConvertAll(SpanOf);
        if (act is not null)
            spans.Add(act);
        if (spans.Count == 0)
            return null;
        var whole = new FootageSpan(local(spans.Min(s => s.From)), local(spans.Max(s => s.To)));
        // A little room at both ends; a single photo still needs a line to stand on.
        var room = whole.Length > TimeSpan.Zero ? whole.Length / 50 : TimeSpan.FromMinutes(1);
        whole = new FootageSpan(whole.From - room, whole.To + room);
        return new TimeLine(whole, placed, [.. report.Items.Where(i => i.Begins is null)], act, Missing(known, report, act));
    }

    private static IReadOnlyList<FootageSpan> Missing(CaseView known, CaseReport report, FootageSpan? act)
    {
        if (known.Footage is { Gaps.Count: > 0 } footage)
            return footage.Gaps;
        if (known.Footage?.State == FootageState.Missing && act is not null)
            return [act];
        // Where the case doesn't say when the act was, what lies between two recordings is all that can be told.
        return act is null && report.WholeRecording.Demanded == true ? [.. report.WholeRecording.Gaps.Select(g => new FootageSpan(g.From, g.To))] : [];
    }

    private static FootageSpan SpanOf(ReportedItem item) =>
        new(item.Begins!.Value, item.Begins.Value + TimeSpan.FromSeconds(item.Kind is MediaKind.Video or MediaKind.Audio ? item.Seconds ?? 0 : 0));

    private double X(DateTimeOffset at) => Label + ((Width - Label - 10) * ((at - _span.From) / _span.Length));

    private double WidthOf(FootageSpan span) => Math.Max(Thinnest, X(span.To) - X(span.From));

    /// <param name="Item">Which.</param>
    /// <param name="X">Its beginning.</param>
    /// <param name="Width">Its length.</param>
    /// <param name="Y">Its row.</param>
    internal sealed record Bar(ReportedItem Item, double X, double Width, double Y);

    /// <param name="Span">From when to when.</param>
    /// <param name="X">Its beginning.</param>
    /// <param name="Width">Its length.</param>
    internal sealed record Stretch(FootageSpan Span, double X, double Width);
}
