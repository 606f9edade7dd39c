using System.Diagnostics;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

public sealed class MassStorageDeviceTests : IDisposable
{
    private const int Blocks = 4096;
    private static readonly UsbIdentity Identity = new(0x070A, 0x4026, "AmbarellaInc", "A9 Platform", "A9-1");

    private readonly string _image = Path.GetTempFileName();
    private readonly byte[] _content = new byte[Blocks * CardMedium.BlockBytes];
    private readonly FakeCable _cable = new();

    public MassStorageDeviceTests()
    {
        new Random(1).NextBytes(_content);
        File.WriteAllBytes(_image, _content);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_says_who_it_is_and_how_large()
    {
        var host = Host();

        var inquiry = await host.ReadAsync("120000002400", 36, Token);
        Assert.Equal((36, 0x80, "AmbarellA9 Platform     1.00"),
            (inquiry.Data.Length, inquiry.Data[1], System.Text.Encoding.ASCII.GetString(inquiry.Data[8..])));
        Assert.Equal("00000FFF00000200", Convert.ToHexString((await host.ReadAsync("25000000000000000000", 8, Token)).Data));
        var capacity = await host.ReadAsync("9E100000000000000000000000200000", 32, Token);
        Assert.StartsWith("0000000000000FFF00000200", Convert.ToHexString(capacity.Data), StringComparison.Ordinal);
        Assert.Equal((byte)0, (await host.ReadAsync("000000000000", 0, Token)).Status);
    }

    [Theory]
    [InlineData("28000000006400000800")]
    [InlineData("88000000000000000064000000080000")]
    public async Task Blocks_come_from_where_they_lie_in_as_many_transfers_as_the_host_likes(string read)
    {
        var result = await Host(maxTransfer: 1024).ReadAsync(read, 4096, Token);

        Assert.Equal(_content[51200..55296], result.Data);
        Assert.Equal(((byte)0, 0u), (result.Status, result.Residue));
    }

    [Theory]
    [InlineData("2A000000006400000200")]
    [InlineData("8A000000000000000064000000020000")]
    public async Task What_is_written_is_on_the_card(string write)
    {
        var data = Enumerable.Repeat((byte)0xA5, 1024).ToArray();

        Assert.Equal((byte)0, (await Host(maxTransfer: 300).WriteAsync(write, data, Token)).Status);

        data.CopyTo(_content, 100 * 512);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_image, Token));
    }

    [Theory]
    [InlineData("2800000FFF0000000200", "052100")] // reaches beyond the end
    [InlineData("88FFFFFFFFFFFFFFFFFF000000020000", "052100")]
    [InlineData("12010000FF00", "052400")] // vital product data
    [InlineData("FD810000000100100000000000000000", "052000")] // a maker's command that this disk doesn't know
    public async Task What_cannot_be_done_fails_with_its_reason_after_a_stall(string cdb, string reason)
    {
        var host = Host();

        var result = await host.ReadAsync(cdb, 1024, Token);

        Assert.Equal((0, (byte)1, 1024u, true), (result.Data.Length, result.Status, result.Residue, result.Stalled));
        Assert.Equal(reason, await SenseAsync(host));
        Assert.Equal("000000", await SenseAsync(host));
    }

    [Fact]
    public async Task A_bad_block_ends_the_data_before_it_and_names_itself()
    {
        var host = Host(new DiskFaults { BadBlocks = new BlockRange(103, 2) });

        var result = await host.ReadAsync("28000000006400000800", 4096, Token);

        Assert.Equal(_content[51200..52736], result.Data);
        Assert.Equal(((byte)1, 5u * 512), (result.Status, result.Residue));
        var sense = (await host.ReadAsync("030000001200", 18, Token)).Data;
        Assert.Equal("F00003000000670A", Convert.ToHexString(sense[..8]));
        Assert.Equal("031100", $"{sense[2]:X2}{sense[12]:X2}{sense[13]:X2}");
        Assert.Equal((byte)0, (await host.ReadAsync("28000000006900000800", 4096, Token)).Status);
    }

    [Fact]
    public async Task A_write_protected_card_says_so_and_keeps_its_content()
    {
        using var card = new CardMedium(_image, writeProtected: true);
        var host = Host(card: card);

        Assert.Equal("03008000", Convert.ToHexString((await host.ReadAsync("1A003F00C000", 4, Token)).Data));
        var result = await host.WriteAsync("2A000000000000000100", new byte[512], Token);

        Assert.Equal(((byte)1, 512u), (result.Status, result.Residue));
        Assert.Equal("072700", await SenseAsync(host));
        Assert.Equal(_content, await File.ReadAllBytesAsync(_image, Token));
    }

    [Fact]
    public async Task The_cable_is_pulled_before_the_first_byte_too_many_and_the_next_connection_counts_anew()
    {
        var device = Device(new DiskFaults { PullAfterBytes = 10_000 });
        var host = new StorageHost(device);
        Assert.Equal((byte)0, (await host.ReadAsync("28000000000000001000", 8192, Token)).Status);

        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.ReadAsync("28000000000000001000", 8192, limit.Token));
        Assert.True(_cable.Pulled);

        device.Connect(_cable);
        Assert.Equal((byte)0, (await new StorageHost(device).ReadAsync("28000000000000001000", 8192, Token)).Status);
    }

    [Fact]
    public async Task A_stall_fails_the_command_as_often_as_was_asked_for()
    {
        var host = Host(new DiskFaults { StallOn = 0x28, StallTimes = 1 });

        var first = await host.ReadAsync("28000000000000000100", 512, Token);
        Assert.Equal((true, (byte)1), (first.Stalled, first.Status));
        Assert.Equal((byte)0, (await host.ReadAsync("28000000000000000100", 512, Token)).Status);
    }

    [Fact]
    public async Task A_command_that_hangs_ends_with_the_hosts_patience_and_only_that_command_hangs()
    {
        var device = Device(new DiskFaults { SilentOn = 0x28 });
        var host = new StorageHost(device);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.ReadAsync("28000000000000000100", 512, patience.Token));
        await host.ResetAsync(Token);

        Assert.Equal((byte)0, (await host.ReadAsync("000000000000", 0, Token)).Status);
    }

    [Fact]
    public async Task An_ejected_card_is_gone()
    {
        var host = Host();

        Assert.Equal((byte)0, (await host.ReadAsync("1B0000000200", 0, Token)).Status);

        Assert.Equal((byte)1, (await host.ReadAsync("000000000000", 0, Token)).Status);
        Assert.Equal("023A00", await SenseAsync(host));
    }

    [Fact]
    public async Task A_slow_card_takes_its_time()
    {
        var watch = Stopwatch.StartNew();

        await Host(new DiskFaults { BytesPerSecond = 40_960 }).ReadAsync("28000000000000001000", 8192, Token);

        Assert.InRange(watch.ElapsedMilliseconds, 190, 20_000);
    }

    [Fact]
    public async Task A_broken_wrapper_stalls_everything_until_the_reset()
    {
        var device = Device(DiskFaults.None);
        Assert.Equal(UsbStatus.Stalled, (await device.BulkOutAsync(MassStorageDevice.Out, new byte[31], Token)).Status);
        var host = new StorageHost(device);
        await host.ResumeAsync(Token);
        Assert.Equal(UsbStatus.Stalled, (await device.BulkInAsync(MassStorageDevice.In, 13, Token)).Status);

        await host.ResetAsync(Token);

        Assert.Equal((byte)0, (await host.ReadAsync("000000000000", 0, Token)).Status);
    }

    [Fact]
    public async Task Makers_commands_are_told_from_those_of_every_disk()
    {
        var device = Device(DiskFaults.None);
        var host = new StorageHost(device);

        await host.ReadAsync("000000000000", 0, Token);
        await host.ReadAsync("FB8200000001", 0, Token);

        Assert.Equal("scsi FB820000000100000000000000000000", Assert.Single(device.Transcript.VendorCommands));
        Assert.Single(device.Transcript.Of(RequestKind.Scsi));
    }

    public void Dispose() => File.Delete(_image);

    private static async Task<string> SenseAsync(StorageHost host)
    {
        var sense = (await host.ReadAsync("030000001200", 18, Token)).Data;
        return $"{sense[2]:X2}{sense[12]:X2}{sense[13]:X2}";
    }

    private StorageHost Host(DiskFaults? faults = null, CardMedium? card = null, int maxTransfer = 64 << 10) =>
        new(Device(faults ?? DiskFaults.None, card), maxTransfer);

    private MassStorageDevice Device(DiskFaults faults, CardMedium? card = null)
    {
        var device = MassStorageDevice.WithCard(Identity, card ?? new CardMedium(_image), faults);
        device.Connect(_cable);
        return device;
    }
}
