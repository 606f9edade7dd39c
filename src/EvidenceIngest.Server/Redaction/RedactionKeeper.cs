using EvidenceIngest.Server.Catalogue;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Has ordered copies made.</summary>
internal sealed class RedactionKeeper(CatalogueStart start, RedactionMaking making, TimeProvider time, ILogger<RedactionKeeper> log) : Rounds(start, TimeSpan.FromSeconds(3), time)
{
    internal override Task<bool> RunOnceAsync(CancellationToken ct) => making.MakeDueAsync(ct);

    protected override void TellStalled(string reason) => log.RedactionsStalled(reason);
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Redacted copies can't be made at the moment, tried again: {Reason}")]
    public static partial void RedactionsStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "{Redaction} of item {ItemId} is made from the proxy, not from the masters: {Reason}")]
    public static partial void RedactedFromProxy(this ILogger logger, string redaction, string itemId, string reason);
}
