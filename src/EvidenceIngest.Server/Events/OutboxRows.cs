using System.Text.Json.Nodes;

namespace EvidenceIngest.Server.Events;

/// <summary>Something that is to be told: a custody event, or what no chain has.</summary>
internal sealed class OutboxEvent
{
    public long Id { get; init; }

    public required string Subject { get; init; }

    public int? ChainSequence { get; init; }

    public ToldEvent? Told { get; init; }

    /// <summary>Its place among all events; null until the sequencer saw it committed.</summary>
    public long? Position { get; init; }

    public string? Name { get; init; }

    public string? DockId { get; init; }

    public byte[]? Body { get; init; }

    public DateTimeOffset? PlacedAt { get; init; }
}

/// <summary>An event that has its place, as it is sent. Read without what it was made from, which may be damaged.</summary>
internal sealed record PlacedEvent(long Position, string Subject, string Name, string? DockId, byte[] Body);

/// <summary>What an event tells that is not a custody event.</summary>
internal sealed record ToldEvent(string Id, string Name, DateTimeOffset At, string? Dock, JsonObject Data);

/// <summary>That something was told of a subject, so that it is told once.</summary>
internal sealed class ToldOnce
{
    public required string Subject { get; init; }

    public required string What { get; init; }

    public required DateTimeOffset ToldAt { get; init; }
}

internal enum ReaderState
{
    Connecting,
    Working,
    Failing,
}

/// <summary>How far a broker has acknowledged.</summary>
internal sealed class OutboxReader
{
    public required string Name { get; init; }

    public required long Position { get; set; }

    /// <summary>Which server speaks to it.</summary>
    public required string Server { get; set; }

    public required ReaderState State { get; set; }

    public string? Trouble { get; set; }

    public required DateTimeOffset SeenAt { get; set; }

    public DateTimeOffset? WorkingAt { get; set; }
}
