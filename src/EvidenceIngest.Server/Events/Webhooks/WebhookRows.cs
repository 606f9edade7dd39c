namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>An address that is told events.</summary>
internal sealed class Webhook
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Url { get; init; }

    /// <summary>Patterns of event names.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    public required byte[] Salt { get; init; }

    /// <summary>Tells whether the key file is still the one that the secret was made with.</summary>
    public required byte[] SecretSha256 { get; init; }

    public required DateTimeOffset RegisteredAt { get; init; }

    public required string RegisteredBy { get; init; }

    public DateTimeOffset? RemovedAt { get; set; }

    public string? RemovedBy { get; set; }

    /// <summary>The last time that the receiver took something.</summary>
    public DateTimeOffset? DeliveredAt { get; set; }

    /// <summary>Since when nothing gets through; null while something does.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    public string? Failure { get; set; }
}

internal enum WebhookDeliveryState
{
    Waiting,

    /// <summary>Given up; stays until somebody replays it.</summary>
    Dead,
}

/// <summary>An event that a webhook hasn't taken yet; taken, the row goes.</summary>
internal sealed class WebhookDelivery
{
    public required Guid WebhookId { get; init; }

    /// <summary>The event's place in the outbox.</summary>
    public required long Position { get; init; }

    public required string Subject { get; init; }

    public required WebhookDeliveryState State { get; set; }

    public required int Attempts { get; set; }

    public required DateTimeOffset NextAt { get; set; }

    /// <summary>Of the first attempt.</summary>
    public DateTimeOffset? BegunAt { get; set; }

    public string? Failure { get; set; }
}
