using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;

namespace EvidenceIngest.Dock.Journal;

/// <summary>What happened to recordings after they were announced: the server hears of it by separate posts.</summary>
internal sealed class LaterEvents
{
    private readonly Dictionary<string, (List<DockEvent> Events, int Acknowledged)> _byDelivery = [];

    public int PendingCount => _byDelivery.Values.Sum(d => d.Events.Count - d.Acknowledged);

    public bool AllAcknowledged => PendingCount == 0;

    /// <summary>Per delivery what the server hasn't acknowledged, and the count to acknowledge with.</summary>
    public IReadOnlyList<(string DeliveryId, IReadOnlyList<DockEvent> Events, int Count)> Pending() =>
        [.. _byDelivery
            .Where(d => d.Value.Acknowledged < d.Value.Events.Count)
            .Select(d => (d.Key, (IReadOnlyList<DockEvent>)[.. d.Value.Events.Skip(d.Value.Acknowledged)], d.Value.Events.Count))];

    public void Apply(JournalFact fact, OffloadLedger ledger)
    {
        switch (fact)
        {
            case Cleared cleared:
                foreach (var group in cleared.Files.Select(ledger.File).GroupBy(DeliveryOf))
                {
                    var names = string.Join(", ", group.Select(f => f.Listed.Path));
                    var note = cleared.Note is null ? "" : $" ({cleared.Note})";
                    Add(group.Key, cleared.At, CustodyEventKind.Cleared, $"receipt {cleared.ReceiptId}{note}: {group.Count()} files: {names}");
                }

                break;
            case Kept kept:
                var file = ledger.File(kept.File);
                Add(DeliveryOf(file), kept.At, CustodyEventKind.ClearingRefused, $"{kept.Reason}: {file.Listed.Path}");
                break;
            case ClockSet set:
                AddToAll(ledger, set.At, set.Done ? CustodyEventKind.ClockSet : CustodyEventKind.ClockNotSet, DockEvents.Describe(set));
                break;
            case Released released:
                AddToAll(ledger, released.At, CustodyEventKind.Released, $"bay {released.Bay}");
                break;
            case Resent resent:
                Add(resent.DeliveryId, resent.At, CustodyEventKind.Repeated, $"sent again: {resent.Reason}");
                break;
            case Acknowledged acknowledged when _byDelivery.TryGetValue(acknowledged.DeliveryId, out var known):
                _byDelivery[acknowledged.DeliveryId] = known with { Acknowledged = acknowledged.Count };
                break;
        }
    }

    private static string? DeliveryOf(FileEntry file) => file.Receipt?.DeliveryId;

    private void AddToAll(OffloadLedger ledger, DateTimeOffset at, CustodyEventKind kind, string detail)
    {
        foreach (var delivery in ledger.Files.Select(DeliveryOf).Distinct())
            Add(delivery, at, kind, detail);
    }

    private void Add(string? deliveryId, DateTimeOffset at, CustodyEventKind kind, string detail)
    {
        // Without a receipt the server has no delivery to file the event under.
        if (deliveryId is null)
            return;
        if (!_byDelivery.TryGetValue(deliveryId, out var known))
            _byDelivery[deliveryId] = known = ([], 0);
        known.Events.Add(new DockEvent(at, kind, ManifestText.Clip(detail)));
    }
}
