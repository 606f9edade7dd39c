using System.IO.Compression;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Packages;

/// <summary>Hands out a package's files. Who fetches an item's media stands in its chain before the first byte leaves.</summary>
internal sealed class PackageReading(EvidenceCatalogue catalogue, IVault vault, TimeProvider time)
{
    /// <exception cref="RequestRefusedException">404 when there is no such file, 410 when the item was disposed of since.</exception>
    public async Task<(PackageFile File, Stream Content)> OpenAsync(string id, string path, string by, string address, CancellationToken ct)
    {
        var file = await catalogue.ReadAsync(db => db.PackageFiles.SingleOrDefaultAsync(f => f.PackageId == id && f.Path == path, ct), ct)
            ?? throw RequestRefusedException.NotFound($"package {id} has no file {path}");
        if (file.Content is { } small)
            return (file, new MemoryStream(small, writable: false));
        var item = await catalogue.ReadAsync(db => FindAsync(db, ItemOf(path), ct), ct);
        if (item.State == ItemState.Disposed)
            throw new RequestRefusedException(StatusCodes.Status410Gone, $"item {item.Id} was disposed of after its term: only its digests are left");
        if (!await catalogue.ReadAsync(db => db.PackageFetches.AnyAsync(f => f.PackageId == id && f.ItemId == item.Id && f.Name == by, ct), ct))
            await catalogue.WriteAsync(db => RecordAsync(db, id, item.Id, by, address, ct), ct);
        return (file, new RenditionStream(vault, Where(file, item), file.Bytes, file.Bytes));
    }

    /// <summary>What fails, fails before the first byte: every item is there, and recorded as fetched.</summary>
    /// <exception cref="RequestRefusedException">410 when an item was disposed of since.</exception>
    public async Task DemandAllAsync(PackageView package, string by, string address, CancellationToken ct)
    {
        foreach (var media in package.Files.Where(IsMedia).DistinctBy(f => ItemOf(f.Path)))
        {
            var (_, content) = await OpenAsync(package.Package, media.Path, by, address, ct);
            await content.DisposeAsync();
        }
    }

    /// <summary>The whole package as one file, nothing compressed: media don't get smaller.</summary>
    public async Task WriteAllAsync(PackageView package, string by, string address, Stream target, CancellationToken ct)
    {
        var archive = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        await using (archive)
        {
            foreach (var file in package.Files)
            {
                var entry = archive.CreateEntry($"{package.Package}/{file.Path}", CompressionLevel.NoCompression);
                entry.LastWriteTime = package.MadeAt;
                var (_, content) = await OpenAsync(package.Package, file.Path, by, address, ct);
                await using (content)
                await using (var written = await entry.OpenAsync(ct))
                    await content.CopyToAsync(written, ct);
            }
        }
    }

    // data/items/ID/masters/… and data/items/ID/renditions/…, as PackageLayout has it.
    private static bool IsMedia(PackageFileView file) => file.Path.Split('/') is ["data", "items", _, "masters" or "renditions", ..];

    private static string ItemOf(string path) => path.Split('/')[2];

    private static Task<EvidenceItem> FindAsync(CatalogueDb db, string itemId, CancellationToken ct) =>
        db.Items.Include(i => i.Files).SingleAsync(i => i.Id == itemId, ct);

    /// <summary>A master may have been restored from the second vault since: the same bytes, another version.</summary>
    private static VaultVersion Where(PackageFile file, EvidenceItem item)
    {
        var master = item.Files.FirstOrDefault(f => f.Sha256 == file.Sha256 && f.Bytes == file.Bytes);
        return master is null ? new VaultVersion(file.Bucket!, file.Key!, file.VersionId!) : new VaultVersion(master.Bucket!, master.Key!, master.VersionId!);
    }

    private async Task RecordAsync(CatalogueDb db, string id, string itemId, string by, string address, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        if (await db.PackageFetches.AnyAsync(f => f.PackageId == id && f.ItemId == itemId && f.Name == by, ct))
            return;
        var now = time.GetUtcNow();
        db.Add(new PackageFetch { PackageId = id, ItemId = itemId, Name = by, FetchedAt = now });
        await db.AppendAsync(itemId, now, Actors.Operator(by), CustodyEventKind.Downloaded, $"media of {id}, from {address}", ct);
    }
}
