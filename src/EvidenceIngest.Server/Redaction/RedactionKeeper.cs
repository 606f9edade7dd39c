using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Has ordered copies made. Any number of servers may run it; one of them makes them at a time.</summary>
internal sealed class RedactionKeeper(
    IDbContextFactory<CatalogueDb> contexts, CatalogueStart start, RedactionMaking making, TimeProvider time, ILogger<RedactionKeeper> log) : Rounds(start, TimeSpan.FromSeconds(3), time)
{
    private const long RedactionsLock = 0x45_56_52_44;

    /// <returns>True when something was made: there may be more.</returns>
    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        if ((await making.DueAsync(ct)).Count == 0)
            return false;
        await using var alone = await SessionLock.TryTakeAsync(contexts, RedactionsLock, ct);
        if (alone is null)
            return false;
        var due = await making.DueAsync(ct);
        foreach (var order in due)
            await making.MakeAsync(order, ct);
        return due.Count > 0;
    }

    protected override void TellStalled(string reason) => log.RedactionsStalled(reason);
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Redacted copies can't be made at the moment, tried again: {Reason}")]
    public static partial void RedactionsStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "{Redaction} of item {ItemId} is made from the proxy, not from the masters: {Reason}")]
    public static partial void RedactedFromProxy(this ILogger logger, string redaction, string itemId, string reason);
}
