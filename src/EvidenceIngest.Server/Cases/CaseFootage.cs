using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Cases;

public enum FootageState
{
    /// <summary>Its matter isn't on the list of matters that are recorded, or unknown.</summary>
    NotDemanded,

    /// <summary>Its matter is recorded from start to end, but the case system doesn't say when the act was.</summary>
    ActUnknown,

    /// <summary>What was recorded may still come: its storage deadline hasn't passed.</summary>
    Awaited,

    /// <summary>缺少音像记录: no accepted recording is linked.</summary>
    Missing,

    /// <summary>全过程记录不连续: recordings are linked, but don't cover the act from start to end.</summary>
    Gaps,

    /// <summary>Nothing is missing.</summary>
    Present,
}

/// <summary>Whether what a case's matter demands was recorded.</summary>
/// <param name="State">What was found.</param>
/// <param name="ExpectedBy">Article 28, counted from the end of the act: what comes later is late. Null while the act is unknown.</param>
/// <param name="Gaps">Stretches of the act that no linked, accepted recording covers, UTC.</param>
public sealed record CaseFootage(FootageState State, DateTimeOffset? ExpectedBy, IReadOnlyList<FootageSpan> Gaps)
{
    /// <param name="known">The case.</param>
    /// <param name="matter">Null when it is unknown.</param>
    /// <param name="linked">All items of the case, with their facts.</param>
    /// <param name="calendar">The working-day calendar.</param>
    /// <param name="zone">The agency's.</param>
    /// <param name="now">For what is late by now.</param>
    internal static CaseFootage Of(
        Case known, Matter? matter, IReadOnlyList<EvidenceItem> linked, WorkingDayCalendar calendar, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (matter is null)
            return new CaseFootage(FootageState.NotDemanded, null, []);
        // What is in quarantine proves nothing until a person accepted it, and companions of recordings are none.
        var accepted = linked.Where(i => i.State == ItemState.Sealed && i.SidecarRole is null).ToList();
        var act = known.Act();
        var expectedBy = act is null ? (DateTimeOffset?)null : StorageDeadline.For(act.To, calendar, zone).At.ToUniversalTime();
        var isDue = expectedBy is { } by ? now > by : known.State == CaseState.Closed;
        if (!accepted.Exists(i => i.Kind is MediaKind.Video or MediaKind.Audio or MediaKind.Photo))
            return new CaseFootage(isDue ? FootageState.Missing : FootageState.Awaited, expectedBy, act is null || !matter.WholeRecording ? [] : [act]);
        if (!matter.WholeRecording)
            return new CaseFootage(FootageState.Present, expectedBy, []);
        if (act is null)
            return new CaseFootage(FootageState.ActUnknown, null, []);
        var spans = accepted.Where(i => i.Kind is MediaKind.Video or MediaKind.Audio).Select(i => i.Span()).OfType<FootageSpan>();
        var gaps = FootageCoverage.Gaps(act, spans, FootageCoverage.Tolerance);
        return new CaseFootage(gaps.Count == 0 ? FootageState.Present : isDue ? FootageState.Gaps : FootageState.Awaited, expectedBy, gaps);
    }

    /// <summary>A finding that somebody has to deal with.</summary>
    internal bool IsFinding => State is FootageState.Missing or FootageState.Gaps;

    internal bool SameAs(CaseFootage? other) => other is not null && State == other.State && ExpectedBy == other.ExpectedBy && Gaps.SequenceEqual(other.Gaps);
}
