using System.Buffers.Binary;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>
/// Makes the images of recorders' cards from a folder of the host. Names and times of modification are kept, to
/// the 2 s of FAT and the 10 ms of exFAT; both hold UTC, as the guest's clock does.
/// </summary>
internal static class CardImage
{
    private const int SectorBytes = 512;
    private const int FirstSector = 2048;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    /// <summary>A card with one FAT32 partition, at least 40 MiB; needs no guest.</summary>
    /// <exception cref="RigException">A tool failed, e.g. because the folder does not fit.</exception>
    public static async Task CreateFat32Async(string image, string folder, int sizeMiB, string label, CancellationToken ct)
    {
        await FormatFat32Async(image, folder, sizeMiB, label, ct);
        Partition(image, partitionType: 0x0C);
    }

    /// <summary>The same with no cluster free: what the folder leaves is taken by a file <c>FILLER.BIN</c> of zeros.</summary>
    /// <exception cref="RigException">A tool failed, e.g. because the folder does not fit.</exception>
    public static async Task CreateFullFat32Async(string image, string folder, int sizeMiB, string label, CancellationToken ct)
    {
        await FormatFat32Async(image, folder, sizeMiB, label, ct);
        var filler = $"{image}.filler";
        using (var file = File.Create(filler))
            file.SetLength(FreeBytes(image));
        await HostTool.RunAsync("mcopy", ["-i", image, filler, "::FILLER.BIN"], Limit, ct);
        File.Delete(filler);
        Partition(image, partitionType: 0x0C);
    }

    /// <summary>
    /// A card with one exFAT partition. No tool of the host fills exFAT, so the guest's own driver does, through a
    /// loop device that no USB code sees.
    /// </summary>
    /// <exception cref="RigException">A tool failed, e.g. because the folder does not fit.</exception>
    public static async Task CreateExfatAsync(
        RigVm vm, string image, string folder, int sizeMiB, string label, CancellationToken ct)
    {
        var work = Directory.CreateDirectory(Path.Combine(vm.ShareFolder, $"card.{Guid.NewGuid():N}")).FullName;
        var shared = Path.Combine(work, "image");
        Allocate(shared, sizeMiB);
        await HostTool.RunAsync("mkfs.exfat", ["-L", label, shared], Limit, ct);
        await HostTool.RunAsync("cp", ["-a", folder, Path.Combine(work, "content")], Limit, ct);
        var filled = await vm.RunAsync(
            $"""
            set -e
            cd {RigVm.GuestShareFolder}/{Path.GetFileName(work)}
            mkdir /run/card.$$
            mount -t exfat -o loop image /run/card.$$
            cp -r --preserve=timestamps content/. /run/card.$$/
            umount /run/card.$$
            """,
            Limit,
            ct);
        if (filled.ExitCode != 0)
            throw vm.Failed($"the guest could not fill the exFAT card: {filled.Output}");
        Partition(shared, partitionType: 0x07);
        File.Move(shared, image, overwrite: true);
        Directory.Delete(work, recursive: true);
    }

    private static async Task FormatFat32Async(string image, string folder, int sizeMiB, string label, CancellationToken ct)
    {
        Allocate(image, sizeMiB);
        await HostTool.RunAsync("mkfs.vfat", ["-F", "32", "-n", label, image], Limit, ct);
        var entries = Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal).ToList();
        if (entries.Count > 0)
            await HostTool.RunAsync("mcopy", ["-i", image, "-s", "-m", .. entries, "::"], Limit, ct);
    }

    /// <summary>Clusters that the information sector counts as free, times the size that the boot sector names.</summary>
    private static long FreeBytes(string image)
    {
        using var file = File.OpenRead(image);
        var sectors = new byte[2 * SectorBytes];
        file.ReadExactly(sectors);
        return (long)BinaryPrimitives.ReadUInt32LittleEndian(sectors.AsSpan(SectorBytes + 488)) * sectors[13] * SectorBytes;
    }

    private static void Allocate(string image, int sizeMiB)
    {
        using var file = File.Create(image);
        file.SetLength((long)sizeMiB << 20);
    }

    /// <summary>Moves the file system behind a partition table, as recorders and card makers format cards.</summary>
    private static void Partition(string image, byte partitionType)
    {
        var bare = $"{image}.bare";
        File.Move(image, bare);
        using (var from = File.OpenRead(bare))
        using (var to = File.Create(image))
        {
            var table = new byte[SectorBytes];
            var entry = table.AsSpan(446, 16);
            entry[4] = partitionType;
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], FirstSector);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], (uint)(from.Length / SectorBytes));
            (table[510], table[511]) = (0x55, 0xAA);
            to.Write(table);
            to.SetLength(FirstSector * SectorBytes + from.Length);
            CopySparsely(from, to);
        }

        File.Delete(bare);
    }

    private static void CopySparsely(FileStream from, FileStream to)
    {
        var buffer = new byte[1 << 20];
        for (int read; (read = from.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            if (!buffer.AsSpan(0, read).ContainsAnyExcept((byte)0))
                continue;
            to.Position = FirstSector * SectorBytes + from.Position - read;
            to.Write(buffer, 0, read);
        }
    }
}
