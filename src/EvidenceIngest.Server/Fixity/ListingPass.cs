using System.Text;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Fixity;

/// <summary>
/// Compares a vault's listing with the catalogue, side by side in the order of keys, so that neither is ever in memory as a
/// whole. A listing proves nothing: what it lacks or shows with another length is read at once, and that decides. Interrupted,
/// it begins anew; it costs a request per thousand objects.
/// </summary>
internal sealed class ListingPass(
    EvidenceCatalogue catalogue, KnownObjects known, ObjectCheck check, AuditRecord record, FindingRecord findings,
    ServerOptions options, TimeProvider time, ILogger<ListingPass> log)
{
    private const int ReportEvery = 5000;

    public async Task RunAsync(AuditedVault vault, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var last = await catalogue.ReadAsync(db => db.FixityListings.SingleOrDefaultAsync(l => l.Vault == vault.Name, ct), ct);
        if (last is { EndedAt: not null } && now < last.BeganAt + options.Fixity.ListingInterval)
            return;
        var listing = new FixityListing { Vault = vault.Name, BeganAt = now };
        await SaveAsync(listing, ct);
        foreach (var bucket in VaultSet.Buckets(vault))
            await CompareAsync(vault, bucket, listing, ct);
        await EndStrangersAsync(vault.Name, now, ct);
        listing.EndedAt = time.GetUtcNow();
        await SaveAsync(listing, ct);
        log.Listed(vault.Name, listing.Objects);
    }

    private async Task CompareAsync(AuditedVault vault, string bucket, FixityListing listing, CancellationToken ct)
    {
        await using var listed = vault.Store.ListAsync(bucket, "", ct).GetAsyncEnumerator(ct);
        await using var expected = known.ExpectedAsync(vault.Name, bucket, ct).GetAsyncEnumerator(ct);
        var (moreListed, moreExpected) = (await listed.MoveNextAsync(), await expected.MoveNextAsync());
        while (moreListed || moreExpected)
        {
            var order = !moreListed ? 1 : !moreExpected ? -1 : Compare(listed.Current.Version.Key, expected.Current.Version.Key);
            if (order < 0)
            {
                // A key that has nothing to hold.
                await LookAtAsync(vault, listed.Current, ct);
                await CountAsync(listing, ct);
                moreListed = await listed.MoveNextAsync();
                continue;
            }

            var wanted = expected.Current;
            var length = -1L;
            while (order == 0 && moreListed && listed.Current.Version.Key == wanted.Version.Key)
            {
                if (listed.Current.Version == wanted.Version)
                    length = listed.Current.Bytes;
                else
                    await LookAtAsync(vault, listed.Current, ct);
                await CountAsync(listing, ct);
                moreListed = await listed.MoveNextAsync();
            }

            if (length != wanted.Bytes)
                await ReadAsync(vault, wanted, ct);
            moreExpected = await expected.MoveNextAsync();
        }
    }

    /// <summary>It may have been there all the time, or be gone lawfully since it was asked for: reading decides.</summary>
    private async Task ReadAsync(AuditedVault vault, AuditedObject suspect, CancellationToken ct)
    {
        try
        {
            await record.WriteAsync(vault, null, await check.RunAsync(vault, suspect, ct), ct);
        }
        catch (VaultUnavailableException e)
        {
            // The pass comes to it, and has the patience to tell an object from a vault.
            log.Postponed($"{suspect.Version.Key} in vault {vault.Name}", e.Message);
        }
    }

    private async Task LookAtAsync(AuditedVault vault, StoredVersion stray, CancellationToken ct)
    {
        if (await known.MayLieAsync(vault.Name, stray.Version, ct))
            return;
        var owner = await known.OwnerAsync(stray.Version.Key, ct);
        var begun = await catalogue.WriteAsync(db => findings.NoteUntrackedAsync(db, vault.Name, stray, owner, ct), ct);
        if (begun is not null)
            log.Found(begun.Kind, begun.Vault, FindingRecord.Place(begun), begun.Found, begun.Id);
    }

    /// <summary>Strangers that this listing didn't see again have become known, or are gone.</summary>
    private Task EndStrangersAsync(string vault, DateTimeOffset began, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            // PostgreSQL rounds to microseconds; a finding of this listing is never older than that.
            var before = began.AddMilliseconds(-1);
            var gone = await db.FixityFindings
                .Where(f => f.Vault == vault && f.Kind == FindingKind.Untracked && f.ResolvedAt == null && f.LastSeenAt < before).OrderBy(f => f.ItemId).ToListAsync(ct);
            foreach (var finding in gone)
                await findings.EndAsync(db, finding, Actors.Server(options.Name), "it is known by now, or no longer in the vault", ct);
        },
        ct);

    private async Task CountAsync(FixityListing listing, CancellationToken ct)
    {
        if (++listing.Objects % ReportEvery == 0)
            await SaveAsync(listing, ct);
    }

    private Task<int> SaveAsync(FixityListing listing, CancellationToken ct) => catalogue.WriteAsync(
        db => db.Database.ExecuteSqlAsync(
            $"""
             insert into fixity_listings (vault, began_at, ended_at, objects) values ({listing.Vault}, {listing.BeganAt}, {listing.EndedAt}, {listing.Objects})
             on conflict (vault) do update set began_at = excluded.began_at, ended_at = excluded.ended_at, objects = excluded.objects
             """,
            ct),
        ct);

    // Strangers may have any name; .NET orders UTF-16 units, which is another order than that of UTF-8 bytes.
    private static int Compare(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}
