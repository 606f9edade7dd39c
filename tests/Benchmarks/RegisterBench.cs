using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EvidenceIngest.EndToEnd.Tests.Installations;
using Npgsql;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// The API of a running service over a register of many items and with links that many players look through, on a real PostgreSQL
/// and a real object store. What the rows mean stands in docs/benchmarks.md.
/// </summary>
internal sealed class RegisterBench : IAsyncDisposable
{
    private const int Asked = 200;
    private const int LooksPerSecond = 500;
    private const int PartBytes = 64 << 10;

    private static readonly TimeSpan LookFor = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Ready = TimeSpan.FromMinutes(2);

    private readonly Installation _installation;
    private readonly ChildProcess _service;
    private readonly HttpClient _http;

    private RegisterBench(Installation installation, ChildProcess service)
    {
        (_installation, _service) = (installation, service);
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = installation.Api };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", installation.Secret("operator.token"));
    }

    public static async Task<RegisterBench> StartAsync(CancellationToken ct)
    {
        var installation = await Installation.CreateAsync("register-bench");
        // Players behind one gateway are what is measured, not what a site allows one of them.
        foreach (var limit in new[] { "PerSecond", "LinkPerSecond", "UnknownPerSecond" })
            installation.Settings["EVIDENCE_Server__Limits__" + limit] = "0";
        var card = Path.Combine(installation.Home, "card");
        Directory.CreateDirectory(Path.Combine(card, "DCIM"));
        await File.WriteAllBytesAsync(Path.Combine(card, "DCIM/B123456_000123_20261120101500_0001.WAV"), Sound(), ct);
        var service = installation.Start("run", "--bay", "folder:" + card);
        for (var begin = Stopwatch.StartNew(); (await installation.ItemsAsync())?.Any(i => i.Renditions.Contains("proxy")) != true; await Task.Delay(500, ct))
        {
            if (begin.Elapsed > Ready)
                throw new InvalidOperationException(service.Output + service.Error);
        }

        return new RegisterBench(installation, service);
    }

    public async Task RunAsync(TextWriter output, int items, CancellationToken ct)
    {
        var item = (await _installation.ItemsAsync())!.First(i => i.Renditions.Contains("proxy")).Item;
        // A service that just started compiles what it is asked for most once more.
        await LooksAsync(TextWriter.Null, item, ct);
        await LooksAsync(output, item, ct);
        await FillAsync(items, ct);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n| {items:N0} items, one asks after the other | median ms | p95 ms |\n|---|--:|--:|"));
        const string Month = "from=2026-03-01&to=2026-03-31";
        foreach (var (what, path) in new[]
        {
            ("first page of 50", "items?limit=50"),
            ("a unit's recordings of a month", $"items?unit=u7&{Month}"),
            ("an officer's of a month", $"items?officer=000123&{Month}"),
            ("late ones of a month", $"items?lack=time&{Month}"),
            ("a unit's of a month that belong to no case", $"items?unit=u7&lack=case&{Month}"),
            ("one recorder's", "items?recorder=r-77"),
            ("supervision of a month by unit", $"supervision?{Month}&by=unit"),
        })
        {
            var times = await AskAsync(path, ct);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[Asked / 2]:0.0} | {times[Asked * 95 / 100]:0.0} |"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.DisposeAsync();
        await _installation.DisposeAsync();
    }

    private async Task<double[]> AskAsync(string path, CancellationToken ct)
    {
        var times = new double[Asked];
        for (var i = -5; i < Asked; i++)
        {
            var clock = Stopwatch.StartNew();
            using var answer = await _http.GetAsync("/api/v1/" + path, ct);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync(ct);
            // The first ones warm up.
            if (i >= 0)
                times[i] = clock.Elapsed.TotalMilliseconds;
        }

        return [.. times.Order()];
    }

    /// <summary>Requests leave when they are due, whether earlier ones were answered or not; a time counts from when it was due.</summary>
    private async Task LooksAsync(TextWriter output, string item, CancellationToken ct)
    {
        var links = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            using var made = await _http.PostAsJsonAsync($"/api/v1/items/{item}/links", new { rendition = "proxy", minutes = 60 }, ct);
            links.Add((await made.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("url").GetString()!);
        }

        var count = (int)(LooksPerSecond * LookFor.TotalSeconds);
        var times = new double[count];
        var clock = Stopwatch.StartNew();
        var running = new List<Task>(count);
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / LooksPerSecond);
            if (due - clock.Elapsed is { Ticks: > 0 } wait)
                await Task.Delay(wait, ct);
            running.Add(LookAsync(i, due));
        }

        await Task.WhenAll(running);
        var all = clock.Elapsed;
        var sorted = times.Order().ToArray();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"\n| {count:N0} ranges of 64 KiB through 20 links, {LooksPerSecond} a second asked, {count / all.TotalSeconds:0} answered | ms |\n|---|--:|\n| median | {sorted[count / 2]:0.0} |\n| p99 | {sorted[count * 99 / 100]:0.0} |"));

        async Task LookAsync(int i, TimeSpan due)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, links[i % links.Count]);
            request.Headers.Range = new RangeHeaderValue(0, PartBytes - 1);
            using var answer = await _http.SendAsync(request, ct);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync(ct);
            times[i] = (clock.Elapsed - due).TotalMilliseconds;
        }
    }

    /// <summary>
    /// Rows as deliveries and custodians leave them, over two years, fifty units and a thousand officers and recorders. Nothing is owed of them: the service would
    /// remind people of it meanwhile.
    /// </summary>
    private async Task FillAsync(int items, CancellationToken ct)
    {
        await using var database = _installation.Database();
        await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "evidence_owner", Password = _installation.Secret("postgres-owner.password") }.ConnectionString);
        foreach (var sql in new[]
        {
            "insert into units (id, name, kind, parent_id, path, changed_at, changed_by) select 'u' || n, 'u' || n, 'Team', 'root', '/root/u' || n || '/', now(), 'bench' from generate_series(1, 50) n",
            "insert into recorders (id, first_seen_at, last_seen_at) select 'r-' || n, now(), now() from generate_series(1, 1000) n",
            $$"""
            insert into items (id, recorder_id, unit_id, producer_number, state, kind, attachment, key_marked, findings, announced_at, recorded_at, sealed_at, on_time, deadline_at,
                method_of_production, time_of_production, producer, object_of_proof)
            select 'bench-' || n, 'r-' || (n * 7919 % 1000 + 1), 'u' || (n * 7919 % 50 + 1), lpad((n * 7919 % 1000 + 1)::text, 6, '0'), 'Sealed', 'Video', 'Usb', false, '[]',
                at + interval '1 day', at, at + interval '1 day', n % 20 > 0, at + interval '2 days',
                '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}'
            from (select n, timestamptz '2025-01-01' + n * (interval '730 days' / {{items}}) as at from generate_series(1::bigint, {{items}}) n) made
            """,
            "insert into master_files (item_id, position, recorder_id, recorder_path, bytes, sha256) select id, 0, recorder_id, 'DCIM/1.MP4', 1000000, md5(id) || md5(id) from items where id like 'bench-%'",
            @"insert into deliveries (id, item_id, dock_id, state, part_bytes, manifest, announced_at, changed_at) select id, id, (select id from docks limit 1), 'Sealed', 1, '\x00', announced_at, announced_at from items where id like 'bench-%'",
            "analyze",
        })
        {
            await using var command = owner.CreateCommand(sql);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>Eight seconds of noise, which a codec can't make small.</summary>
    private static byte[] Sound()
    {
        const int Rate = 16_000;
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        var samples = new byte[Rate * 2 * 8];
        new Random(1).NextBytes(samples);
        writer.Write("RIFF"u8);
        writer.Write(36 + samples.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(Rate);
        writer.Write(Rate * 2);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
        return file.ToArray();
    }
}
