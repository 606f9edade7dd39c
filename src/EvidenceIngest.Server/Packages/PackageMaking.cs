using System.Globalization;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Packages;

/// <summary>
/// Makes an evidence package: everything that somebody needs who trusts nobody. Only the small files are made; the digests of
/// masters and renditions are known, so the manifest is signed without reading them.
/// </summary>
internal sealed class PackageMaking(
    EvidenceCatalogue catalogue, ItemRegister register, LogSequencer sequencer, WitnessFile witness, ReceiptKey key, ServerOptions options, TimeProvider time)
{
    public const int MostItems = 1000;

    private const int LongestWhy = 500;

    public async Task<PackageView> MakeAsync(PackageRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", LongestWhy);
        var items = request.Items.Distinct(StringComparer.Ordinal).ToList();
        if (items.Count is 0 or > MostItems)
            throw RequestRefusedException.Invalid("items", $"must name 1 to {MostItems} items");
        foreach (var item in items)
            Texts.Demand(item, "items", 100);
        var now = time.GetUtcNow();
        now = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        var package = new Package { Id = "pk-" + Guid.CreateVersion7(now).ToString("N"), MadeAt = now, MadeBy = by, Why = request.Why, Items = items };

        // First the event, then the chain with it: whoever holds the package sees that its making was recorded.
        await catalogue.WriteAsync(db => RecordAsync(db, package, request.Renditions ?? [], ct), ct);
        var head = await HeadAsync(ct);
        var files = await catalogue.ReadAsync(db => ComposeAsync(db, package, request.Renditions ?? [], head, ct), ct);
        files.AddRange(Sign(package, files));
        await catalogue.WriteAsync(
            async db =>
            {
                if (await db.Packages.AnyAsync(p => p.Id == package.Id, ct))
                    return;
                db.Add(package);
                await db.SaveChangesAsync(ct);
                db.AddRange(files);
            },
            ct);
        return View(package, files.Select(f => new PackageFileView(f.Path, f.Bytes, f.Sha256)));
    }

    public async Task<PackageView> FindAsync(string id, CancellationToken ct)
    {
        var package = await catalogue.ReadAsync(db => db.Packages.SingleOrDefaultAsync(p => p.Id == id, ct), ct)
            ?? throw RequestRefusedException.NotFound($"there is no package {id}");
        var files = await catalogue.ReadAsync(
            db => db.PackageFiles.Where(f => f.PackageId == id).Select(f => new PackageFileView(f.Path, f.Bytes, f.Sha256)).ToListAsync(ct), ct);
        return View(package, files);
    }

    public async Task<PackageFile> OpenAsync(string id, string path, CancellationToken ct) =>
        await catalogue.ReadAsync(db => db.PackageFiles.SingleOrDefaultAsync(f => f.PackageId == id && f.Path == path, ct), ct)
        ?? throw RequestRefusedException.NotFound($"package {id} has no file {path}");

    /// <summary>How many events there are up to the making of the package; null when it is not in the chain.</summary>
    private static int? EndOf(List<StoredCustodyEvent> chain, Package package)
    {
        var last = chain.FindLastIndex(e => EvidenceJson.FromBytes<CustodyEvent>(e.Bytes) is { Kind: CustodyEventKind.Exported } link
            && link.Detail.StartsWith(package.Id, StringComparison.Ordinal));
        return last < 0 ? null : last + 1;
    }

    private static PackageView View(Package package, IEnumerable<PackageFileView> files) => new(
        package.Id, package.MadeAt, package.MadeBy, package.Why, package.Items,
        [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)]);

    private static async Task RecordAsync(CatalogueDb db, Package package, IReadOnlyList<string> renditions, CancellationToken ct)
    {
        foreach (var id in package.Items.Order(StringComparer.Ordinal))
        {
            var item = await db.Items.SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw ItemRegister.NoItem(id);
            if (!item.IsSealed)
                throw RequestRefusedException.Conflict(item.State == ItemState.Disposed ? $"item {id} was disposed of after its term" : $"item {id} is not sealed yet");
            // The answer to a commit may have been lost.
            var chain = await db.ReadChainAsync(id, ct);
            if (EndOf(chain, package) is null)
            {
                await db.AppendAsync(
                    id, package.MadeAt, Actors.Operator(package.MadeBy), CustodyEventKind.Exported,
                    $"{package.Id}: masters{string.Concat(renditions.Select(r => ", " + r))}; {package.Why}", ct);
            }
        }
    }

    /// <summary>Covers what was just recorded.</summary>
    private async Task<LogHead> HeadAsync(CancellationToken ct)
    {
        try
        {
            return (await sequencer.RunAsync(await witness.LastAsync(ct), ct))!;
        }
        catch (Exception e) when (e is HistoryChangedException or InvalidDataException)
        {
            throw RequestRefusedException.Conflict($"nothing is exported while the custody log is in doubt: {e.Message}");
        }
    }

    private async Task<List<PackageFile>> ComposeAsync(
        CatalogueDb db, Package package, IReadOnlyList<string> renditions, LogHead head, CancellationToken ct)
    {
        var files = new List<PackageFile>
        {
            Small(package, PackageLayout.TreeHead, head.Envelope),
            Small(package, PackageLayout.PublicKey, Encoding.ASCII.GetBytes(key.PublicPem)),
        };
        foreach (var id in package.Items)
        {
            var item = await db.Items.Include(i => i.Files).Include(i => i.Renditions).SingleAsync(i => i.Id == id, ct);
            files.AddRange(item.Files.OrderBy(f => f.Position).Select(f => Stored(
                package, PackageLayout.Master(id, f.Position + 1, Path.GetExtension(f.Key!)), f.Bytes, new ContentDigest(f.Sha256, f.Sm3),
                new VaultVersion(f.Bucket!, f.Key!, f.VersionId!))));
            files.AddRange(item.Renditions.Where(r => renditions.Contains(r.Name)).Select(r => Stored(
                package, PackageLayout.Rendition(id, r.Name, Path.GetExtension(r.Key)), r.Bytes, new ContentDigest(r.Sha256, r.Sm3),
                new VaultVersion(r.Bucket, r.Key, r.VersionId))));
            // Up to this package's own event: what came after it, such as a second export, is another package's.
            var chain = await db.ReadChainAsync(id, ct);
            chain = chain[..EndOf(chain, package)!.Value];
            var proofs = (await LogRegister.ProveAsync(db, id, null, head.TreeSize, ct)).Take(chain.Count);
            files.Add(Small(package, PackageLayout.Item(id), EvidenceJson.ToBytes(await register.FindAsync(id, ct))));
            files.Add(Small(package, PackageLayout.Custody(id), [.. chain.SelectMany(e => e.Bytes.Append((byte)'\n'))]));
            files.Add(Small(package, PackageLayout.Proofs(id), EvidenceJson.ToBytes(proofs)));
            files.Add(Small(package, PackageLayout.Receipt(id), await register.ReceiptAsync(id, ct)));
        }

        return files;
    }

    /// <summary>The bag's tag files, with the statement that fixes them.</summary>
    private List<PackageFile> Sign(Package package, List<PackageFile> payload)
    {
        var local = TimeZoneInfo.ConvertTime(package.MadeAt, options.AgencyZone);
        var tags = new List<PackageFile>
        {
            Small(package, PackageLayout.Declaration, Encoding.UTF8.GetBytes(PackageLayout.DeclarationText)),
            Small(package, PackageLayout.Info, Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"Bagging-Date: {local:yyyy-MM-dd}\nExternal-Identifier: {package.Id}\nPayload-Oxum: {payload.Sum(f => f.Bytes)}.{payload.Count}\nBag-Software-Agent: EvidenceIngest\n"))),
            Small(package, PackageLayout.Manifest, Encoding.UTF8.GetBytes(BagManifest.Write(payload.Select(f => (f.Path, f.Sha256))))),
        };
        if (payload.All(f => f.Sm3 is not null))
            tags.Add(Small(package, PackageLayout.Sm3Manifest, Encoding.UTF8.GetBytes(BagManifest.Write(payload.Select(f => (f.Path, f.Sm3!))))));
        var statement = new PackageStatement(
            package.Id, package.MadeAt, package.MadeBy, package.Why, package.Items, tags.ToDictionary(t => t.Path, t => t.Sha256), key.PublicPem);
        tags.Add(Small(package, PackageLayout.Statement, EvidenceJson.ToBytes(key.Sign(PackageStatement.PayloadType, EvidenceJson.ToBytes(statement)))));
        tags.Add(Small(package, PackageLayout.TagManifest, Encoding.UTF8.GetBytes(BagManifest.Write(tags.Select(f => (f.Path, f.Sha256))))));
        return tags;
    }

    private static PackageFile Stored(Package package, string path, long bytes, ContentDigest digest, VaultVersion where) => new()
    {
        PackageId = package.Id, Path = path, Bytes = bytes, Sha256 = digest.Sha256, Sm3 = digest.Sm3,
        Bucket = where.Bucket, Key = where.Key, VersionId = where.VersionId,
    };

    private static PackageFile Small(Package package, string path, byte[] content)
    {
        using var hasher = new ContentHasher(withSm3: true);
        hasher.Append(content);
        var digest = hasher.Finish();
        return new PackageFile
        {
            PackageId = package.Id, Path = path, Bytes = content.Length, Sha256 = digest.Sha256, Sm3 = digest.Sm3, Content = content,
        };
    }
}
