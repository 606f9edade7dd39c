using System.Diagnostics;
using EvidenceIngest.Recorders.Drivers.MassStorage;

namespace EvidenceIngest.Recorders.Tests.Drivers;

/// <summary>Against volumes that mkfs made, where it is installed, and against sectors that are none.</summary>
public sealed class VolumeFormatTests
{
    [Theory]
    [InlineData("mkfs.vfat", "-F 32 -s 1 -i 1a2b3c4d", 40, "vfat", "1A2B-3C4D")]
    [InlineData("mkfs.vfat", "-F 16 -i 1a2b3c4d", 20, "vfat", "1A2B-3C4D")]
    [InlineData("mkfs.vfat", "-F 12 -i 1a2b3c4d", 2, "vfat", "1A2B-3C4D")]
    [InlineData("mkfs.exfat", "", 8, "exfat", null)]
    [InlineData("mkfs.ext4", "-q -F", 8, null, null)]
    public async Task What_mkfs_makes_is_recognised(string tool, string options, int megabytes, string? fileSystem, string? id)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/" + tool), $"{tool} is not installed");
        var image = Path.GetTempFileName();
        try
        {
            await using (var file = File.OpenWrite(image))
                file.SetLength(megabytes << 20);
            using var mkfs = Process.Start(new ProcessStartInfo("/usr/sbin/" + tool, [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), image])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            await mkfs.WaitForExitAsync(CancellationToken.None);
            Assert.Equal(0, mkfs.ExitCode);

            var format = VolumeFormat.Read((await File.ReadAllBytesAsync(image, CancellationToken.None)).AsSpan(0, VolumeFormat.SectorBytes));
            Assert.Equal(fileSystem, format.FileSystem);
            if (id is not null)
                Assert.Equal(id, format.VolumeId);
            else if (fileSystem is not null)
                Assert.Matches("^[0-9A-F]{4}-[0-9A-F]{4}$", format.VolumeId);
        }
        finally
        {
            File.Delete(image);
        }
    }

    [Fact]
    public void A_partition_table_an_empty_and_a_short_sector_are_no_volume()
    {
        var table = new byte[512];
        (table[510], table[511], table[450]) = (0x55, 0xaa, 0x0c);
        foreach (var sector in new[] { table, new byte[512], new byte[100], [] })
            Assert.Null(VolumeFormat.Read(sector).FileSystem);
    }

    [Fact]
    public void Mounts_with_blanks_in_their_paths_are_read() => Assert.Equal(
        [new MountEntry("8:1", "/run/a b\\c/p1", "/dev/sda1"), new MountEntry("0:5", "/执法", "none")],
        MountTable.Parse([
            "36 25 8:1 / /run/a\\040b\\134c/p1 ro,nosuid - vfat /dev/sda1 ro", "37 25 0:5 / /执法 rw - tmpfs none rw", "broken"]));
}
