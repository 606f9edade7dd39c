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
            ?? throw RequestRefusedException.NotFound($"证据包 {id} 没有文件 {path} / package {id} has no file {path}");
        if (file.Content is { } small)
            return (file, new MemoryStream(small, writable: false));
        // data/items/ID/…, as PackageLayout has it.
        var item = await catalogue.ReadAsync(db => FindAsync(db, path.Split('/')[2], ct), ct);
        if (item.State == ItemState.Disposed)
            throw new RequestRefusedException(StatusCodes.Status410Gone, $"资料 {item.Id} 已到期销毁，只保留校验值 / item {item.Id} was disposed of after its term: only its digests are left");
        if (!await catalogue.ReadAsync(db => db.PackageFetches.AnyAsync(f => f.PackageId == id && f.ItemId == item.Id && f.Name == by, ct), ct))
            await catalogue.WriteAsync(db => RecordAsync(db, id, item.Id, by, address, ct), ct);
        return (file, new RenditionStream(vault, Where(file, item), file.Bytes, file.Bytes));
    }

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
