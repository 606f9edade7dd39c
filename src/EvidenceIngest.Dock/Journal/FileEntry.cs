namespace EvidenceIngest.Dock.Journal;

/// <summary>What the journal says about one file of an offload. Changed by <see cref="OffloadLedger.Apply"/> alone.</summary>
internal sealed class FileEntry(ListedFile listed, RecordingEntry recording)
{
    public ListedFile Listed { get; } = listed;

    public RecordingEntry Recording { get; } = recording;

    public int Number => Listed.Number;

    /// <summary>Only while the copy isn't whole.</summary>
    public List<ChunkMark> Marks { get; } = [];

    public Staged? Staged { get; set; }

    public Recognised? Recognised { get; set; }

    public Missing? Missing { get; set; }

    /// <summary>The open delivery that carries it.</summary>
    public DeliveryEntry? Delivery { get; set; }

    public Receipted? Receipt { get; set; }

    public bool ClearingStarted { get; set; }

    public bool Cleared { get; set; }

    public Kept? Kept { get; set; }

    /// <summary>Its content is known and safe with us or in the vault.</summary>
    public bool IsSafe => Staged is not null || Recognised is not null;

    /// <summary>Nothing more will come from the recorder.</summary>
    public bool IsSettled => IsSafe || Missing is not null;

    public bool IsDone => Receipt is not null || Missing is not null;

    public Domain.Digests.ContentDigest? Digest => Staged?.Digest ?? Recognised?.Digest;

    public long Bytes => Staged?.Bytes ?? Recognised?.Bytes ?? Listed.Bytes;
}

internal sealed class RecordingEntry(Listed listed, Docked docked)
{
    public Listed Listed { get; } = listed;

    /// <summary>The docking at which it was listed.</summary>
    public Docked Docked { get; } = docked;

    public List<FileEntry> Files { get; } = [];
}

internal sealed class DeliveryEntry(Announced announced, IReadOnlyList<FileEntry> files)
{
    public Announced Announced { get; } = announced;

    public string Id => Announced.DeliveryId;

    public IReadOnlyList<FileEntry> Files { get; } = files;

    public int Resends { get; set; }

    public DateTimeOffset Deadline => Files[0].Recording.Listed.Deadline;
}
