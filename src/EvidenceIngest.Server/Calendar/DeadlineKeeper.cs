using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Calendar;

/// <summary>Counts deadlines anew that a notice may have moved. The chain keeps the old one: nothing is reset silently.</summary>
internal sealed class DeadlineKeeper(EvidenceCatalogue catalogue, CatalogueStart start, ServerOptions options, TimeProvider time, ILogger<DeadlineKeeper> log)
    : Rounds(start, TimeSpan.FromSeconds(30), time)
{
    private const int PerRound = 200;

    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var due = await catalogue.ReadAsync(db => db.Items.Where(i => i.DeadlineDue).OrderBy(i => i.Id).Take(PerRound).Select(i => i.Id).ToListAsync(ct), ct);
        foreach (var id in due)
            await catalogue.WriteAsync(db => CountAsync(db, id, ct), ct);
        return due.Count == PerRound;
    }

    protected override void TellStalled(string reason) => log.DeadlinesStalled(reason);

    private async Task CountAsync(CatalogueDb db, string id, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var item = await db.Items.Include(i => i.Facts).SingleAsync(i => i.Id == id, ct);
        if (!item.DeadlineDue)
            return;
        item.DeadlineDue = false;
        var (before, wasOnTime) = (item.DeadlineAt, item.OnTime);
        item.SetDeadline(await db.WorkingDaysAsync(ct), options.AgencyZone);
        if (item.DeadlineAt == before && item.OnTime == wasOnTime)
            return;
        var onTime = item.OnTime == wasOnTime ? "" : $"; on time: from {Show(wasOnTime)} to {Show(item.OnTime)}";
        await db.AppendAsync(
            id, Time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.DeadlineChanged,
            $"deadline: from {Show(before)} to {Show(item.DeadlineAt)}, by the working-day calendar as imported{onTime}", ct);
    }

    private string Show(DateTimeOffset? at) =>
        at is { } instant ? TimeZoneInfo.ConvertTime(instant, options.AgencyZone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture) : "none";

    private static string Show(bool? onTime) => onTime switch { true => "yes", false => "no", null => "unknown" };
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Deadlines can't be counted anew at the moment, tried again: {Reason}")]
    public static partial void DeadlinesStalled(this ILogger logger, string reason);
}
