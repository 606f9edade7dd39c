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

    /// <summary>
    /// Turns a movie's data reference (dref, QuickTime File Format) from "in this file" into an alias to another file: the
    /// movie box is rebuilt in front of nothing, since its media lies elsewhere.
    /// </summary>
    public static byte[] WithDataReference(byte[] movie, string path)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(path);
        // Classic alias record of 150 bytes, then tagged fields: type 2 is the absolute path, -1 the end.
        var alias = new byte[150 + 4 + name.Length + (name.Length % 2) + 4];
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(4), (short)alias.Length);
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(6), 2);
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(150), 2);
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(152), (short)name.Length);
        name.CopyTo(alias, 154);
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(alias.Length - 4), -1);

        // The entry "url " with flag 1 (12 bytes) becomes "alis" with flag 0; every box around it grows.
        var entry = movie.AsSpan().IndexOf("dref"u8) + 12;
        var grown = 12 + alias.Length - 12;
        byte[] replaced = new byte[12 + alias.Length];
        BinaryPrimitives.WriteInt32BigEndian(replaced, replaced.Length);
        "alis"u8.CopyTo(replaced.AsSpan(4));
        alias.CopyTo(replaced, 12);
        byte[] result = [.. movie[..entry], .. replaced, .. movie[(entry + 12)..]];
        foreach (var box in new[] { "moov", "trak", "mdia", "minf", "dinf", "dref" })
        {
            var at = result.AsSpan(0, entry).LastIndexOf(System.Text.Encoding.ASCII.GetBytes(box)) - 4;
            BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(at), BinaryPrimitives.ReadInt32BigEndian(result.AsSpan(at)) + grown);
        }

        return result;
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
