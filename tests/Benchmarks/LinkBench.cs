using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.S3.Model;
using EvidenceIngest.EndToEnd.Tests.Installations;

namespace EvidenceIngest.Benchmarks;

/// <summary>Many players look through links, and the same ranges are fetched from the store itself: what is left is the service's.</summary>
internal sealed class LinkBench(Installation installation, ChildProcess service, HttpClient http) : IDisposable
{
    private const int PerSecond = 500;
    private const int PartBytes = 64 << 10;
    private const int Links = 20;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    /// <summary>Of players, who have no token.</summary>
    private readonly HttpClient _players = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = installation.Api };

    public async Task RunAsync(TextWriter output, CancellationToken ct)
    {
        var item = (await installation.ItemsAsync())!.First(i => i.Renditions.Contains("proxy")).Item;
        var (links, store) = (await LinksAsync(item, ct), await InTheStoreAsync(item, ct));
        // A service that just started compiles what it is asked for most once more.
        await LookAsync(links, ct);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"\n| {PerSecond * Length.TotalSeconds:N0} ranges of 64 KiB, {PerSecond} a second asked | answered a second | median ms | p99 ms | processor ms each: service, database, store, this bench |\n|---|--:|--:|--:|--:|"));
        foreach (var (what, urls) in new[] { ($"through {Links} links", links), ("from the store itself, without the service", store) })
            await output.WriteLineAsync($"| {what} | {await LookAsync(urls, ct)} |");
    }

    public void Dispose() => _players.Dispose();

    private async Task<List<string>> LinksAsync(string item, CancellationToken ct)
    {
        var links = new List<string>();
        for (var i = 0; i < Links; i++)
        {
            using var made = await http.PostAsJsonAsync($"/api/v1/items/{item}/links", new { rendition = "proxy", minutes = 60 }, ct);
            links.Add((await made.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("url").GetString()!);
        }

        return links;
    }

    private async Task<List<string>> InTheStoreAsync(string item, CancellationToken ct)
    {
        var found = await http.GetFromJsonAsync<JsonElement>("/api/v1/items/" + item, ct);
        var proxy = found.GetProperty("renditions").EnumerateArray().Single(r => r.GetProperty("name").GetString() == "proxy");
        using var store = installation.ObjectStore();
        var url = await store.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = proxy.GetProperty("bucket").GetString(), Key = proxy.GetProperty("key").GetString(), Expires = DateTime.UtcNow.AddHours(1), Protocol = Amazon.S3.Protocol.HTTP,
        });
        return [url];
    }

    /// <summary>Requests leave when they are due, whether earlier ones were answered or not; a time counts from when it was due.</summary>
    private async Task<string> LookAsync(List<string> urls, CancellationToken ct)
    {
        var count = (int)(PerSecond * Length.TotalSeconds);
        var times = new double[count];
        var before = await ProcessorAsync();
        var clock = Stopwatch.StartNew();
        var running = new List<Task>(count);
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / PerSecond);
            if (due - clock.Elapsed is { Ticks: > 0 } wait)
                await Task.Delay(wait, ct);
            running.Add(FetchAsync(i, due));
        }

        await Task.WhenAll(running);
        var all = clock.Elapsed;
        var spent = (await ProcessorAsync()).Zip(before, (after, earlier) => ((after - earlier) / count).ToString("0.0", CultureInfo.InvariantCulture));
        var sorted = times.Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{count / all.TotalSeconds:0} | {sorted[count / 2]:0.0} | {sorted[count * 99 / 100]:0.0} | {string.Join(", ", spent)}");

        async Task FetchAsync(int i, TimeSpan due)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, urls[i % urls.Count]);
            request.Headers.Range = new RangeHeaderValue(0, PartBytes - 1);
            using var answer = await _players.SendAsync(request, ct);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync(ct);
            times[i] = (clock.Elapsed - due).TotalMilliseconds;
        }
    }

    /// <summary>Milliseconds that each had so far.</summary>
    private async Task<double[]> ProcessorAsync()
    {
        var servers = await installation.ServersAsync();
        var processes = Process.GetProcesses().Select(p => (p.Id, Parent: ParentOf(p.Id), Spent: SpentBy(p))).ToList();
        double Of(int id) => processes.Single(p => p.Id == id).Spent;
        // The database has a process for each connection; the service is a child of this one.
        var database = processes.Where(p => p.Id == servers["postgres"] || p.Parent == servers["postgres"]).Sum(p => p.Spent);
        return [Of(service.Id), database, servers.Where(s => s.Key != "postgres").Sum(s => Of(s.Value)), Of(Environment.ProcessId)];
    }

    private static double SpentBy(Process process)
    {
        using (process)
        {
            try
            {
                return process.TotalProcessorTime.TotalMilliseconds;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return 0;
            }
        }
    }

    private static int ParentOf(int id)
    {
        try
        {
            // "id (name) state parent …"; a name may hold anything.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
