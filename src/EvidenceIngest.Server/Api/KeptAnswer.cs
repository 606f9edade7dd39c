namespace EvidenceIngest.Server.Api;

/// <summary>A request with an <c>Idempotency-Key</c>, and what was answered.</summary>
internal sealed class KeptAnswer
{
    /// <summary>SHA-256 over the caller, the address and the key.</summary>
    public required byte[] Id { get; init; }

    /// <summary>SHA-256 of the body.</summary>
    public required byte[] Request { get; init; }

    /// <summary>SHA-256 of the role and the units that the caller had then.</summary>
    public required byte[] Rights { get; init; }

    /// <summary>What the request makes gets its id from this, so that a second run after a crash finds what the first one made.</summary>
    public required Guid MadeId { get; init; }

    /// <summary>When it came first.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Null until it was answered.</summary>
    public int? Status { get; set; }

    public string? ContentType { get; set; }

    public string? Location { get; set; }

    /// <summary>Null also where the answer holds a secret.</summary>
    public byte[]? Body { get; set; }
}

/// <summary>An endpoint's answer holds what is shown once and never stored.</summary>
internal sealed record AnswersSecret;

internal static class RepeatableEndpoints
{
    /// <summary>A request of the same key is refused instead of answered again.</summary>
    public static TBuilder AnswersSecret<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new AnswersSecret());
}
