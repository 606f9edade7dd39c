using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transparency;

/// <summary>Signed heads, and proofs that lead to them.</summary>
internal sealed class LogRegister(EvidenceCatalogue catalogue)
{
    /// <summary>The head of that size, or the newest: the exact bytes of its envelope.</summary>
    public Task<byte[]> HeadAsync(long? size, CancellationToken ct) => catalogue.ReadAsync(
        async db => (await HeadAsync(db, size, ct)).Envelope, ct);

    public Task<LoggedEvent> InclusionAsync(string itemId, int sequence, long? size, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            if (!await db.CustodyEvents.AnyAsync(e => e.ItemId == itemId && e.Sequence == sequence, ct))
                throw RequestRefusedException.NotFound($"资料 {itemId} 没有第 {sequence} 号事件 / item {itemId} has no event {sequence}");
            var leaf = await db.LogLeaves.SingleOrDefaultAsync(l => l.ItemId == itemId && l.Sequence == sequence, ct);
            var head = leaf is null ? null : await HeadAsync(db, size, ct);
            if (leaf is null || leaf.Index >= head!.TreeSize)
                throw RequestRefusedException.Conflict($"资料 {itemId} 的第 {sequence} 号事件尚未纳入所查的签名摘要，请稍后再查 / event {sequence} of item {itemId} is not under {(size is null ? "a signed head yet: try again in a minute" : $"the head of size {size}: it came later")}");
            return new LoggedEvent(
                (await ProveAsync(db, itemId, sequence, head.TreeSize, ct)).Single(),
                EvidenceJson.FromBytes<SignedEnvelope>(head.Envelope));
        },
        ct);

    public Task<ConsistencyProof> ConsistencyAsync(long oldSize, long newSize, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var known = (await HeadAsync(db, null, ct)).TreeSize;
            if (oldSize < 0 || oldSize > newSize || newSize > known)
                throw RequestRefusedException.Invalid("from, to", $"应依次为较小和较大的日志长度，最大 {known} / must be sizes in this order, the larger at most {known}");
            return await ProveConsistencyAsync(db, oldSize, newSize, ct);
        },
        ct);

    /// <summary>That the first <paramref name="newSize"/> events begin with the first <paramref name="oldSize"/>, which are not more.</summary>
    public static async Task<ConsistencyProof> ProveConsistencyAsync(CatalogueDb db, long oldSize, long newSize, CancellationToken ct)
    {
        var plan = MerkleTree.Consistency(oldSize, newSize);
        return new ConsistencyProof(oldSize, newSize, Hash(plan, await db.LoadAsync(plan.SelectMany(range => range.Nodes), ct)));
    }

    /// <summary>Of one event of an item, or of all in the chain's order, as far as they are among the first <paramref name="size"/> of the log.</summary>
    public static async Task<IReadOnlyList<InclusionProof>> ProveAsync(CatalogueDb db, string itemId, int? sequence, long size, CancellationToken ct)
    {
        var leaves = await db.LogLeaves
            .Where(l => l.ItemId == itemId && l.Index < size && (sequence == null || l.Sequence == sequence)).OrderBy(l => l.Sequence).ToListAsync(ct);
        var plans = leaves.ConvertAll(l => MerkleTree.Inclusion(l.Index, size));
        // Together, since the events of a chain share most of their tiles.
        var stored = await db.LoadAsync(plans.SelectMany(p => p).SelectMany(range => range.Nodes), ct);
        return [.. leaves.Zip(plans, (leaf, plan) => new InclusionProof(leaf.Index, size, Convert.ToHexStringLower(leaf.Hash), Hash(plan, stored)))];
    }

    private static async Task<LogHead> HeadAsync(CatalogueDb db, long? size, CancellationToken ct) =>
        await db.LogHeads.Where(h => size == null || h.TreeSize == size).OrderByDescending(h => h.TreeSize).FirstOrDefaultAsync(ct)
        ?? throw RequestRefusedException.NotFound(size is null ? "还没有签名的日志摘要 / no head has been signed yet" : $"没有长度为 {size} 的签名摘要 / no head of size {size} was signed");

    private static List<string> Hash(IReadOnlyList<MerkleRange> path, Func<PerfectNode, byte[]> stored) =>
        [.. path.Select(range => Convert.ToHexStringLower(range.Hash(stored)))];
}

/// <param name="Proof">That the event is in the log.</param>
/// <param name="Head">The signed head that the proof leads to.</param>
public sealed record LoggedEvent(InclusionProof Proof, SignedEnvelope Head);
