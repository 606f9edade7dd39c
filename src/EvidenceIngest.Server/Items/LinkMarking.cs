using EvidenceIngest.Server.Catalogue;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Items;

/// <summary>Has the copies made that watermarked links show.</summary>
internal sealed class LinkMarking(CatalogueStart start, MarkedCopies copies, TimeProvider time, ILogger<LinkMarking> log) : Rounds(start, TimeSpan.FromSeconds(2), time)
{
    internal override Task<bool> RunOnceAsync(CancellationToken ct) => copies.MakeDueAsync(ct);

    protected override void TellStalled(string reason) => log.MarksStalled(reason);
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Watermarked copies for links can't be made at the moment, tried again: {Reason}")]
    public static partial void MarksStalled(this ILogger logger, string reason);
}
