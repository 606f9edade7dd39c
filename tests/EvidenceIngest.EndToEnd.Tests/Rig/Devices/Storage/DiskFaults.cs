namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

/// <summary>Blocks that can't be read.</summary>
internal readonly record struct BlockRange(long First, long Count)
{
    /// <summary>The first of these blocks among <paramref name="count"/> from <paramref name="first"/> on.</summary>
    public long? FirstIn(long first, long count)
    {
        var block = Math.Max(First, first);
        return block < Math.Min(First + Count, first + count) ? block : null;
    }
}

/// <summary>What is wrong with a disk. Counting starts anew with every connection.</summary>
internal sealed record DiskFaults
{
    public static DiskFaults None { get; } = new();

    /// <summary>The cable is pulled instead of sending the card's byte of this number.</summary>
    public long? PullAfterBytes { get; init; }

    /// <summary>What is put into the bay after that pull; null leaves it empty.</summary>
    public SimulatedDevice? PutInAfterPull { get; init; }

    public BlockRange? BadBlocks { get; init; }

    /// <summary>The card's content comes no faster than this.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>This command stalls its endpoint and fails, <see cref="StallTimes"/> times per connection.</summary>
    public byte? StallOn { get; init; }

    public int StallTimes { get; init; } = int.MaxValue;

    /// <summary>This command never gets an answer, as from a firmware that hangs.</summary>
    public byte? SilentOn { get; init; }
}
