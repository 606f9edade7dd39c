namespace EvidenceIngest.Server.Transparency;

/// <summary>An event that a trigger has noted and the sequencer has not yet put into the log.</summary>
internal sealed class PendingLeaf
{
    public required long Id { get; init; }

    public required string ItemId { get; init; }

    public required int Sequence { get; init; }
}

/// <summary>An event's place in the log. Like the tables below, the database refuses to change or delete it.</summary>
internal sealed class LogLeaf
{
    public required long Index { get; init; }

    public required string ItemId { get; init; }

    public required int Sequence { get; init; }

    public required byte[] Hash { get; init; }
}

/// <summary>A full tile: <see cref="LogTiles.Width"/> neighbouring hashes of one level.</summary>
internal sealed class LogTile
{
    public required short Level { get; init; }

    public required long Index { get; init; }

    public required byte[] Hashes { get; init; }

    public required byte[] Root { get; init; }
}

/// <summary>A signed head, as it left this server.</summary>
internal sealed class LogHead
{
    public required long TreeSize { get; init; }

    public required byte[] Root { get; init; }

    public required DateTimeOffset SignedAt { get; init; }

    /// <summary>JSON of the <see cref="Domain.Receipts.SignedEnvelope"/>.</summary>
    public required byte[] Envelope { get; init; }
}

/// <summary>That a head also lies outside the database.</summary>
internal sealed class LogPublication
{
    public required long TreeSize { get; init; }

    /// <summary>Where: <c>vault</c>, or the address that was told.</summary>
    public required string Place { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>What that place gave for it: an object's version, a time stamp token, a witness's answer.</summary>
    public required byte[] Evidence { get; init; }
}
