using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Discovery.Usb;
using EvidenceIngest.Recorders.Tests.Listing;
using EvidenceIngest.Recorders.Tests.Support;

namespace EvidenceIngest.Recorders.Tests.Discovery;

public sealed class UsbDiscoveryTests
{
    [Fact]
    public void Only_what_differs_between_two_looks_is_reported_departures_first()
    {
        var stays = Plugging("1-1", 4);
        var replugged = Plugging("1-2", 5);
        var returned = replugged with { Address = 6 };
        var changes = UsbChanges.Between(Tree(stays, replugged), Tree(stays, returned)).ToList();
        Assert.Collection(
            changes,
            c => Assert.Equal("usb:1-2", Assert.IsType<RecorderLeft>(c).Attachment!.Bay.Value),
            c => Assert.Equal("usb:1-2", Assert.IsType<RecorderArrived>(c).Bay.Value));
        Assert.Empty(UsbChanges.Between(Tree(stays), Tree(stays)));
    }

    [Fact]
    public void Another_device_with_the_same_address_is_another_one()
    {
        var before = Plugging("1-1", 4);
        Assert.Equal(2, UsbChanges.Between(Tree(before), Tree(before with { Product = 99 })).Count());
    }

    /// <summary>Whatever USB this machine has or lacks: the watcher neither fails nor hangs, and ends when it is told to.</summary>
    [Fact]
    public async Task Watching_ends_when_cancelled_with_or_without_USB()
    {
        var log = new WatchedLog<UsbBayWatcher>();
        using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var watching = Task.Run(async () =>
        {
            await foreach (var change in new UsbBayWatcher(TimeSpan.FromMilliseconds(50), new Heartbeats(TimeProvider.System), TimeProvider.System, log).WatchAsync(end.Token))
                Assert.IsType<RecorderArrived>(change);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Single(log.Lines);
        log.AssertNoWarnings();
    }

    [Fact]
    public async Task A_watcher_that_fails_is_started_again_and_its_bays_are_empty_meanwhile()
    {
        var log = new WatchedLog<CompositeBayWatcher>();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var seen = new List<BayChange>();
        await foreach (var change in new CompositeBayWatcher([new Failing()], TimeProvider.System, log).WatchAsync(end.Token))
        {
            seen.Add(change);
            if (seen.Count == 3)
                break;
        }

        Assert.Collection(
            seen, c => Assert.IsType<RecorderArrived>(c), c => Assert.IsType<RecorderLeft>(c), c => Assert.IsType<RecorderArrived>(c));
        Assert.Contains("Failing", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private static UsbPlugging Plugging(string port, byte address) => new(port, address, 0x46f4, 1);

    private static Dictionary<UsbPlugging, UsbAttachment> Tree(params UsbPlugging[] pluggings) =>
        pluggings.ToDictionary(p => p, p => Card.Usb(port: p.Port));

    private sealed class Failing : IBayWatcher
    {
        private int _starts;

        public async IAsyncEnumerable<BayChange> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            _starts++;
            yield return new RecorderArrived(Card.Usb());
            await Task.Yield();
            if (_starts == 1)
                throw new IOException("the bus fell over");
            await Task.Delay(Timeout.Infinite, ct);
        }
    }
}
