using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;

namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// Journal facts as custody events. Derived, never stored twice: a repeated manifest or report says exactly the same,
/// by which the server recognises a repeat.
/// </summary>
internal static class DockEvents
{
    public static IEnumerable<DockEvent> OfDocking(JournalFact fact)
    {
        if (fact is not Docked docked)
            yield break;
        yield return new DockEvent(docked.At, CustodyEventKind.Docked, $"bay {docked.Bay}");
        yield return new DockEvent(docked.Clock.MeasuredAt, CustodyEventKind.ClockMeasured, Describe(docked.Clock));
    }

    public static string Describe(ClockSet set) => set.After is { } after ? $"{set.Note}; read back: {Describe(after)}" : set.Note;

    public static IEnumerable<(int File, DockEvent Event)> OfCopying(JournalFact fact) =>
        Copying(fact).Select(e => (e.File, e.Event with { Detail = ManifestText.Clip(e.Event.Detail) }));

    private static IEnumerable<(int File, DockEvent Event)> Copying(JournalFact fact)
    {
        switch (fact)
        {
            case Staged s:
                yield return (s.File, new DockEvent(
                    s.At, CustodyEventKind.Offloaded, $"file {s.File}: {s.Bytes} bytes, sha256 {s.Digest.Sha256}, read back {s.Reread}"));
                break;
            case Resumed r:
                yield return (r.File, new DockEvent(r.At, CustodyEventKind.Resumed, $"file {r.File}: from byte {r.From}"));
                break;
            case Repeated r:
                yield return (r.File, new DockEvent(r.At, CustodyEventKind.Repeated, $"file {r.File}: {r.Reason}"));
                break;
            case Spoiled s:
                yield return (s.File, new DockEvent(s.At, CustodyEventKind.Repeated, $"file {s.File}: the staged copy is set aside: {s.Reason}"));
                break;
        }
    }

    private static string Describe(ClockReading clock)
    {
        var offset = clock.Offset is { } known
            ? $"recorder clock minus dock clock {Invariant(known.TotalSeconds)} s"
            : "recorder clock unknown";
        return $"{offset}; {clock.Note}";
    }

    private static string Invariant(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);
}
