using EvidenceIngest.Dock.Journal;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>Files of one recording that are to go out together.</summary>
/// <param name="Key">Tells it from all others while it is under way.</param>
internal sealed record DueDelivery(string Key, OffloadJournal Offload, IReadOnlyList<FileEntry> Files)
{
    public DateTimeOffset Deadline => Files[0].Recording.Listed.Deadline;
}

/// <summary>Finds what an offload has to deliver.</summary>
internal static class DeliveryPlan
{
    /// <summary>
    /// A recording goes out whole. When its recorder is away with the rest and the deadline comes near, what is here goes
    /// alone, with a finding: article 28 counts from the recording, not from the last chapter's luck.
    /// </summary>
    private static readonly TimeSpan NearDeadline = TimeSpan.FromHours(6);

    public static IReadOnlyList<DueDelivery> Of(OffloadJournal offload, DateTimeOffset now) => offload.Read(ledger =>
    {
        var due = ledger.OpenDeliveries.Select(d => new DueDelivery(KeyOf(offload, d.Files), offload, d.Files)).ToList();
        foreach (var recording in ledger.Recordings)
        {
            if (recording.Files.TrueForAll(f => f.IsDone))
                continue;
            var files = recording.Files.FindAll(f => f is { Staged: not null, Receipt: null, Delivery: null });
            if (files.Count == 0)
                continue;
            if (recording.Files.TrueForAll(f => f.IsSettled) || (!offload.InBay && recording.Listed.Deadline - now < NearDeadline))
                due.AddRange(files.Chunk(ManifestMaking.MaxFiles).Select(part => new DueDelivery(KeyOf(offload, part), offload, part)));
        }

        return due;
    });

    private static string KeyOf(OffloadJournal offload, IReadOnlyList<FileEntry> files) =>
        FormattableString.Invariant($"{offload.Id}/{files[0].Number}");
}
