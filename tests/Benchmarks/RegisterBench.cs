using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using EvidenceIngest.EndToEnd.Tests.Installations;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// The API of a running service over a register of many items and with links that many players look through, on a real PostgreSQL
/// and a real object store. What the rows mean stands in docs/benchmarks.md.
/// </summary>
internal sealed class RegisterBench : IAsyncDisposable
{
    private const int Asked = 200;

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
        using (var links = new LinkBench(_installation, _service, _http))
            await links.RunAsync(output, ct);
        await using var database = _installation.Database();
        await using var filled = await FilledRegister.MakeAsync(database.ConnectionString, _installation.Secret("postgres-owner.password"), items, ct);
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
            await TellAsync(output, what, path, ct);
        }

        await new RegisterPageBench(_http).RunAsync(output, ct);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n| search of {items:N0} items with {items * FilledRegister.SegmentsPerItem:N0} segments | median ms | p95 ms |\n|---|--:|--:|"));
        foreach (var (what, query) in new[]
        {
            ("two characters that one segment in ten has", "q=酒精"),
            ("two that one in a hundred thousand has", "q=折叠"),
            ("two that stand nowhere side by side", "q=精折"),
            ("a number plate", "q=粤B12345"),
            ("three characters, rare", "q=折叠刀"),
            ("one character, rare", "q=刀"),
            ("a usual word in one unit in a month", $"q=完毕&unit=u7&{Month}"),
            ("a rare word in one unit", "q=折叠刀&unit=u7"),
            ("two usual words", "q=酒精%20派出所"),
            ("one usual word without another", "q=酒精%20-派出所"),
            ("by relevance, usual", "q=酒精&order=relevance"),
            ("counted by properties, usual", "q=酒精&count=true"),
        })
        {
            await TellAsync(output, what, "search?" + query, ct);
        }

        await output.WriteLineAsync("\n" + await filled.SizesAsync(ct));
    }

    private async Task TellAsync(TextWriter output, string what, string path, CancellationToken ct)
    {
        var times = await AskAsync(path, ct);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[Asked / 2]:0.0} | {times[Asked * 95 / 100]:0.0} |"));
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
