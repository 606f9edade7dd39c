using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Receipts;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transparency;

/// <summary>
/// Gives committed events their places in the log and signs the head of what there is then. Apart from the transactions that
/// append to chains, so that those never wait for each other. Any number of servers may run it.
/// </summary>
internal sealed class LogSequencer(EvidenceCatalogue catalogue, ReceiptKey key, ServerOptions options, TimeProvider time)
{
    // Any number does, as long as nothing else in this database uses it.
    private const long SequencerLock = 0x45_56_4C_47;
    private const int Batch = 4096;

    /// <summary>Puts everything that was committed before into the log, and signs it.</summary>
    /// <returns>The newest head; null while the log is empty.</returns>
    /// <exception cref="HistoryChangedException">The log contradicts what was signed: nothing more is signed.</exception>
    public async Task<LogHead?> RunAsync(TreeHead? witnessed, CancellationToken ct)
    {
        while (await catalogue.WriteAsync(db => IntegrateAsync(db, ct), ct) == Batch)
        {
        }

        return await catalogue.WriteAsync(db => SignAsync(db, witnessed, ct), ct);
    }

    private static async Task<int> IntegrateAsync(CatalogueDb db, CancellationToken ct)
    {
        await LockAsync(db, ct);
        // Events of one chain were noted in the chain's order, because its row was locked while each was appended.
        var pending = await db.Database.SqlQuery<PendingEvent>(
            $"""
            with taken as (
                delete from log_pending where id in (select id from log_pending order by id limit {Batch})
                returning id, item_id, sequence)
            select taken.id as "Id", taken.item_id as "ItemId", taken.sequence as "Sequence", e.bytes as "Bytes"
            from taken left join custody_events e using (item_id, sequence) order by taken.id
            """).ToListAsync(ct);
        if (pending.Count == 0)
            return 0;
        if (pending.FirstOrDefault(e => e.Bytes is null) is { } gone)
            throw new HistoryChangedException($"event {gone.Sequence} of {gone.ItemId} was taken away before it entered the log");
        var size = await SizeAsync(db, ct);
        db.AddRange(pending.Select((e, i) => new LogLeaf
        {
            Index = size + i,
            ItemId = e.ItemId,
            Sequence = e.Sequence,
            Hash = MerkleHash.Leaf(e.Bytes!),
        }));
        await db.SaveChangesAsync(ct);
        await db.FillAsync(size, size + pending.Count, ct);
        return pending.Count;
    }

    private async Task<LogHead?> SignAsync(CatalogueDb db, TreeHead? witnessed, CancellationToken ct)
    {
        await LockAsync(db, ct);
        var size = await SizeAsync(db, ct);
        var last = await db.LogHeads.AsNoTracking().OrderByDescending(h => h.TreeSize).FirstOrDefaultAsync(ct);
        // What was signed once must still be the beginning of what there is.
        if (last is not null)
            await DemandAsync(db, size, last.TreeSize, last.Root, "its own last head", ct);
        if (witnessed is not null)
            await DemandAsync(db, size, witnessed.TreeSize, Convert.FromHexString(witnessed.RootHash), "the witness file", ct);
        if (size == 0 || last?.TreeSize == size)
            return last;
        var now = time.GetUtcMilliseconds();
        var root = await db.RootAsync(size, ct);
        var statement = new TreeHead(size, Convert.ToHexStringLower(root), now, options.Name, key.PublicPem);
        var head = new LogHead
        {
            TreeSize = size,
            Root = root,
            SignedAt = now,
            Envelope = EvidenceJson.ToBytes(key.Sign(TreeHead.PayloadType, EvidenceJson.ToBytes(statement))),
        };
        db.Add(head);
        return head;
    }

    private static async Task DemandAsync(CatalogueDb db, long size, long known, byte[] root, string by, CancellationToken ct)
    {
        if (known > size)
            throw new HistoryChangedException($"the log has {size} events, where {by} knows {known}");
        byte[] found;
        try
        {
            found = await db.RootAsync(known, ct);
        }
        catch (InvalidDataException e)
        {
            throw new HistoryChangedException(e.Message);
        }

        if (!found.AsSpan().SequenceEqual(root))
            throw new HistoryChangedException($"the first {known} events are not those of which {by} tells: root {Convert.ToHexStringLower(found)}, not {Convert.ToHexStringLower(root)}");
    }

    private static Task<int> LockAsync(CatalogueDb db, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({SequencerLock})", ct);

    private static async Task<long> SizeAsync(CatalogueDb db, CancellationToken ct) => (await db.LogLeaves.MaxAsync(l => (long?)l.Index, ct) ?? -1) + 1;

    private sealed record PendingEvent(long Id, string ItemId, int Sequence, byte[]? Bytes);
}

/// <summary>The log is no longer what was signed: somebody changed it, or an older state of the database was restored.</summary>
internal sealed class HistoryChangedException(string message) : Exception(message);
