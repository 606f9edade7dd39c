using EvidenceIngest.Server.Catalogue;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>Has ordered clips and stills made.</summary>
internal sealed class ExcerptKeeper(CatalogueStart start, ExcerptMaking making, TimeProvider time, ILogger<ExcerptKeeper> log) : Rounds(start, TimeSpan.FromSeconds(3), time)
{
    internal override Task<bool> RunOnceAsync(CancellationToken ct) => making.MakeDueAsync(ct);

    protected override void TellStalled(string reason) => log.ExcerptsStalled(reason);
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Clips and stills can't be made at the moment, tried again: {Reason}")]
    public static partial void ExcerptsStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "{Excerpt} of item {ItemId} can't be made from its master, the proxy is used: {Reason}")]
    public static partial void FromProxy(this ILogger logger, string excerpt, string itemId, string reason);
}
