using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>A cable that comes loose again and again while one recording is copied.</summary>
[Collection(nameof(DockStation))]
public sealed class PulledCableTests(DockStation station) : IAsyncDisposable
{
    private const int Pulls = 20;
    private const int FileBytes = 24 << 20;
    private const int ChunkBytes = 8 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cable_pulled_at_twenty_random_offsets_costs_a_chunk_each_and_no_byte()
    {
        const string Device = "P000001";
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var offsets = Enumerable.Range(0, Pulls).Select(_ => (long)random.Next(100_000, FileBytes - (2 << 20))).Order().ToArray();
        var image = await station.ImageAsync(station.NewCard(Device, FileBytes), Device);

        var port = await station.Vm.PlugAsync("7", PulledAt(offsets[0], before: 0), Token);
        for (var pull = 0; pull < Pulls; pull++)
        {
            await PulledAsync();
            Assert.DoesNotContain(await station.ItemsAsync(), i => i.Recorder == "dev-" + Device);
            await port.ConnectAsync(pull + 1 < Pulls ? PulledAt(offsets[pull + 1], offsets[pull]) : DockStation.Disk(Device, image, writeProtected: true));
        }

        var item = Assert.Single(await station.AssertSealedAsync(Device));
        var resumed = (await station.Installation.CustodyAsync(item.Item)).Count(kind => kind == "Resumed");
        // Every plugging after the first chunk goes on from one; a mark that the pull overtook may cost a chunk more.
        Assert.InRange(resumed, offsets.Count(o => o > 2 * ChunkBytes), Pulls);

        // The file system's own blocks and the chunk that is compared before going on are read besides the file.
        MassStorageDevice PulledAt(long offset, long before)
        {
            var kept = before / ChunkBytes * ChunkBytes;
            var again = kept > 0 ? ChunkBytes : 0;
            return DockStation.Disk(Device, image, new DiskFaults { PullAfterBytes = again + Math.Max(200_000, offset - kept) }, writeProtected: true);
        }

        async Task PulledAsync()
        {
            for (var end = DateTime.UtcNow + DockStation.Step; port.Device is not null; await Task.Delay(100, Token))
                Assert.True(DateTime.UtcNow < end, $"seed {seed}: not pulled; the dock said:\n{station.DockOutput}");
            await station.Vm.WaitUntilAsync("! test -e /sys/bus/usb/devices/1-7", DockStation.Step, Token);
        }
    }

    /// <summary>Also tells when a model failed in a way that the guest couldn't see.</summary>
    public async ValueTask DisposeAsync() => await station.Vm.UnplugAllAsync(CancellationToken.None);
}
