using System.Data;
using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EvidenceIngest.Server.Transparency;

/// <summary>
/// Derives the whole log again from the events' bytes and compares it with everything that was ever signed: in the database,
/// in the witness file, in the vault. Trusts no hash that it didn't compute and needs no running server; it only reads.
/// </summary>
public sealed class LogAudit
{
    private const int MostFindings = 100;

    private readonly List<AuditFinding> _findings = [];
    private List<KnownHead> _heads = [];
    private readonly NpgsqlDataSource _database;
    private readonly VerificationKey _trusted;
    private readonly string _witnessFile;
    private readonly (IVault Vault, string Bucket)? _vault;

    internal LogAudit(NpgsqlDataSource database, VerificationKey trusted, string witnessFile, (IVault Vault, string Bucket)? vault) =>
        (_database, _trusted, _witnessFile, _vault) = (database, trusted, witnessFile, vault);

    /// <summary>Audits what a server with these settings keeps.</summary>
    /// <param name="server">Its database and its witness file.</param>
    /// <param name="trusted">The key that the auditor believes.</param>
    /// <param name="vault">Its vault; null when that is not to be asked.</param>
    /// <param name="ct">Ends the audit.</param>
    /// <exception cref="NpgsqlException">The database can't be read.</exception>
    /// <exception cref="VaultUnavailableException">The vault can't be read.</exception>
    public static async Task<LogAuditReport> RunAsync(ServerOptions server, VerificationKey trusted, VaultOptions? vault, CancellationToken ct)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        using var store = vault is null ? null : new S3Vault(vault, TimeProvider.System, NullLogger<S3Vault>.Instance);
        return await new LogAudit(database, trusted, server.Log.WitnessFile, store is null ? null : (store, vault!.Bucket)).RunAsync(ct);
    }

    /// <exception cref="NpgsqlException">The database can't be read.</exception>
    /// <exception cref="VaultUnavailableException">The vault can't be read.</exception>
    internal async Task<LogAuditReport> RunAsync(CancellationToken ct)
    {
        await using var connection = await _database.OpenConnectionAsync(ct);
        // One look at everything: what servers append meanwhile is not seen, also not by half.
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await ReadHeadsAsync(connection, ct);
        var counts = _heads.GroupBy(h => h.Source).ToDictionary(g => g.Key, g => g.Count());
        var (events, receipted) = await DeriveAsync(connection, ct);
        await CheckStraysAsync(connection, ct);
        await CheckReceiptsAsync(connection, receipted, ct);
        await using var pending = new NpgsqlCommand("select count(*) from log_pending", connection);
        var waiting = (long)(await pending.ExecuteScalarAsync(ct))!;
        return new LogAuditReport(events, waiting, counts, _findings);
    }

    private bool IsFull => _findings.Count >= MostFindings;

    private void Find(string where, string what)
    {
        if (!IsFull)
            _findings.Add(new AuditFinding(where, what));
    }

    private async Task ReadHeadsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using (var command = new NpgsqlCommand("select tree_size, envelope from log_heads order by tree_size", connection))
        await using (var rows = await command.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
                Know(AuditSources.Database, $"head {rows.GetInt64(0)}", rows.GetFieldValue<byte[]>(1));
        }

        if (File.Exists(_witnessFile))
        {
            var number = 0;
            await foreach (var line in File.ReadLinesAsync(_witnessFile, ct))
                Know(AuditSources.WitnessFile, $"line {++number}", System.Text.Encoding.UTF8.GetBytes(line));
        }

        if (_vault is var (vault, bucket))
        {
            await foreach (var stored in vault.ListAsync(bucket, VaultWitness.Prefix, ct))
            {
                await using var content = await vault.OpenAsync(stored.Version, 0, null, ct);
                using var envelope = new MemoryStream();
                await content.CopyToAsync(envelope, ct);
                Know(AuditSources.Vault, stored.Version.Key, envelope.ToArray());
            }
        }

        _heads = [.. _heads.OrderBy(h => h.Head.TreeSize)];
    }

    private void Know(string source, string where, byte[] envelope)
    {
        try
        {
            _heads.Add(new KnownHead(source, TreeHead.Verify(EvidenceJson.FromBytes<SignedEnvelope>(envelope), _trusted)));
        }
        catch (Exception e) when (e is TreeHeadRefusedException or JsonException)
        {
            Find($"{source}, {where}", e.Message);
        }
    }

    /// <summary>Every leaf from the first: its event's bytes, its place in its chain, and the root at each head's size.</summary>
    private async Task<(long Events, HashSet<string> Receipted)> DeriveAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select l.index, l.item_id, l.sequence, l.hash, e.bytes, e.hash
            from log_leaves l left join custody_events e using (item_id, sequence) order by l.index
            """,
            connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tree = new MerkleAccumulator();
        var chains = new Dictionary<string, (int Sequence, string Hash)>(StringComparer.Ordinal);
        var receipted = new HashSet<string>(StringComparer.Ordinal);
        var nextHead = 0;
        var agreed = 0L;
        CompareHeads();
        while (await rows.ReadAsync(ct))
        {
            var (index, item, sequence) = (rows.GetInt64(0), rows.GetString(1), rows.GetInt32(2));
            if (index != tree.Size)
            {
                Find($"event {tree.Size} of the log", $"it is missing: the next one is number {index}");
                return (tree.Size, receipted);
            }

            var where = string.Create(CultureInfo.InvariantCulture, $"event {index} of the log, {item} number {sequence}");
            var leaf = rows.GetFieldValue<byte[]>(3);
            if (await rows.IsDBNullAsync(4, ct))
                Find(where, "the event itself is gone");
            else
                leaf = Check(where, item, sequence, leaf, rows.GetFieldValue<byte[]>(4), rows.GetString(5));
            tree.Add(leaf);
            CompareHeads();
        }

        foreach (var head in _heads.Skip(nextHead))
            Find($"{head.Source}, head of {head.Head.TreeSize} events", $"the log has only {tree.Size}: its end was cut off");
        return (tree.Size, receipted);

        byte[] Check(string where, string item, int sequence, byte[] leaf, byte[] bytes, string hash)
        {
            var computed = MerkleHash.Leaf(bytes);
            var hex = Convert.ToHexStringLower(computed);
            if (!leaf.AsSpan().SequenceEqual(computed))
                Find(where, $"its bytes are not those that entered the log: {hex}, not {Convert.ToHexStringLower(leaf)}");
            if (hash != hex)
                Find(where, "the hash stored beside it is not the hash of its bytes");
            try
            {
                var link = EvidenceJson.FromBytes<CustodyEvent>(bytes);
                var before = chains.GetValueOrDefault(item, (Sequence: 0, Hash: CustodyChain.Genesis));
                if (link.ItemId != item || link.Sequence != sequence || sequence != before.Sequence + 1 || link.PreviousHash != before.Hash)
                    Find(where, $"it does not follow number {before.Sequence} of its chain");
                if (link.Kind == CustodyEventKind.Receipted)
                    receipted.Add(item);
            }
            catch (JsonException e)
            {
                Find(where, "its bytes are no custody event: " + e.Message);
            }

            chains[item] = (sequence, hex);
            return computed;
        }

        void CompareHeads()
        {
            for (; nextHead < _heads.Count && _heads[nextHead].Head.TreeSize == tree.Size; nextHead++)
            {
                var (source, head) = _heads[nextHead];
                var root = Convert.ToHexStringLower(tree.Root());
                if (root == head.RootHash)
                    agreed = tree.Size;
                else
                    Find(
                        $"events {agreed} to {tree.Size - 1} of the log",
                        $"one of them is not what it was when the head of {head.TreeSize} events was signed at {head.At:O} ({source}): root {root}, not {head.RootHash}");
            }
        }
    }

    /// <summary>What a chain or the log can't show: events that were never to enter it.</summary>
    private async Task CheckStraysAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.item_id, e.sequence from custody_events e
            left join log_leaves l using (item_id, sequence) left join log_pending p using (item_id, sequence)
            where l.index is null and p.id is null order by 1, 2 limit 100
            """,
            connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            Find($"{rows.GetString(0)} number {rows.GetInt32(1)}", "the event is neither in the log nor waiting for it");
    }

    private async Task CheckReceiptsAsync(NpgsqlConnection connection, HashSet<string> receipted, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select id, item_id, envelope, exists (select 1 from log_pending p where p.item_id = receipts.item_id) from receipts order by id", connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            var (id, item) = (rows.GetString(0), rows.GetString(1));
            try
            {
                var receipt = VaultReceipt.Verify(EvidenceJson.FromBytes<SignedEnvelope>(rows.GetFieldValue<byte[]>(2)), _trusted).Statement;
                if (receipt.ReceiptId != id || receipt.ItemId != item)
                    Find($"receipt {id}", $"it is of item {receipt.ItemId}, not of {item}");
            }
            catch (Exception e) when (e is ReceiptRefusedException or JsonException)
            {
                Find($"receipt {id}", e.Message);
            }

            var mayStillWait = rows.GetBoolean(3);
            if (!receipted.Remove(item) && !mayStillWait)
                Find($"receipt {id}", $"the chain of {item} tells of none");
        }

        foreach (var item in receipted.Order(StringComparer.Ordinal))
            Find(item, "its chain tells of a receipt that is gone");
    }

    private sealed record KnownHead(string Source, TreeHead Head);
}

/// <summary>Where heads were found.</summary>
public static class AuditSources
{
    public const string Database = "database";
    public const string WitnessFile = "witness file";
    public const string Vault = "vault";
}

/// <param name="Events">Events in the log.</param>
/// <param name="Waiting">Events that were committed and not yet put into it.</param>
/// <param name="Heads">Signed heads that were compared, by where they were found.</param>
/// <param name="Findings">In the order in which they were found, the first place first; at most a hundred.</param>
public sealed record LogAuditReport(long Events, long Waiting, IReadOnlyDictionary<string, int> Heads, IReadOnlyList<AuditFinding> Findings);

/// <param name="Where">Which event, head or receipt.</param>
/// <param name="What">What does not hold.</param>
public sealed record AuditFinding(string Where, string What);
