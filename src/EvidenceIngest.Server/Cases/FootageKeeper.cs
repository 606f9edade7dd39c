using System.Globalization;
using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Cases;

/// <summary>
/// Looks whether cases have the recordings that their matters demand, and links those that a matter's rule lets it link. What is
/// missing is looked for again every few minutes: much of what can settle it happens to items, not to the case.
/// </summary>
internal sealed class FootageKeeper(
    EvidenceCatalogue catalogue, CatalogueStart start, ServerOptions options, TimeProvider time, ILogger<FootageKeeper> log)
    : Rounds(start, TimeSpan.FromSeconds(20), time)
{
    private const int PerRound = 100;

    private static readonly TimeSpan WhileMissing = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WhileOpen = TimeSpan.FromDays(1);

    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        var due = await catalogue.ReadAsync(
            db => db.Cases.Where(c => c.FootageDueAt <= now).OrderBy(c => c.FootageDueAt).Take(PerRound).Select(c => c.Number).ToListAsync(ct), ct);
        foreach (var number in due)
        {
            try
            {
                await catalogue.WriteAsync(db => LookAtAsync(db, number, ct), ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && e is not CatalogueUnavailableException)
            {
                // The other cases don't wait for this one, and it doesn't stand before them in the next round.
                log.FootageFailed(number, e.GetBaseException().Message);
                await catalogue.WriteAsync(
                    db => db.Cases.Where(c => c.Number == number).ExecuteUpdateAsync(set => set.SetProperty(c => c.FootageDueAt, now + WhileMissing), ct), ct);
            }
        }

        return due.Count == PerRound;
    }

    protected override void TellStalled(string reason) => log.FootageStalled(reason);

    private async Task LookAtAsync(CatalogueDb db, string number, CancellationToken ct)
    {
        var known = await CaseRegister.LockAsync(db, number, ct);
        var now = Time.GetUtcNow();
        if (known.FootageDueAt is not { } due || due > now)
            return;
        var matter = await db.Matters.SingleOrDefaultAsync(m => m.Id == known.MatterId, ct);
        if (matter is { LinkAutomatically: true } && known.State == CaseState.Open)
            await LinkAsync(db, known, matter, now, ct);
        var linked = await db.Items.Include(i => i.Facts).Where(i => db.CaseItems.Any(l => l.CaseNumber == number && l.ItemId == i.Id)).ToListAsync(ct);
        var before = known.Footage;
        var found = CaseFootage.Of(known, matter, linked, await db.WorkingDaysAsync(ct), options.AgencyZone, now);
        known.FootageDueAt = NextLook(known, found, now);
        if (found.SameAs(before))
            return;
        (known.Footage, known.FootageState) = (found, found.State);
        if (!found.IsFinding && before is not { IsFinding: true })
            return;
        db.Tell(number, Outbox.New(EventTypes.CaseFootage, now, null, new { @case = number, state = found.State, gaps = found.Gaps }));
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Server(options.Name), CustodyEventKind.CaseFootageLooked, $"case {number}: {Describe(found)}; before: {(before is null ? "not looked at" : Describe(before))}"), ct);
    }

    private async Task LinkAsync(CatalogueDb db, Case known, Matter matter, DateTimeOffset now, CancellationToken ct)
    {
        var certain = await CaseProposals.CertainAsync(db, known, ct);
        if (certain.Count > 0)
        {
            await CaseRegister.LinkAsync(
                db, known.Number, certain, $"rule of matter {matter.Id}: recorded by an officer of the case during the act, and no other open case can mean it",
                Actors.Server(options.Name), now, ct);
            await db.SaveChangesAsync(ct);
        }
    }

    private static DateTimeOffset? NextLook(Case known, CaseFootage found, DateTimeOffset now) => found switch
    {
        { IsFinding: true } => now + WhileMissing,
        { State: FootageState.Awaited, ExpectedBy: { } by } when by > now && by - now < WhileOpen => by.AddSeconds(1),
        { State: FootageState.NotDemanded } => null,
        _ => known.State == CaseState.Open || found.State == FootageState.Awaited ? now + WhileOpen : null,
    };

    private static string Describe(CaseFootage footage) => footage.Gaps.Count == 0
        ? footage.State.ToString()
        : $"{footage.State}, not recorded: {string.Join(", ", footage.Gaps.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.From.UtcDateTime:O} to {g.To.UtcDateTime:O}")))}";
}

internal static class FootageDue
{
    /// <summary>Lets the keeper look at every case that an item belongs to or may belong to.</summary>
    public static Task<int> DueFootageAsync(this CatalogueDb db, EvidenceItem item, DateTimeOffset now, CancellationToken ct)
    {
        var span = item.Span() ?? new FootageSpan(item.MadeAt, item.MadeAt);
        return db.Cases
            .Where(c => db.CaseItems.Any(l => l.CaseNumber == c.Number && l.ItemId == item.Id) || (c.State == CaseState.Open && c.ActedFrom <= span.To && c.ActedTo >= span.From))
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.FootageDueAt, now), ct);
    }
}
