using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transparency;

/// <summary>
/// The log's hashes in tiles of 256, as static logs keep them: ten million events take forty thousand rows, and a proof reads
/// six tiles at most.
/// </summary>
internal static class LogTiles
{
    /// <summary>Tree levels in a tile.</summary>
    public const int Height = 8;

    /// <summary>Hashes in a full tile.</summary>
    public const int Width = 1 << Height;

    /// <summary>Makes the tiles that became full when the log grew. The leaves must be saved.</summary>
    public static async Task FillAsync(this CatalogueDb db, long oldSize, long newSize, CancellationToken ct)
    {
        var (before, after) = (oldSize, newSize);
        for (short level = 0; after >= Width; level++)
        {
            (before, after) = (before / Width, after / Width);
            for (var index = before; index < after; index++)
            {
                var hashes = await db.HashesAsync(level, index, ct);
                if (hashes.Length != Width * MerkleHash.Bytes)
                    throw new InvalidDataException($"tile {level}/{index} of the log has {hashes.Length / MerkleHash.Bytes} hashes");
                db.Add(new LogTile { Level = level, Index = index, Hashes = hashes, Root = MerkleHash.Perfect(hashes) });
            }

            await db.SaveChangesAsync(ct);
        }
    }

    /// <summary>Fetches what a plan of <see cref="MerkleTree"/> needs, each tile once.</summary>
    public static async Task<Func<PerfectNode, byte[]>> LoadAsync(this CatalogueDb db, IEnumerable<PerfectNode> nodes, CancellationToken ct)
    {
        var tiles = new Dictionary<(int Level, long Index), byte[]>();
        foreach (var tile in nodes.Select(n => Place(n).Tile).Distinct())
        {
            tiles[tile] = await db.LogTiles.Where(t => t.Level == tile.Level && t.Index == tile.Index).Select(t => t.Hashes).SingleOrDefaultAsync(ct)
                ?? await db.HashesAsync(tile.Level, tile.Index, ct);
        }

        return node =>
        {
            var (tile, from, count) = Place(node);
            var hashes = tiles[tile];
            return hashes.Length >= (from + count) * MerkleHash.Bytes
                ? MerkleHash.Perfect(hashes.AsSpan(from * MerkleHash.Bytes, count * MerkleHash.Bytes))
                : throw new InvalidDataException($"the log lacks hashes of tile {tile.Level}/{tile.Index}");
        };
    }

    /// <summary>Root of the log when it had that many events.</summary>
    public static async Task<byte[]> RootAsync(this CatalogueDb db, long size, CancellationToken ct)
    {
        var plan = MerkleTree.Root(size);
        return plan.Hash(await db.LoadAsync(plan.Nodes, ct));
    }

    /// <summary>The hashes that a tile is made of, as far as they are there.</summary>
    private static async Task<byte[]> HashesAsync(this CatalogueDb db, int level, long index, CancellationToken ct)
    {
        var (first, end) = (index * Width, (index + 1) * Width);
        var hashes = level == 0
            ? await db.LogLeaves.Where(l => l.Index >= first && l.Index < end).OrderBy(l => l.Index).Select(l => l.Hash).ToListAsync(ct)
            : await db.LogTiles.Where(t => t.Level == level - 1 && t.Index >= first && t.Index < end).OrderBy(t => t.Index).Select(t => t.Root).ToListAsync(ct);
        return [.. hashes.SelectMany(h => h)];
    }

    private static ((int Level, long Index) Tile, int From, int Count) Place(PerfectNode node)
    {
        var within = node.Level % Height;
        var first = node.Index << within;
        return ((node.Level / Height, first / Width), (int)(first % Width), 1 << within);
    }
}
