using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Retention;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Retention;

/// <summary>
/// Carries rules into the vault's locks: whatever lengthens an item's retention marks it as due, and here its locks follow.
/// What has no end (a hold, an open case, a permanent class) is locked some years ahead, again and again: unlike a legal hold
/// of the store, such a lock can be taken back by nobody. Several servers may do the same at once; locks only grow.
/// </summary>
internal sealed class RetentionKeeper(
    EvidenceCatalogue catalogue, CatalogueStart start, IVault vault, ServerOptions options, TimeProvider time, ILogger<RetentionKeeper> log)
    : Rounds(start, TimeSpan.FromSeconds(30), time)
{
    private const int MostAtOnce = 200;
    private const int AheadYears = 3;
    private const int RenewedYearsBefore = 2;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);

    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        var due = await catalogue.ReadAsync(
            db => db.Items.Where(i => i.RetentionDueAt <= now && (i.State == ItemState.Sealed || i.State == ItemState.Quarantined))
                .OrderBy(i => i.RetentionDueAt).Take(MostAtOnce).Select(i => i.Id).ToListAsync(ct),
            ct);
        foreach (var id in due)
        {
            try
            {
                await CareAsync(id, ct);
            }
            catch (Exception e) when (e is VaultUnavailableException or VaultBrokenPromiseException or VaultObjectMissingException)
            {
                log.LockNotExtended(id, e.Message);
                await PostponeAsync(id, e.Message, ct);
            }
        }

        return due.Count == MostAtOnce;
    }

    protected override void TellStalled(string reason) => log.RetentionStalled(reason);

    private static DateTimeOffset Wanted(RetentionTerm term, DateTimeOffset now)
    {
        var ahead = now.AddYears(AheadYears);
        return ObjectLocks.WholeSecondsUp(term.HasEnd || term.Until > ahead ? term.Until!.Value : ahead);
    }

    private async Task CareAsync(string id, CancellationToken ct)
    {
        var item = await catalogue.ReadAsync(db => db.Items.Include(i => i.Files).SingleAsync(i => i.Id == id, ct), ct);
        var term = await catalogue.ReadAsync(db => db.TermAsync(item, item.SealedAt!.Value, ct), ct);
        var now = Time.GetUtcNow();
        var wanted = Wanted(term, now);
        var locks = new Dictionary<int, DateTimeOffset>();
        // What is endless has been locked ahead; asking for a day more each day would only fill its chain.
        var needed = term.HasEnd ? wanted : Wanted(term, now.AddYears(RenewedYearsBefore - AheadYears));
        foreach (var file in item.Files.Where(f => wanted > now && (f.LockedUntil is null || f.LockedUntil < needed)))
            locks[file.Position] = await ExtendAsync(new VaultVersion(file.Bucket!, file.Key!, file.VersionId!), wanted, ct);
        await catalogue.WriteAsync(db => RecordAsync(db, id, item.RetentionDueAt, locks, ct), ct);
    }

    private async Task<DateTimeOffset> ExtendAsync(VaultVersion version, DateTimeOffset until, CancellationToken ct)
    {
        await vault.LockAsync(version, until, ct);
        var kept = await vault.ReadLockAsync(version, ct);
        return kept is { Compliance: true } && kept.Until >= until
            ? kept.Until
            : throw new VaultBrokenPromiseException($"{version.Key} was to be locked until {until:O} and is {(kept is null ? "not locked" : $"locked until {kept.Until:O}")}");
    }

    private async Task RecordAsync(CatalogueDb db, string id, DateTimeOffset? seenDue, Dictionary<int, DateTimeOffset> locks, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var item = await db.Items.Include(i => i.Files).SingleAsync(i => i.Id == id, ct);
        var now = Time.GetUtcNow();
        var term = await db.TermAsync(item, item.SealedAt!.Value, ct);
        var events = new List<NewEvent>();
        if (Describe(item, term) is { } change)
            events.Add(new NewEvent(now, Actors.Server(options.Name), CustodyEventKind.RetentionChanged, change));
        (item.RetainUntil, item.RetainWithoutEnd) = (Later(item.RetainUntil, term.Until), !term.HasEnd);
        // Neither a matter that is corrected nor a case that it is taken off shortens what it once had.
        item.RetentionClass = term.PermanentClass ?? item.RetentionClass;

        var extended = item.Files.Where(f => locks.TryGetValue(f.Position, out var until) && until > (f.LockedUntil ?? DateTimeOffset.MinValue)).ToList();
        foreach (var file in extended)
        {
            events.Add(new NewEvent(
                now, Actors.Server(options.Name), CustodyEventKind.LockExtended,
                $"file {file.Position + 1}: locked (COMPLIANCE) until {locks[file.Position]:O}, before until {Show(file.LockedUntil)}; read back; because {term.Because}"));
            file.LockedUntil = locks[file.Position];
        }

        item.LockedUntil = item.Files.Min(f => f.LockedUntil);
        (item.RetentionPendingSince, item.RetentionTrouble) = (null, null);
        // Somebody may have changed a rule meanwhile: then it stays due.
        if (item.RetentionDueAt == seenDue)
            item.RetentionDueAt = term.HasEnd ? null : item.LockedUntil!.Value.AddYears(-RenewedYearsBefore);
        await db.AppendAsync(id, events, ct);
    }

    /// <summary>Null when nothing changed, or the item has what every item has.</summary>
    private static string? Describe(EvidenceItem item, RetentionTerm term)
    {
        var isUsual = item.RetainUntil is null && term.HasEnd && term.IsUsual;
        if (isUsual || (item.RetainWithoutEnd == !term.HasEnd && (!term.HasEnd || Later(item.RetainUntil, term.Until) == item.RetainUntil)))
            return null;
        return $"{Word(!term.HasEnd, Later(item.RetainUntil, term.Until))}, because {term.Because}; before: {Word(item.RetainWithoutEnd, item.RetainUntil)}";
    }

    private static string Word(bool withoutEnd, DateTimeOffset? until) => withoutEnd ? "kept without end" : until is null ? "no rule applied yet" : $"kept until {Show(until)}";

    private static string Show(DateTimeOffset? at) => at?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) ?? "never";

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private Task<int> PostponeAsync(string id, string why, CancellationToken ct)
    {
        var again = Time.GetUtcNow() + AfterFailure;
        return catalogue.WriteAsync(
            db => db.Items.Where(i => i.Id == id)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(i => i.RetentionPendingSince, i => i.RetentionPendingSince ?? i.RetentionDueAt)
                        .SetProperty(i => i.RetentionDueAt, again).SetProperty(i => i.RetentionTrouble, why),
                    ct),
            ct);
    }
}
