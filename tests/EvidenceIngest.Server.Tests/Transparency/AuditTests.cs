using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Transparency;

/// <summary>An administrator with the database's superuser rights, against whoever kept a signed head.</summary>
public sealed class AuditTests(PrivateCluster cluster) : IAsyncLifetime
{
    private TestServer _server = null!;
    private string _first = "";
    private string _second = "";
    private long _signedFirst;

    private LogKeeper Keeper => _server.Get<LogKeeper>();

    [Fact]
    public async Task A_log_that_nobody_touched_is_whole()
    {
        var report = await AuditAsync();

        Assert.Empty(report.Findings);
        Assert.Equal(0, report.Waiting);
        var chains = new[] { _first, _second, Server.Custody.CustodyLog.ServiceChain };
        Assert.Equal((await Task.WhenAll(chains.Select(ChainAsync))).Sum(chain => chain.Count), report.Events);
        Assert.Equal(2, report.Heads[AuditSources.Database]);
        Assert.Equal(2, report.Heads[AuditSources.WitnessFile]);
        Assert.Equal(1, report.Heads[AuditSources.Vault]);
    }

    [Fact]
    public async Task An_edited_event_is_named()
    {
        var place = await PlaceAsync(_first, 9);
        await AttackAsync($"update custody_events set bytes = replace(encode(bytes, 'escape'), 'test', 'TEST')::bytea where item_id = '{_first}' and sequence = 9");

        var finding = (await AuditAsync()).Findings[0];

        Assert.Equal($"event {place} of the log, {_first} number 9", finding.Where);
        Assert.Contains("not those that entered the log", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_was_rewritten_whole_contradicts_the_heads_that_left_the_database()
    {
        await RewriteAsync(_first, 3);

        var report = await AuditAsync();
        var finding = report.Findings[0];
        Assert.Equal($"events 0 to {_signedFirst - 1} of the log", finding.Where);
        Assert.Contains(AuditSources.WitnessFile, finding.What, StringComparison.Ordinal);
        Assert.Contains(report.Findings, f => f.What.Contains(AuditSources.Vault, StringComparison.Ordinal));

        // The vault alone shows it, too: the witness file went with the machine.
        File.Delete(_server.WitnessFile);
        Assert.Contains(AuditSources.Vault, Assert.Single((await AuditAsync()).Findings).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_signs_nothing_over_a_rewritten_history()
    {
        await RewriteAsync(_second, 2);
        await LogTests.AppendAsync(_server, _first, 1);

        await Keeper.RunOnceAsync(default);

        Assert.Contains("witness file", Keeper.Trouble["log"], StringComparison.Ordinal);
        Assert.Equal(0, await _server.Catalogue.ReadAsync(db => db.LogHeads.CountAsync(), default));
    }

    [Fact]
    public async Task A_cut_off_end_is_found()
    {
        var last = (await ChainAsync(_second)).Count;
        await AttackAsync(
            $"delete from log_publications; delete from log_heads where tree_size = (select max(tree_size) from log_heads); delete from log_leaves where item_id = '{_second}' and sequence = {last}; delete from custody_events where item_id = '{_second}' and sequence = {last}");

        Assert.Contains((await AuditAsync()).Findings, f => f.What.Contains("its end was cut off", StringComparison.Ordinal));
        await Keeper.RunOnceAsync(default);
        Assert.Contains("events, where", Keeper.Trouble["log"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_never_entered_the_log_is_found()
    {
        await LogTests.AppendAsync(_server, _first, 1);
        await AttackAsync("delete from log_pending");

        var finding = Assert.Single((await AuditAsync()).Findings);

        Assert.Contains("neither in the log nor waiting", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_was_taken_away_before_it_entered_the_log_stops_the_signing()
    {
        await LogTests.AppendAsync(_server, _first, 2);
        await AttackAsync($"delete from custody_events where item_id = '{_first}' and sequence = (select max(sequence) from custody_events where item_id = '{_first}')");

        await Keeper.RunOnceAsync(default);

        Assert.Contains("taken away before it entered the log", Keeper.Trouble[LogKeeper.Log], StringComparison.Ordinal);
        Assert.Equal(2, await _server.Catalogue.ReadAsync(db => db.LogPending.CountAsync(), default));
    }

    [Fact]
    public async Task A_lost_event_and_a_lost_receipt_are_found()
    {
        var place = await PlaceAsync(_first, 5);
        await AttackAsync($"delete from custody_events where item_id = '{_first}' and sequence = 5; delete from receipts where item_id = '{_second}'");

        var findings = (await AuditAsync()).Findings;

        Assert.Contains(findings, f => f.Where == $"event {place} of the log, {_first} number 5" && f.What == "the event itself is gone");
        Assert.Contains(findings, f => f.Where == _second && f.What.Contains("receipt that is gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_swapped_events_are_found()
    {
        var place = await PlaceAsync(_first, 6);
        await AttackAsync(
            $"""
            update custody_events set sequence = -1 where item_id = '{_first}' and sequence = 6;
            update custody_events set sequence = 6 where item_id = '{_first}' and sequence = 7;
            update custody_events set sequence = 7 where item_id = '{_first}' and sequence = -1
            """);

        Assert.Equal($"event {place} of the log, {_first} number 6", (await AuditAsync()).Findings[0].Where);
    }

    [Fact]
    public async Task Heads_and_receipts_signed_with_another_key_are_refused()
    {
        using var other = SigningKey.Generate();
        var head = (await LogTests.HeadAsync(_server)) with { RootHash = new string('0', 64) };
        await File.AppendAllTextAsync(_server.WitnessFile, System.Text.Encoding.UTF8.GetString(EvidenceJson.ToBytes(other.Sign(TreeHead.PayloadType, EvidenceJson.ToBytes(head)))) + "\n");
        var receipt = await _server.Catalogue.ReadAsync(db => db.Receipts.FirstAsync(r => r.ItemId == _first), default);
        var forged = EvidenceJson.ToBytes(other.Sign(ReceiptStatement.PayloadType, EvidenceJson.FromBytes<SignedEnvelope>(receipt.Envelope).Payload));
        await AttackAsync($"update receipts set envelope = '\\x{Convert.ToHexStringLower(forged)}' where id = '{receipt.Id}'");

        var findings = (await AuditAsync()).Findings;

        Assert.Equal(2, findings.Count);
        Assert.Contains(findings, f => f.Where == "witness file, line 3");
        Assert.Contains(findings, f => f.Where == "receipt " + receipt.Id);
    }

    [Fact]
    public async Task A_line_that_a_power_failure_cut_off_is_not_a_head_and_does_no_harm()
    {
        var whole = await File.ReadAllBytesAsync(_server.WitnessFile);
        await File.AppendAllTextAsync(_server.WitnessFile, "{\"payloadType\":\"appl");
        await LogTests.AppendAsync(_server, _first, 1);

        await Keeper.RunOnceAsync(default);

        Assert.Empty(Keeper.Trouble);
        Assert.Equal(whole, (await File.ReadAllBytesAsync(_server.WitnessFile))[..whole.Length]);
        Assert.Empty((await AuditAsync()).Findings);
    }

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(cluster, withJobs: false);
        _server.HasInventedEvents = true;
        _first = await LogTests.SealedItemAsync(_server);
        await LogTests.AppendAsync(_server, _first, 20);
        await Keeper.RunOnceAsync(default);
        _signedFirst = (await LogTests.HeadAsync(_server)).TreeSize;
        _second = await LogTests.SealedItemAsync(_server);
        await Keeper.RunOnceAsync(default);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<LogAuditReport> AuditAsync()
    {
        await using var database = NpgsqlDataSource.Create(_server.Database);
        using var key = new VerificationKey(_server.Get<ReceiptKey>().PublicPem);
        return await new LogAudit(database, key, _server.WitnessFile, (_server.Vault, _server.Get<VaultOptions>().Bucket)).RunAsync(default);
    }

    private Task<List<Server.Custody.StoredCustodyEvent>> ChainAsync(string item) =>
        _server.Catalogue.ReadAsync(db => Server.Custody.CustodyLog.ReadChainAsync(db, item, default), default);

    /// <summary>Of an event in the log; the service's own events are among them.</summary>
    private Task<long> PlaceAsync(string item, int sequence) => _server.Catalogue.ReadAsync(
        db => db.LogLeaves.Where(l => l.ItemId == item && l.Sequence == sequence).Select(l => l.Index).SingleAsync(), default);

    private Task AttackAsync(string sql) => cluster.ExecuteAsAdminAsync("set session_replication_role = replica; " + sql, _server.Database);

    /// <summary>Changes an event and everything in the database that follows from it; only the signing key is not at hand.</summary>
    private async Task RewriteAsync(string item, int sequence)
    {
        var chain = await ChainAsync(item);
        var sql = new System.Text.StringBuilder();
        CustodyEvent? last = null;
        string? hash = null;
        foreach (var stored in chain)
        {
            var told = EvidenceJson.FromBytes<CustodyEvent>(stored.Bytes);
            var link = CustodyChain.Append(last, hash, item, told.At, told.Actor, told.Kind, told.Sequence == sequence ? "nothing happened" : told.Detail);
            sql.Append(System.Globalization.CultureInfo.InvariantCulture, $"update custody_events set bytes = '\\x{Convert.ToHexStringLower(link.Bytes)}', hash = '{link.Hash}' where item_id = '{item}' and sequence = {link.Event.Sequence};")
                .Append(System.Globalization.CultureInfo.InvariantCulture, $"update log_leaves set hash = '\\x{link.Hash}' where item_id = '{item}' and sequence = {link.Event.Sequence};");
            (last, hash) = (link.Event, link.Hash);
        }

        await AttackAsync(sql + "delete from log_publications; delete from log_heads; delete from log_tiles");
    }
}
