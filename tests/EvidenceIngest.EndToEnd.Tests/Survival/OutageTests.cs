using System.Net;
using EvidenceIngest.EndToEnd.Tests.Installations;

namespace EvidenceIngest.EndToEnd.Tests.Survival;

/// <summary>
/// What everything leans on is away for a while and comes back: nobody restarts anything, and it ends right. Each outage is
/// longer than every retry that happens within a request; <c>EVIDENCE_OUTAGE_SECONDS</c> makes it minutes.
/// </summary>
public sealed class OutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("EVIDENCE_OUTAGE_SECONDS"), out var seconds) ? seconds : 40);

    private Installation _installation = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_store_and_then_the_database_are_away_and_the_work_goes_on_by_itself()
    {
        var card = NewCard("W000001", recordings: 6);
        _installation.Settings["EVIDENCE_Dock__Clearing"] = "true";
        _installation.Settings["EVIDENCE_Dock__Upload__MaxMiBPerSecond"] = "2";
        await _installation.StopServersAsync("vault");
        await using var run = _installation.Start("run", "--bay", "folder:" + card.Folder);

        await UntilAsync(run, () => run.Output.Contains("等待入库", StringComparison.Ordinal), "everything is staged without a store");
        await Task.Delay(Outage, Token);
        Assert.Equal(card.Recorded.Count, card.Remaining.Count());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _installation.HealthAsync());
        await _installation.StartServersAsync("vault");

        await UntilAsync(run, () => SealedAsync(card, atLeast: 1), "the first item is sealed");
        await _installation.StopServersAsync("postgres");
        await Task.Delay(Outage, Token);
        Assert.NotEmpty(card.Remaining);
        await _installation.StartServersAsync("postgres");

        await UntilAsync(run, () => run.Output.Contains("已全部入库", StringComparison.Ordinal), "the recorder is released");
        Assert.Empty(card.Remaining);
        await AssertSealedAsync(run, card);
        Assert.Equal(HttpStatusCode.OK, await _installation.HealthAsync());
    }

    [Fact]
    public async Task A_folder_vanishes_in_the_middle_of_a_file_and_is_finished_when_it_comes_back()
    {
        var card = NewCard("W000002", recordings: 3);
        _installation.Settings["EVIDENCE_Dock__MaxMiBPerSecond"] = "4";
        var aside = card.Folder + "-pulled";
        await using var run = _installation.Start("run", "--bay", "folder:" + card.Folder);

        await UntilAsync(run, () => StagedBytes() > 10 << 20, "a file is half copied");
        Directory.Move(card.Folder, aside);
        await UntilAsync(run, () => run.Output.Contains("采集中断", StringComparison.Ordinal), "the bay says that it was interrupted");
        Directory.Move(aside, card.Folder);

        await UntilAsync(run, () => run.Output.Contains("已全部入库", StringComparison.Ordinal), "the recorder is released");
        await AssertSealedAsync(run, card);
        Assert.Equal(card.Recorded.Count, card.Remaining.Count());
    }

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync("outages");
        _installation.Settings["EVIDENCE_Dock__Usb"] = "false";
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    private Card NewCard(string device, int recordings)
    {
        var card = new Card(Path.Combine(_installation.Home, device), device, recordings);
        for (var i = 0; i < recordings; i++)
            card.RecordSound(12_000_000);
        return card;
    }

    private long StagedBytes()
    {
        var staging = new DirectoryInfo(Path.Combine(_installation.Home, "dock/staging"));
        return staging.Exists ? staging.EnumerateFiles("*.bin*", SearchOption.AllDirectories).Sum(f => f.Length) : 0;
    }

    private async Task<bool> SealedAsync(Card card, int atLeast) =>
        (await ItemsAsync()).Count(i => i.State == "sealed" && card.Recorded.ContainsKey(i.Files[0].Name)) >= atLeast;

    private async Task AssertSealedAsync(ChildProcess run, Card card)
    {
        await UntilAsync(run, () => SealedAsync(card, card.Recorded.Count), "every item is sealed");
        var items = await ItemsAsync();
        await _installation.AssertSealedOnceAsync(items[0].Recorder, card.Recorded, items);
        foreach (var item in items)
            await _installation.AssertChainAsync(item.Item);
    }

    private async Task<IReadOnlyList<ItemLine>> ItemsAsync() => await _installation.ItemsAsync() ?? [];

    private static Task UntilAsync(ChildProcess run, Func<bool> reached, string what) =>
        UntilAsync(run, () => Task.FromResult(reached()), what);

    private static async Task UntilAsync(ChildProcess run, Func<Task<bool>> reached, string what)
    {
        for (var end = DateTime.UtcNow + Step; !await reached();)
        {
            Assert.False(run.HasExited, $"ended by itself before {what}:\n{run.Output}\n{run.Error}");
            Assert.True(DateTime.UtcNow < end, $"not reached within {Step}: {what}\n{run.Output}\n{run.Error}");
            await Task.Delay(200, Token);
        }
    }
}
