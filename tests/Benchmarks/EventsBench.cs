using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Events.Webhooks;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// Events from their transaction to the broker's acknowledgement and a receiver's answer, on a real PostgreSQL with its safe
/// settings, a real Mosquitto and HTTP on loopback. What the rows mean stands in docs/benchmarks.md.
/// </summary>
internal sealed class EventsBench : IAsyncDisposable
{
    private const int Items = 200;
    private const int Writers = 8;
    private const int PerTransaction = 10;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    private readonly Installation _installation;
    private readonly ChildProcess _broker;
    private readonly WebApplication _receiver;
    private readonly ServiceProvider _services;
    private long _taken;

    private EventsBench(Installation installation, ChildProcess broker, WebApplication receiver, ServiceProvider services)
    {
        (_installation, _broker, _receiver, _services) = (installation, broker, receiver, services);
        receiver.MapFallback(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            Interlocked.Increment(ref _taken);
        });
    }

    private EvidenceCatalogue Catalogue => _services.GetRequiredService<EvidenceCatalogue>();

    public static async Task<EventsBench> StartAsync(CancellationToken ct)
    {
        var installation = await Installation.CreateAsync("events-bench", "postgres");
        var port = FreePort();
        var broker = await StartBrokerAsync(installation, port, ct);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var bench = new EventsBench(installation, broker, builder.Build(), await ServicesAsync(installation, port, ct));
        await bench._receiver.StartAsync(ct);
        await using var source = installation.Database();
        await using var command = source.CreateCommand(
            $"""
            insert into recorders (id, first_seen_at, last_seen_at) values ('r', now(), now());
            insert into items (id, recorder_id, state, kind, attachment, key_marked, findings, announced_at)
            select 'item-' || n, 'r', 'Receiving', 'Video', 'Usb', false, '[]', now() from generate_series(1, {Items}) n
            """);
        await command.ExecuteNonQueryAsync(ct);
        return bench;
    }

    public async Task RunAsync(TextWriter output, CancellationToken ct)
    {
        await output.WriteLineAsync($"\n| {Writers} writers, {Items} items, {PerTransaction} events a transaction | events/s | ratio |\n|---|--:|--:|");
        var written = await RateAsync(null, ct);
        await RowAsync("written, until they have their places", written, written);
        var keeper = _services.GetRequiredService<EventKeeper>();
        await keeper.StartAsync(ct);
        await RowAsync("until the broker has acknowledged them (QoS 1)", await RateAsync(ToldBrokerAsync, ct), written);
        await _services.GetRequiredService<WebhookRegister>().RegisterAsync(new WebhookRequest("bench", new Uri(new Uri(_receiver.Urls.Single()), "/").ToString(), ["item.*"]), "bench", ct);
        await RowAsync("the same, and until one webhook has taken them", await RateAsync(ToldBothAsync, ct), written);
        await keeper.StopAsync(ct);

        Task RowAsync(string what, double rate, double of) => output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"| {what} | {rate:0} | {rate / of:0.00} |"));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _receiver.DisposeAsync();
        await _broker.DisposeAsync();
        await _installation.DisposeAsync();
    }

    /// <summary>Events a second, over the time until the last one is where it has to be.</summary>
    private async Task<double> RateAsync(Func<CancellationToken, Task<bool>>? isTold, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var appended = 0L;
        var writers = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                for (var n = writer; clock.Elapsed < Length; n += Writers)
                {
                    var item = string.Create(CultureInfo.InvariantCulture, $"item-{(n % Items) + 1}");
                    var events = Enumerable.Range(0, PerTransaction).Select(i => new NewEvent(
                        DateTimeOffset.UtcNow, "operator:bench", CustodyEventKind.Viewed, $"proxy through link {n}-{i} from 10.0.0.1")).ToList();
                    await Catalogue.WriteAsync(db => db.AppendAsync(item, events, ct), ct);
                    Interlocked.Add(ref appended, PerTransaction);
                }
            },
            ct)));
        if (isTold is null)
        {
            var sequencer = _services.GetRequiredService<OutboxSequencer>();
            while (!writers.IsCompleted || await sequencer.RunAsync(ct) > 0)
                await sequencer.RunAsync(ct);
        }

        await writers;
        while (isTold is not null && !await isTold(ct))
            await Task.Delay(50, ct);
        return appended / clock.Elapsed.TotalSeconds;
    }

    private Task<bool> ToldBrokerAsync(CancellationToken ct) => Catalogue.ReadAsync(
        async db => !await db.Outbox.AnyAsync(o => o.Position == null, ct) && await db.OutboxReaders.AnyAsync(r => r.Position >= db.Outbox.Max(o => o.Position), ct), ct);

    private async Task<bool> ToldBothAsync(CancellationToken ct) =>
        await ToldBrokerAsync(ct) && Interlocked.Read(ref _taken) > 0 && !await Catalogue.ReadAsync(db => db.WebhookDeliveries.AnyAsync(ct), ct);

    private static async Task<ServiceProvider> ServicesAsync(Installation installation, int brokerPort, CancellationToken ct)
    {
        await using var probe = installation.Database();
        string As(string role, string secret) =>
            new NpgsqlConnectionStringBuilder(probe.ConnectionString) { Username = role, Password = installation.Secret(secret) }.ConnectionString;
        var services = new ServiceCollection().AddLogging().AddEvidenceServer(
            new ServerOptions
            {
                Database = As("evidence", "postgres.password"),
                OwnerDatabase = As("evidence_owner", "postgres-owner.password"),
                WorkFolder = Path.Combine(installation.Home, "work"),
                ReceiptKeyFile = Path.Combine(installation.Home, "secrets/receipt-key.pem"),
                KeyRingFolder = Path.Combine(installation.Home, "secrets/key-ring"),
                Log = new LogOptions { WitnessFile = Path.Combine(installation.Home, "witness/tree-heads.jsonl") },
                Events = new EventsOptions
                {
                    Mqtt = new MqttOptions { Host = "127.0.0.1", Port = brokerPort, Tls = false },
                    Webhooks = new WebhookOptions { KeyFile = Path.Combine(installation.Home, "secrets/webhook-key") },
                },
            },
            new VaultOptions { Endpoint = new Uri("http://127.0.0.1:1"), AccessKey = "", SecretKey = "" },
            new MediaToolOptions()).BuildServiceProvider();
        var start = services.GetRequiredService<CatalogueStart>();
        await start.StartAsync(ct);
        await start.WhenReadyAsync(ct);
        return services;
    }

    private static async Task<ChildProcess> StartBrokerAsync(Installation installation, int port, CancellationToken ct)
    {
        var file = Path.Combine(installation.Home, "broker.conf");
        await File.WriteAllTextAsync(file, $"listener {port} 127.0.0.1\nallow_anonymous true\nuser {Environment.UserName}\n", ct);
        return installation.Start("/usr/sbin/mosquitto", ["-c", file]);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
