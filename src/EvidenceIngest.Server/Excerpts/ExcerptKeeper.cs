using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>Has ordered clips and stills made. Any number of servers may run it; one of them makes them at a time.</summary>
internal sealed class ExcerptKeeper(
    IDbContextFactory<CatalogueDb> contexts, CatalogueStart start, ExcerptMaking making, TimeProvider time, ILogger<ExcerptKeeper> log) : Rounds(start, TimeSpan.FromSeconds(3), time)
{
    private const long ExcerptsLock = 0x45_56_45_58;

    /// <returns>True when something was made: there may be more.</returns>
    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        if ((await making.DueAsync(ct)).Count == 0)
            return false;
        await using var alone = await SessionLock.TryTakeAsync(contexts, ExcerptsLock, ct);
        if (alone is null)
            return false;
        var due = await making.DueAsync(ct);
        foreach (var order in due)
            await making.MakeAsync(order, ct);
        return due.Count > 0;
    }

    protected override void TellStalled(string reason) => log.ExcerptsStalled(reason);
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Clips and stills can't be made at the moment, tried again: {Reason}")]
    public static partial void ExcerptsStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "{Excerpt} of item {ItemId} can't be made from its master, the proxy is used: {Reason}")]
    public static partial void FromProxy(this ILogger logger, string excerpt, string itemId, string reason);
}
