using EvidenceIngest.EndToEnd.Tests.Rig.Devices;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>What the guest's own drivers make of simulated disks, whole and faulty.</summary>
[Collection(nameof(SimulatedBench))]
public sealed class SimulatedDiskTests(SimulatedBench bench) : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_has_the_ids_it_was_given_and_the_files_of_its_card()
    {
        await bench.Vm.PlugAsync("1", bench.Disk("A9-0001"), Token);
        var disk = await bench.DiskAsync("1");

        Assert.Equal("070a 4026 AmbarellaInc A9 Platform A9-0001 480", await bench.SucceedAsync(
            "cd /sys/bus/usb/devices/1-1 && echo $(cat idVendor idProduct manufacturer product serial speed)"));
        Assert.Equal(bench.VideoDigest, await bench.DigestAsync(disk));
        await bench.Vm.UnplugAsync("1", Token);
        await bench.IsGoneAsync("1");
    }

    [Fact]
    public async Task What_the_guest_writes_is_on_the_card_afterwards()
    {
        var image = bench.CardCopy();
        var port = await bench.Vm.PlugAsync("2", MassStorageDevice.WithCard(SimulatedBench.DiskIdentity("A9-0002"), new CardMedium(image)), Token);
        var disk = await bench.DiskAsync("2");

        await bench.SucceedAsync($"mkdir -p /run/2 && mount /dev/{disk}1 /run/2 && echo 出警 > /run/2/NEW.TXT && umount /run/2");
        await bench.Vm.UnplugAsync("2", Token);

        Assert.Null(port.Device);
        await bench.Vm.PlugAsync("2", MassStorageDevice.WithCard(SimulatedBench.DiskIdentity("A9-0002"), new CardMedium(image)), Token);
        Assert.Equal("出警", await bench.SucceedAsync($"mount -o ro /dev/{await bench.DiskAsync("2")}1 /run/2 && cat /run/2/NEW.TXT; umount /run/2"));
    }

    [Fact]
    public async Task A_cable_pulled_after_so_many_bytes_is_an_error_and_the_guest_lives()
    {
        var device = bench.Disk("A9-0003", new DiskFaults { PullAfterBytes = 2_000_000 });
        var port = await bench.Vm.PlugAsync("3", device, Token);
        var disk = await bench.DiskAsync("3");

        var read = await bench.TryAsync($"dd if=/dev/{disk} of=/run/3.part bs=64k iflag=direct");

        Assert.NotEqual(0, read.ExitCode);
        Assert.Contains("error", read.Output, StringComparison.OrdinalIgnoreCase);
        await bench.IsGoneAsync("3");
        Assert.Null(port.Device);
        var part = long.Parse(await bench.SucceedAsync("stat -c %s /run/3.part"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(part, 1 << 16, 2_000_000);

        await port.ConnectAsync(bench.Disk("A9-0003"));
        Assert.Equal(bench.VideoDigest, await bench.DigestAsync(await bench.DiskAsync("3")));
    }

    [Fact]
    public async Task A_medium_error_is_an_error_at_its_place_only()
    {
        var bad = new BlockRange(20_000, 16); // the pages 2500 and 2501 of 4096 bytes
        await bench.Vm.PlugAsync("4", bench.Disk("A9-0004", new DiskFaults { BadBlocks = bad }), Token);
        var disk = await bench.DiskAsync("4");
        string Page(int number) => $"dd if=/dev/{disk} of=/dev/null bs=4096 skip={number} count=1";
        string Block(long number) => $"dd if=/dev/{disk} of=/dev/null bs=512 skip={number} count=1 iflag=direct";

        foreach (var page in new[] { 2500, 2501 })
        {
            var hit = await bench.TryAsync(Page(page));
            Assert.Equal(1, hit.ExitCode);
            Assert.Contains("Input/output error", hit.Output, StringComparison.Ordinal);
        }

        await bench.SucceedAsync($"{Page(2499)} && {Page(2502)}");
        // Past the page cache the kernel tells a medium error from a lost device: ENODATA.
        Assert.Contains("No data available", (await bench.TryAsync(Block(bad.First))).Output, StringComparison.Ordinal);
        await bench.SucceedAsync($"{Block(bad.First - 1)} && {Block(bad.First + bad.Count)}");

        // Everything else is as it was, read past the errors.
        const int first = 19_900, count = 300;
        var copy = Path.Combine(bench.Vm.ShareFolder, "around");
        await bench.TryAsync(
            $"dd if=/dev/{disk} of={bench.Vm.InGuest(copy)} bs=512 skip={first} count={count} iflag=direct conv=noerror,sync");
        var (read, card) = (await File.ReadAllBytesAsync(copy, Token), await File.ReadAllBytesAsync(bench.Card, Token));
        Assert.Equal(count * 512, read.Length);
        for (var block = 0; block < count; block++)
        {
            var expected = bad.FirstIn(first + block, 1) is null ? card.AsSpan((first + block) * 512, 512) : new byte[512];
            Assert.True(expected.SequenceEqual(read.AsSpan(block * 512, 512)), $"block {first + block}");
        }
    }

    [Fact]
    public async Task A_write_protected_card_is_read_only_to_the_guest()
    {
        await bench.Vm.PlugAsync("5", bench.Disk("A9-0005"), Token);
        var disk = await bench.DiskAsync("5");

        Assert.Equal("1", await bench.SucceedAsync($"cat /sys/block/{disk}/ro"));
        Assert.NotEqual(0, (await bench.TryAsync($"mkdir -p /run/5 && mount -o rw /dev/{disk}1 /run/5 && touch /run/5/x")).ExitCode);
    }

    [Fact]
    public async Task A_full_card_takes_no_more_and_gives_everything()
    {
        var image = Path.Combine(bench.Vm.ShareFolder, "full.img");
        var content = Directory.CreateDirectory(Path.Combine(bench.Vm.ShareFolder, "full")).FullName;
        await File.WriteAllTextAsync(Path.Combine(content, "a.txt"), "a", Token);
        await CardImage.CreateFullFat32Async(image, content, 40, "FULL", Token);
        await bench.Vm.PlugAsync("6", MassStorageDevice.WithCard(SimulatedBench.DiskIdentity("A9-0006"), new CardMedium(image)), Token);

        var result = await bench.TryAsync(
            $"mkdir -p /run/6 && mount /dev/{await bench.DiskAsync("6")}1 /run/6 && cat /run/6/a.txt && echo more > /run/6/b.txt; umount /run/6");

        Assert.StartsWith("a", result.Output, StringComparison.Ordinal);
        Assert.Contains("No space left on device", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stalled_command_is_retried_and_the_data_is_whole()
    {
        await bench.Vm.PlugAsync("7", bench.Disk("A9-0007", new DiskFaults { StallOn = 0x28, StallTimes = 2 }), Token);

        Assert.Equal(bench.VideoDigest, await bench.DigestAsync(await bench.DiskAsync("7")));
    }

    [Fact]
    public async Task A_slow_card_comes_no_faster_than_it_was_told_to()
    {
        await bench.Vm.PlugAsync("8", bench.Disk("A9-0008", new DiskFaults { BytesPerSecond = 500_000 }), Token);
        var disk = await bench.DiskAsync("8");

        var seconds = await bench.SucceedAsync(
            $"start=$(date +%s%3N); dd if=/dev/{disk} of=/dev/null bs=64k count=16 iflag=direct 2> /dev/null; echo $(($(date +%s%3N) - start))");

        Assert.InRange(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), 2_000, 30_000);
    }

    [Fact]
    public async Task Another_recorder_in_the_same_bay_is_another_device_on_the_same_port()
    {
        var second = bench.Disk("A9-SECOND");
        await bench.Vm.PlugAsync("9", bench.Disk("A9-FIRST", new DiskFaults { PullAfterBytes = 3_000_000, PutInAfterPull = second }), Token);
        var disk = await bench.DiskAsync("9");
        Assert.Equal("A9-FIRST", await bench.AttributeAsync("9", "serial"));

        Assert.NotEqual(0, (await bench.TryAsync($"dd if=/dev/{disk} of=/dev/null bs=64k iflag=direct")).ExitCode);

        await bench.Vm.WaitUntilAsync("grep -q A9-SECOND /sys/bus/usb/devices/1-9/serial 2> /dev/null", TimeSpan.FromMinutes(2), Token);
        Assert.Equal(bench.VideoDigest, await bench.DigestAsync(await bench.DiskAsync("9")));
    }

    [Fact]
    public async Task No_disk_is_sent_a_makers_command_by_the_guest_itself()
    {
        var device = bench.Disk("A9-0010");
        await bench.Vm.PlugAsync("10", device, Token);
        await bench.DigestAsync(await bench.DiskAsync("10"));

        Assert.Empty(device.Transcript.VendorCommands);
        Assert.NotEmpty(device.Transcript.Of(RequestKind.Scsi));
    }

    /// <summary>Also tells when a model failed in a way that the guest couldn't see.</summary>
    public async ValueTask DisposeAsync() => await bench.Vm.UnplugAllAsync(CancellationToken.None);
}
