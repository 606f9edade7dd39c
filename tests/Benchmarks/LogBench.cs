using System.Diagnostics;
using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EvidenceIngest.Benchmarks;

/// <summary>The custody log on a real PostgreSQL with its safe settings. What the rows mean stands in docs/benchmarks.md.</summary>
internal sealed class LogBench : IAsyncDisposable
{
    private const int Items = 200;
    private const int Writers = 8;
    private const int Batch = 100_000;
    private const int Looks = 200;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    private readonly Installation _installation;
    private readonly ServiceProvider _services;
    private readonly string _owner;

    private LogBench(Installation installation, ServiceProvider services, string owner) =>
        (_installation, _services, _owner) = (installation, services, owner);

    private EvidenceCatalogue Catalogue => _services.GetRequiredService<EvidenceCatalogue>();

    public static async Task<LogBench> StartAsync(CancellationToken ct)
    {
        var installation = await Installation.CreateAsync("log-bench", "postgres");
        await using var probe = installation.Database();
        string As(string role, string secret) =>
            new NpgsqlConnectionStringBuilder(probe.ConnectionString) { Username = role, Password = installation.Secret(secret) }.ConnectionString;
        var owner = As("evidence_owner", "postgres-owner.password");
        var services = new ServiceCollection().AddLogging().AddEvidenceServer(
            new ServerOptions
            {
                Database = As("evidence", "postgres.password"),
                OwnerDatabase = owner,
                WorkFolder = Path.Combine(installation.Home, "work"),
                ReceiptKeyFile = Path.Combine(installation.Home, "secrets/receipt-key.pem"),
                KeyRingFolder = Path.Combine(installation.Home, "secrets/key-ring"),
                Log = new LogOptions { WitnessFile = Path.Combine(installation.Home, "witness/tree-heads.jsonl") },
            },
            new VaultOptions { Endpoint = new Uri("http://127.0.0.1:1"), AccessKey = "", SecretKey = "" },
            new MediaToolOptions()).BuildServiceProvider();
        var start = services.GetRequiredService<CatalogueStart>();
        await start.StartAsync(ct);
        await start.WhenReadyAsync(ct);
        var bench = new LogBench(installation, services, owner);
        await bench.ExecuteAsync(
            $"""
            insert into recorders (id, first_seen_at, last_seen_at) values ('r', now(), now());
            insert into items (id, recorder_id, state, kind, attachment, key_marked, findings, announced_at)
            select 'item-' || n, 'r', 'Receiving', 'Video', 'Usb', false, '[]', now() from generate_series(1, {Items}) n
            """, ct);
        return bench;
    }

    public async Task RunAsync(TextWriter output, int events, CancellationToken ct)
    {
        await output.WriteLineAsync($"\n| {Writers} writers, {Items} chains | events/s |\n|---|--:|");
        foreach (var perTransaction in new[] { 1, 10 })
        {
            var rate = await AppendAsync(perTransaction, ct);
            await output.WriteLineAsync($"| {perTransaction} events a transaction, until all are under a signed head | {rate.ToString("0", CultureInfo.InvariantCulture)} |");
        }

        await GrowAsync(events, ct);
        var times = await LookAsync(ct);
        await output.WriteLineAsync($"\n| proof of one of {events:N0} events | ms |\n|---|--:|");
        await output.WriteLineAsync($"| median of {Looks} | {Milliseconds(times[Looks / 2])} |");
        await output.WriteLineAsync($"| slowest but two | {Milliseconds(times[^3])} |");
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _installation.DisposeAsync();
    }

    /// <summary>Events a second, over the time until the sequencer has caught up and signed.</summary>
    private async Task<double> AppendAsync(int perTransaction, CancellationToken ct)
    {
        var sequencer = _services.GetRequiredService<LogSequencer>();
        var clock = Stopwatch.StartNew();
        var appended = 0L;
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                for (var n = writer; clock.Elapsed < Length; n += Writers)
                {
                    var item = string.Create(CultureInfo.InvariantCulture, $"item-{(n % Items) + 1}");
                    var events = Enumerable.Range(0, perTransaction).Select(i => new NewEvent(
                        DateTimeOffset.UtcNow, "operator:bench", CustodyEventKind.Viewed, $"proxy through link {n}-{i} from 10.0.0.1")).ToList();
                    await Catalogue.WriteAsync(db => db.AppendAsync(item, events, ct), ct);
                    Interlocked.Add(ref appended, perTransaction);
                }
            },
            ct)).ToList();
        while (writers.Any(w => !w.IsCompleted))
        {
            await sequencer.RunAsync(null, ct);
            await Task.WhenAny(Task.WhenAll(writers), Task.Delay(TimeSpan.FromSeconds(1), ct));
        }

        await Task.WhenAll(writers);
        await sequencer.RunAsync(null, ct);
        return appended / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Fills the log with leaves of no events, and with their tiles as the sequencer makes them.</summary>
    private async Task GrowAsync(int events, CancellationToken ct)
    {
        await ExecuteAsync("alter table log_leaves drop constraint log_leaves_item_id_sequence_fkey", ct);
        await using var source = NpgsqlDataSource.Create(_owner);
        for (var size = await SizeAsync(source, ct); size < events;)
        {
            var more = Math.Min(Batch, events - size);
            await Catalogue.WriteAsync(
                async db =>
                {
                    await using var writer = await ((NpgsqlConnection)Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database))
                        .BeginBinaryImportAsync("copy log_leaves (index, item_id, sequence, hash) from stdin (format binary)", ct);
                    for (var i = size; i < size + more; i++)
                    {
                        await writer.StartRowAsync(ct);
                        await writer.WriteAsync(i, ct);
                        await writer.WriteAsync("grown", ct);
                        await writer.WriteAsync((int)i, ct);
                        await writer.WriteAsync(MerkleHash.Leaf(BitConverter.GetBytes(i)), ct);
                    }

                    await writer.CompleteAsync(ct);
                },
                ct);
            await Catalogue.WriteAsync(db => db.FillAsync(size, size + more, ct), ct);
            size += more;
        }

        await _services.GetRequiredService<LogSequencer>().RunAsync(null, ct);
    }

    private async Task<List<TimeSpan>> LookAsync(CancellationToken ct)
    {
        var register = _services.GetRequiredService<LogRegister>();
        var times = new List<TimeSpan>();
        for (var look = 0; look < Looks; look++)
        {
            var clock = Stopwatch.StartNew();
            await register.InclusionAsync(string.Create(CultureInfo.InvariantCulture, $"item-{(look % Items) + 1}"), 1, null, ct);
            times.Add(clock.Elapsed);
        }

        times.Sort();
        return times;
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(_owner);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<long> SizeAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select coalesce(max(index) + 1, 0) from log_leaves");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
