using System.Globalization;
using System.Net;
using EvidenceIngest.EndToEnd.Tests.Installations;
using Npgsql;

namespace EvidenceIngest.EndToEnd.Tests.Survival;

/// <summary>Starting and killing takes both cores: beside it, an emulated guest comes to nothing.</summary>
[CollectionDefinition(nameof(KillTrials), DisableParallelization = true)]
public sealed class AloneTests;

/// <summary>
/// kill -9 of dock, server and stores, at stage boundaries and at random moments, many times over: afterwards every
/// recording is sealed exactly once, byte for byte, and every recorder was cleared against a receipt. A trial is a kill;
/// recorders are docked until enough have happened.
/// <c>EVIDENCE_KILL_TRIALS</c> sets how many; <c>EVIDENCE_KILL_SEED</c> repeats a run's choices.
/// </summary>
[Collection(nameof(KillTrials))]
public sealed class KillTrials(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Docks = 3;
    private const int DefaultTrials = 100;

    private static readonly TimeSpan CardLimit = TimeSpan.FromMinutes(10);

    /// <summary>A killed server is aimed at the moment after one of these was written.</summary>
    private static readonly string[] Boundaries =
        ["Announced", "Offloaded", "Delivered", "Sealed", "Receipted", "Inspected", "Rendered", "Cleared"];

    private readonly int _seed = Setting("EVIDENCE_KILL_SEED", Environment.TickCount & 0xFFFF);
    private readonly int _trials = Setting("EVIDENCE_KILL_TRIALS", DefaultTrials);
    private readonly CancellationTokenSource _end = new();
    private Installation _installation = null!;
    private ChildProcess _server = null!;
    private int _kills;

    [Fact]
    public async Task Every_recording_is_sealed_once_whatever_is_killed_and_when()
    {
        output.WriteLine($"EVIDENCE_KILL_SEED={_seed} EVIDENCE_KILL_TRIALS={_trials}");
        var docks = await Task.WhenAll(Enumerable.Range(0, Docks).Select(PrepareDockAsync));
        var killer = KillServersAsync(new Random(_seed));
        var lanes = await Task.WhenAll(docks.Select((dock, lane) => DockCardsAsync(dock, lane)));
        await _end.CancelAsync();
        await killer;

        var cards = lanes.SelectMany(l => l).ToList();
        var items = await WaitForPipelineAsync(cards.Sum(c => c.Card.Recorded.Count));
        foreach (var (recorder, card) in cards)
        {
            Assert.Empty(card.Remaining);
            await _installation.AssertSealedOnceAsync(recorder, card.Recorded, items);
        }

        foreach (var item in items.Where((_, i) => i % 5 == 0))
            await _installation.AssertChainAsync(item.Item);
        await AssertNothingElseIsLockedAsync(items);
        output.WriteLine($"{cards.Count} recorders, {items.Count} items, {_kills} kills");
    }

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync("kill-trials");
        _installation.Settings["EVIDENCE_Server__RenderingConcurrency"] = "2";
        _server = _installation.Start("serve");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _server.DisposeAsync();
        await _installation.DisposeAsync();
        _end.Dispose();
    }

    /// <summary>Every dock is a machine of its own: another home, enrolled with a one-time code.</summary>
    private async Task<Dictionary<string, string>> PrepareDockAsync(int lane)
    {
        var home = _installation.Home + "-dock" + lane;
        if (Directory.Exists(home))
            Directory.Delete(home, recursive: true);
        Directory.CreateDirectory(home);
        string? code = null;
        for (var tries = 0; code is null; tries++)
        {
            var (exitCode, text, error) = await _installation.RunAsync(TimeSpan.FromSeconds(30), "docks", "invite");
            code = exitCode == 0 ? text.Trim() : tries < 60 ? null : throw new InvalidOperationException(error);
            if (code is null)
                await Task.Delay(1000);
        }

        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["EVIDENCE_HOME"] = home,
            ["EVIDENCE_Dock__Server"] = _installation.Api.ToString(),
            ["EVIDENCE_Dock__Name"] = $"采集站{lane}",
            ["EVIDENCE_Dock__Clearing"] = "true",
            ["EVIDENCE_Dock__Usb"] = "false",
            ["code"] = code,
        };
    }

    private async Task<List<(string Recorder, Card Card)>> DockCardsAsync(Dictionary<string, string> dock, int lane)
    {
        var random = new Random(HashCode.Combine(_seed, lane));
        var cards = new List<(string, Card)>();
        for (var number = lane; Volatile.Read(ref _kills) < _trials; number += Docks)
        {
            var device = string.Create(CultureInfo.InvariantCulture, $"K{number:000000}");
            var card = new Card(Path.Combine(dock["EVIDENCE_HOME"], device), device, _seed + number);
            foreach (var bytes in new[] { 20_000, random.Next(1, 2_000_000), number % 4 == 0 ? 10 << 20 : 3_000_000 })
                card.RecordSound(bytes);
            await DockUntilClearedAsync(dock, card, random);
            cards.Add(("dev-" + device, card));
        }

        return cards;
    }

    private async Task DockUntilClearedAsync(Dictionary<string, string> dock, Card card, Random random)
    {
        using var limit = new CancellationTokenSource(CardLimit);
        // Two killings, then one run that may finish; clearing goes by receipts, so an empty card means all is sealed.
        for (var run = 0; card.Remaining.Any(); run++)
        {
            await using var process = ChildProcess.Start(
                Installation.Executable, ["dock", "--bay", "folder:" + card.Folder, "--code", dock["code"]], dock);
            if (run < 2)
            {
                await WaitForMomentAsync(Path.Combine(dock["EVIDENCE_HOME"], "dock/staging"), random, process);
                Interlocked.Increment(ref _kills);
                await process.KillAsync();
                continue;
            }

            while (card.Remaining.Any())
            {
                Assert.False(process.HasExited, $"the dock ended by itself:\n{process.Output}\n{process.Error}");
                Assert.False(limit.IsCancellationRequested, $"{card.Folder} is not cleared after {CardLimit}:\n{process.Output}\n{process.Error}");
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Half of the time right after the dock wrote its next few facts, half of the time whenever.</summary>
    private static async Task WaitForMomentAsync(string staging, Random random, ChildProcess process)
    {
        var delay = random.Next(200, 3500);
        if (random.Next(2) == 0)
        {
            await Task.Delay(delay);
            return;
        }

        var facts = Facts(staging) + random.Next(1, 25);
        for (var waited = 0; waited < 5000 && Facts(staging) < facts && !process.HasExited; waited += 2)
            await Task.Delay(2);
    }

    private static int Facts(string staging) =>
        Directory.Exists(staging)
            ? Directory.EnumerateFiles(staging, "journal.jsonl", SearchOption.AllDirectories).Sum(CountLines)
            : 0;

    private static int CountLines(string journal)
    {
        try
        {
            return File.ReadLines(journal).Count();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private async Task KillServersAsync(Random random)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                if (random.Next(8) == 0)
                    await KillStoreAsync(random);
                else
                    await KillServerAsync(random);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task KillServerAsync(Random random)
    {
        // On a busy machine a start takes a minute; one that never comes to work proves nothing.
        while (await WorkingAsync() is false)
            await Task.Delay(200, _end.Token);
        await Task.Delay(random.Next(3000, 9000), _end.Token);
        if (random.Next(3) > 0)
            await WaitForBoundaryAsync(Boundaries[random.Next(Boundaries.Length)]);
        Interlocked.Increment(ref _kills);
        await _server.KillAsync();
        await _server.DisposeAsync();
        _server = _installation.Start("serve");
    }

    private async Task<bool> WorkingAsync()
    {
        try
        {
            return await _installation.HealthAsync() == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task KillStoreAsync(Random random)
    {
        await Task.Delay(random.Next(2000, 6000), _end.Token);
        var servers = await _installation.ServersAsync();
        var victim = servers.Keys.Order().ElementAt(random.Next(servers.Count));
        Interlocked.Increment(ref _kills);
        using (var process = System.Diagnostics.Process.GetProcessById(servers[victim]))
            process.Kill();
        await Task.Delay(random.Next(100, 3000));
        await _installation.StartServersAsync();
    }

    private async Task WaitForBoundaryAsync(string kind)
    {
        await using var database = _installation.Database();
        var before = await CountAsync(database, kind);
        for (var waited = 0; waited < 8000 && await CountAsync(database, kind) == before; waited += 5)
            await Task.Delay(5, _end.Token);
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string kind)
    {
        try
        {
            await using var command = database.CreateCommand("select count(*) from custody_events where kind = $1");
            command.Parameters.AddWithValue(kind);
            return (long)(await command.ExecuteScalarAsync())!;
        }
        catch (NpgsqlException)
        {
            return -1;
        }
    }

    private async Task<IReadOnlyList<ItemLine>> WaitForPipelineAsync(int recordings)
    {
        await _installation.StartServersAsync();
        for (var waited = 0; ; waited++)
        {
            var items = await _installation.ItemsAsync();
            if (items?.Count >= recordings && items.All(i => i.State == "sealed" && i.Renditions.Contains("proxy")))
                return items;
            Assert.True(waited < 600, $"the pipeline does not end:\n{string.Join('\n', items ?? [])}");
            await Task.Delay(1000);
        }
    }

    private async Task AssertNothingElseIsLockedAsync(IReadOnlyList<ItemLine> items)
    {
        using var store = _installation.ObjectStore();
        var expected = items.SelectMany(i => i.Files).Select(f => f.VersionId!).ToHashSet(StringComparer.Ordinal);
        var page = new Amazon.S3.Model.ListVersionsRequest { BucketName = items[0].Files[0].Bucket, Prefix = "masters/" };
        Amazon.S3.Model.ListVersionsResponse versions;
        do
        {
            versions = await store.ListVersionsAsync(page);
            foreach (var version in versions.Versions ?? [])
            {
                if (expected.Contains(version.VersionId))
                    continue;
                var lockOf = await Record.ExceptionAsync(() => store.GetObjectRetentionAsync(new Amazon.S3.Model.GetObjectRetentionRequest
                {
                    BucketName = page.BucketName, Key = version.Key, VersionId = version.VersionId,
                }));
                Assert.True(lockOf is not null, $"{version.Key} {version.VersionId} is locked and belongs to no item");
            }

            (page.KeyMarker, page.VersionIdMarker) = (versions.NextKeyMarker, versions.NextVersionIdMarker);
        }
        while (versions.IsTruncated == true);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
