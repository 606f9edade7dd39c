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
                    Add(group.Key, new DockEvent(
                        cleared.At, CustodyEventKind.Cleared, $"receipt {cleared.ReceiptId}: {names}{(cleared.Note is null ? "" : "; " + cleared.Note)}"));
                }

                break;
            case Kept kept:
                var file = ledger.File(kept.File);
                Add(DeliveryOf(file), new DockEvent(kept.At, CustodyEventKind.ClearingRefused, $"{file.Listed.Path}: {kept.Reason}"));
                break;
            case Released released:
                foreach (var delivery in ledger.Files.Select(DeliveryOf).Distinct())
                    Add(delivery, new DockEvent(released.At, CustodyEventKind.Released, $"bay {released.Bay}"));
                break;
            case Resent resent:
                Add(resent.DeliveryId, new DockEvent(resent.At, CustodyEventKind.Repeated, $"sent again: {resent.Reason}"));
                break;
            case Acknowledged acknowledged when _byDelivery.TryGetValue(acknowledged.DeliveryId, out var known):
                _byDelivery[acknowledged.DeliveryId] = known with { Acknowledged = acknowledged.Count };
                break;
        }
    }

    private static string? DeliveryOf(FileEntry file) => file.Receipt?.DeliveryId;

    private void Add(string? deliveryId, DockEvent happened)
    {
        // Without a receipt the server has no delivery to file the event under.
        if (deliveryId is null)
            return;
        if (!_byDelivery.TryGetValue(deliveryId, out var known))
            _byDelivery[deliveryId] = known = ([], 0);
        known.Events.Add(happened);
    }
}
