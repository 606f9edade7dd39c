using System.Buffers.Binary;
using System.IO.Compression;

namespace EvidenceIngest.Server.Tests.Media;

/// <summary>Content that ffmpeg doesn't write.</summary>
internal static class Samples
{
    /// <summary>AMR narrow band, 12.2 kbit/s: a header and one frame of 32 bytes for each 20 ms.</summary>
    public static byte[] Amr(int seconds)
    {
        var frame = new byte[32];
        frame[0] = 0x3C;
        return [.. "#!AMR\n"u8, .. Enumerable.Repeat(frame, 50 * seconds).SelectMany(f => f)];
    }

    /// <summary>Puts an EXIF block with an orientation behind a JPEG's first marker.</summary>
    public static byte[] WithExifOrientation(byte[] jpeg, byte orientation)
    {
        byte[] tiff = [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] block = [.. "Exif\0\0"u8, .. tiff];
        return [jpeg[0], jpeg[1], 0xFF, 0xE1, (byte)((block.Length + 2) >> 8), (byte)(block.Length + 2), .. block, .. jpeg[2..]];
    }

    /// <summary>A PNG of one colour: some kilobytes that become gigabytes.</summary>
    public static byte[] PngBomb(int side)
    {
        using var image = new MemoryStream();
        image.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        (header[8], header[9]) = (8, 2);
        Chunk(image, "IHDR"u8, header);
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[1 + (3 * side)];
            for (var y = 0; y < side; y++)
                zip.Write(row);
        }

        Chunk(image, "IDAT"u8, data.ToArray());
        Chunk(image, "IEND"u8, []);
        return image.ToArray();
    }

    private static void Chunk(Stream image, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        byte[] typed = [.. type, .. content];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        image.Write(number);
        image.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(typed));
        image.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> content)
    {
        var crc = 0xFFFFFFFF;
        foreach (var b in content)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
