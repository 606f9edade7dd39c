using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Tests.Support;

namespace EvidenceIngest.Recorders.Tests.Discovery;

public sealed class FolderBayWatcherTests : IAsyncDisposable
{
    private readonly CardFolder _card = new();
    private readonly FolderPresence _presence = new();
    private readonly CancellationTokenSource _end = new(TimeSpan.FromSeconds(30));
    private readonly IAsyncEnumerator<BayChange> _changes;

    public FolderBayWatcherTests() => _changes =
        new FolderBayWatcher([_card.Path, _card.Path + "/../card"], TimeSpan.FromMilliseconds(20), _presence, TimeProvider.System)
            .WatchAsync(_end.Token).GetAsyncEnumerator();

    private BayId Bay => new("folder:" + _card.Path);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _changes.DisposeAsync();
        _end.Dispose();
        _card.Dispose();
    }

    [Fact]
    public async Task A_folder_that_is_there_arrives_leaves_and_returns()
    {
        Assert.Equal(new RecorderArrived(new FolderAttachment(Bay, _card.Path)), await NextAsync());
        _card.Pull();
        Assert.Equal(new RecorderLeft(Bay), await NextAsync());
        _card.PutBack();
        Assert.IsType<RecorderArrived>(await NextAsync());
    }

    [Fact]
    public async Task Another_folder_under_the_same_path_is_a_departure_and_an_arrival()
    {
        await NextAsync();
        _card.Pull();
        Directory.CreateDirectory(_card.Path);
        Assert.IsType<RecorderLeft>(await NextAsync());
        Assert.IsType<RecorderArrived>(await NextAsync());
    }

    [Fact]
    public async Task An_absence_that_only_the_driver_saw_is_told_to_everybody()
    {
        await NextAsync();
        var driver = Support.Recorders.FolderDriver(_presence);
        await using var recorder = await driver.OpenAsync(
            Support.Recorders.Attachment(_card.Path), Support.Recorders.Profile("folder"), _end.Token);
        // The watcher only looks when it is asked for the next change: it is asked after the folder is back.
        _card.Pull();
        await Task.Delay(Timeout.InfiniteTimeSpan, recorder.Gone).ContinueWith(_ => { }, TaskScheduler.Default);
        _card.PutBack();
        Assert.IsType<RecorderLeft>(await NextAsync());
        Assert.IsType<RecorderArrived>(await NextAsync());
    }

    private async Task<BayChange> NextAsync()
    {
        Assert.True(await _changes.MoveNextAsync());
        return _changes.Current;
    }
}
