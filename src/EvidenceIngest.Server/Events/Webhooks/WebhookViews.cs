using System.Text.Json.Nodes;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <param name="Name">What people call the receiver.</param>
/// <param name="Url">https; http only for this machine.</param>
/// <param name="Types">Patterns such as <c>item.sealed</c> or <c>item.*</c>; null for everything.</param>
public sealed record WebhookRequest(string Name, string Url, IReadOnlyList<string>? Types = null);

/// <param name="Webhook">As it was registered.</param>
/// <param name="Secret">Signs what the receiver gets; shown once.</param>
public sealed record RegisteredWebhook(WebhookView Webhook, string Secret);

/// <param name="Id">For removing and replaying.</param>
/// <param name="Name">What people call the receiver.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="Types">Patterns of events.</param>
/// <param name="RegisteredAt">UTC; it is told what happened since.</param>
/// <param name="RegisteredBy">Who.</param>
/// <param name="Waiting">Events that it hasn't taken yet.</param>
/// <param name="OldestWaitingAt">Since when the oldest of them waits; null when none does.</param>
/// <param name="Dead">Events that were given up; replay them.</param>
/// <param name="DeliveredAt">When it last took one.</param>
/// <param name="FailingSince">Since when it takes none; null while it does.</param>
/// <param name="Failure">Why.</param>
public sealed record WebhookView(
    Guid Id, string Name, string Url, IReadOnlyList<string> Types, DateTimeOffset RegisteredAt, string RegisteredBy, int Waiting, DateTimeOffset? OldestWaitingAt,
    int Dead, DateTimeOffset? DeliveredAt, DateTimeOffset? FailingSince, string? Failure);

/// <param name="Position">Its place; for replaying it alone, and the cursor of the next page.</param>
/// <param name="Name">What happened.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="BegunAt">When it was sent first.</param>
/// <param name="Failure">What came of the last attempt.</param>
/// <param name="Event">The CloudEvent.</param>
public sealed record DeadLetter(long Position, string Name, int Attempts, DateTimeOffset? BegunAt, string? Failure, JsonNode? Event);

/// <param name="Position">One dead letter; null for all.</param>
public sealed record ReplayRequest(long? Position = null);

/// <param name="Replayed">How many are sent again.</param>
public sealed record ReplayAnswer(int Replayed);
