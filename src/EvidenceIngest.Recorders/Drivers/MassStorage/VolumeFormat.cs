using System.Buffers.Binary;
using System.Numerics;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>What a volume's first sector says.</summary>
/// <param name="FileSystem">The kernel's name for it, or null when it is none that recorders use.</param>
/// <param name="VolumeId">Serial number as 1A2B-3C4D; null when it has none.</param>
internal sealed record VolumeFormat(string? FileSystem, string? VolumeId)
{
    public const int SectorBytes = 512;

    private const byte HasSerial = 0x29;

    /// <summary>Reads a boot sector by Microsoft's FAT and exFAT specifications; asking blkid would be one more process to trust.</summary>
    public static VolumeFormat Read(ReadOnlySpan<byte> sector)
    {
        if (sector.Length < SectorBytes || sector[510] != 0x55 || sector[511] != 0xaa)
            return new VolumeFormat(null, null);
        if (sector[3..11].SequenceEqual("EXFAT   "u8))
            return new VolumeFormat("exfat", Serial(sector[100..]));
        var sectorBytes = BinaryPrimitives.ReadUInt16LittleEndian(sector[11..]);
        if (sectorBytes is < 512 or > 4096 || !BitOperations.IsPow2(sectorBytes) || !BitOperations.IsPow2(sector[13]) || sector[16] == 0)
            return new VolumeFormat(null, null);
        // FAT32 has no 16-bit length of its table; its serial number lies elsewhere.
        var isFat32 = BinaryPrimitives.ReadUInt16LittleEndian(sector[22..]) == 0;
        var serialAt = isFat32 ? 67 : 39;
        return new VolumeFormat("vfat", sector[serialAt - 1] == HasSerial ? Serial(sector[serialAt..]) : null);
    }

    private static string? Serial(ReadOnlySpan<byte> at)
    {
        var serial = BinaryPrimitives.ReadUInt32LittleEndian(at);
        return serial == 0 ? null : $"{serial >> 16:X4}-{serial & 0xffff:X4}";
    }
}
