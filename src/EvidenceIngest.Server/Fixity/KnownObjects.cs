using System.Runtime.CompilerServices;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Fixity;

/// <summary>What the catalogue knows of a bucket: what has to lie in it, and what may.</summary>
internal sealed class KnownObjects(EvidenceCatalogue catalogue)
{
    private const int Page = 1000;

    // Written by the probe and by the log, which audits its heads itself.
    private static readonly string[] Ours = ["probe/", VaultWitness.Prefix];

    /// <summary>
    /// In an upload that isn't completed, a copy that isn't recorded, an item that is being rendered, a key has versions that
    /// nobody has written down yet. Bucket @p0, key @p1, version @p2.
    /// </summary>
    private const string MayLieInFirst =
        """
        select exists (select 1 from uploads u where u.bucket = @p0 and u.key collate "C" = @p1 and (u.version_id = @p2 or u.version_id is null))
            or exists (select 1 from master_files f where f.bucket = @p0 and f.key collate "C" = @p1 and f.version_id = @p2)
            or exists (select 1 from renditions r where r.bucket = @p0 and r.key collate "C" = @p1 and r.version_id = @p2)
            or exists (select 1 from item_stages s where s.stage = 'Render' and s.state = 'Due' and @p1 like 'renditions/' || s.item_id || '/%')
            or exists (select 1 from access_copies c where c.bucket = @p0 and c.state = 'Waiting' and @p1 like c.key || '.%')
            or exists (select 1 from excerpts e where e.bucket = @p0 and e.state = 'Waiting' and @p1 like e.key || '.%')
            or exists (select 1 from redactions r where r.bucket = @p0 and r.state = 'Ordered' and (@p1 like r.key || '.%' or @p1 like r.key || '-text.%'))
            or exists (select 1 from link_marks m where m.bucket = @p0 and m.state = 'Waiting' and @p1 like m.key || '.%')
            as "Value"
        """;

    private const string MayLieInSecond =
        """
        select exists (select 1 from master_copies c where c.bucket = @p0 and c.key collate "C" = @p1 and (c.version_id = @p2 or c.version_id is null))
            or exists (
                -- A store that replicates by itself brings everything, also what was set aside, and brings it before we look.
                select 1 from uploads u where u.key collate "C" = @p1 and not exists (
                    select 1 from master_copies k where k.bucket = @p0 and k.key collate "C" = @p1 and k.version_id is not null))
            as "Value"
        """;

    /// <summary>What has to lie in the bucket, in the order of the keys' bytes, as stores list.</summary>
    public async IAsyncEnumerable<AuditedObject> ExpectedAsync(string vault, string bucket, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = "";;)
        {
            var page = await catalogue.ReadAsync(
                db => db.Database.SqlQueryRaw<AuditedRow>(
                    Objects.Expected(vault), new NpgsqlParameter("p0", bucket), new NpgsqlParameter("p1", after), new NpgsqlParameter("p2", Page)).ToListAsync(ct),
                ct);
            // A key is one object's: none is cut by the page's end.
            foreach (var row in page)
                yield return row.ToObject();
            if (page.Count < Page)
                yield break;
            after = page[^1].Key;
        }
    }

    /// <summary>True when it is no stranger.</summary>
    public async Task<bool> MayLieAsync(string vault, VaultVersion version, CancellationToken ct) =>
        Ours.Any(prefix => version.Key.StartsWith(prefix, StringComparison.Ordinal))
        || (await catalogue.ReadAsync(
            db => db.Database.SqlQueryRaw<bool>(
                vault == VaultSet.FirstName ? MayLieInFirst : MayLieInSecond,
                new NpgsqlParameter("p0", version.Bucket), new NpgsqlParameter("p1", version.Key), new NpgsqlParameter("p2", version.VersionId)).ToListAsync(ct),
            ct)).Single();

    /// <summary>Whose key it is, when the catalogue knows it.</summary>
    public Task<string?> OwnerAsync(string key, CancellationToken ct) => catalogue.ReadAsync(
        async db => await db.Uploads.Where(u => u.Key == key).Select(u => u.ItemId).FirstOrDefaultAsync(ct)
            ?? await db.Renditions.Where(r => r.Key == key).Select(r => r.ItemId).FirstOrDefaultAsync(ct), ct);
}
