using EvidenceIngest.Recorders.Drivers.MassStorage;

namespace EvidenceIngest.Recorders.Tests.Drivers;

/// <summary>Against a sysfs tree in a folder, laid out as the kernel does (seen in the rig's guest, Linux 6.1).</summary>
public sealed class UsbBlockDevicesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sysfs-").FullName;

    private string Device => Path.Combine(_root, "1-2.3");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Partitions_are_found_in_order_of_their_numbers()
    {
        Disk("sda", lun: 0, sectors: 1000, dev: "8:0");
        foreach (var n in new[] { 10, 2, 1 })
            Partition("sda", n, 100, $"8:{n}");
        var disk = Assert.Single(UsbBlockDevices.Find(Device));
        Assert.Equal(["sda1", "sda2", "sda10"], disk.Volumes.Select(v => v.Name));
        Assert.Equal(new BlockDevice("sda10", 8, 10, 100), disk.Partitions[2]);
        Assert.Equal(new BlockDevice("sda", 8, 0, 1000), disk.Whole);
    }

    [Theory]
    [InlineData("36 35 8:2 / /home rw - ext4 /dev/sda2 rw", "", null, true)]
    [InlineData("36 35 0:33 /@ / rw shared:1 - btrfs /dev/sda1 rw", "", null, true)]
    [InlineData("36 35 8:0 / /media/card rw - vfat /dev/sda rw", "", null, true)]
    [InlineData("36 35 8:17 / / rw - ext4 /dev/sdb1 rw", "/dev/sda2 partition 1 0 -2", null, true)]
    [InlineData("36 35 8:17 / / rw - ext4 /dev/sdb1 rw", "", "sda1", true)]
    [InlineData("36 35 8:17 / / rw - ext4 /dev/sdb1 rw", "/dev/sdb2 partition 1 0 -2", null, false)]
    public void A_disk_that_this_machine_uses_is_told_from_a_card(string mount, string swap, string? held, bool used)
    {
        Disk("sda", lun: 0, sectors: 1000, dev: "8:0");
        Partition("sda", 1, 100, "8:1");
        Partition("sda", 2, 100, "8:2");
        if (held is not null)
            Write(Path.Combine(_root, "block", held, "holders", "dm-0"), "");
        var disk = Assert.Single(UsbBlockDevices.Find(Device));
        Assert.Equal(used, MountTable.IsUsed(disk, MountTable.Parse([mount]), ["Filename Type Size", swap], Path.Combine(_root, "block")));
    }

    [Fact]
    public void A_disk_without_partitions_is_the_volume_itself()
    {
        Disk("sdb", lun: 0, sectors: 1000, dev: "8:16");
        Assert.Equal(["sdb"], Assert.Single(UsbBlockDevices.Find(Device)).Volumes.Select(v => v.Name));
    }

    [Fact]
    public void A_card_reader_has_a_disk_for_each_slot_and_empty_slots_say_so()
    {
        Disk("sdb", lun: 1, sectors: 0, dev: "8:16");
        Disk("sdc", lun: 0, sectors: 1000, dev: "8:32");
        var disks = UsbBlockDevices.Find(Device);
        Assert.Equal([("sdc", true), ("sdb", false)], disks.Select(d => (d.Whole.Name, d.HasMedium)));
    }

    [Fact]
    public void The_shell_of_an_extended_partition_is_no_volume()
    {
        Disk("sda", lun: 0, sectors: 1000, dev: "8:0");
        Partition("sda", 1, 2, "8:1");
        Partition("sda", 5, 900, "8:5");
        Assert.Equal(["sda5"], Assert.Single(UsbBlockDevices.Find(Device)).Volumes.Select(v => v.Name));
    }

    [Fact]
    public void Disks_of_devices_behind_a_hub_are_not_the_hubs()
    {
        Disk("sda", lun: 0, sectors: 1000, dev: "8:0", device: Path.Combine(Device, "1-2.3.1"));
        Assert.Empty(UsbBlockDevices.Find(Device));
        Assert.Single(UsbBlockDevices.Find(Path.Combine(Device, "1-2.3.1")));
    }

    [Fact]
    public void A_device_that_is_gone_or_not_scanned_yet_has_none()
    {
        Assert.Empty(UsbBlockDevices.Find(Device));
        Directory.CreateDirectory(Path.Combine(Device, "1-2.3:1.0", "host6", "target6:0:0", "6:0:0:0"));
        Assert.Empty(UsbBlockDevices.Find(Device));
        Directory.CreateDirectory(Path.Combine(Device, "1-2.3:1.0", "host6", "target6:0:0", "6:0:0:0", "block", "sda"));
        Assert.Empty(UsbBlockDevices.Find(Device));
    }

    [Fact]
    public void Another_device_in_the_same_port_is_not_the_one_that_was_opened()
    {
        Assert.Null(UsbPresence.Of(Device));
        Write(Path.Combine(Device, "devnum"), "7\n");
        var presence = UsbPresence.Of(Device)!;
        Assert.True(presence.IsThere());
        Write(Path.Combine(Device, "devnum"), "8\n");
        Assert.False(presence.IsThere());
        Directory.Delete(Device, recursive: true);
        Assert.False(presence.IsThere());
    }

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static string DiskFolder(string name, int lun, string device) => Path.Combine(
        device, Path.GetFileName(device) + ":1.0", "host6", "target6:0:0", $"6:0:0:{lun}", "block", name);

    private void Disk(string name, int lun, long sectors, string dev, string? device = null)
    {
        var folder = DiskFolder(name, lun, device ?? Device);
        Write(Path.Combine(folder, "size"), $"{sectors}\n");
        Write(Path.Combine(folder, "dev"), dev + "\n");
        Directory.CreateDirectory(Path.Combine(folder, "queue"));
    }

    private void Partition(string disk, int number, long sectors, string dev)
    {
        var folder = Path.Combine(DiskFolder(disk, 0, Device), disk + number);
        Write(Path.Combine(folder, "partition"), $"{number}\n");
        Write(Path.Combine(folder, "size"), $"{sectors}\n");
        Write(Path.Combine(folder, "dev"), dev + "\n");
    }
}
