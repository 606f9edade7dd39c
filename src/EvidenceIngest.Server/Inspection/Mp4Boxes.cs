using System.Buffers.Binary;

namespace EvidenceIngest.Server.Inspection;

/// <summary>
/// The outermost boxes of an MP4 or MOV (ISO/IEC 14496-12): ffprobe takes a file whose media is cut off for a whole one as
/// long as its index is there.
/// </summary>
internal static class Mp4Boxes
{
    private const int MaxBoxes = 10_000;

    private static ReadOnlySpan<byte> FirstTypes => "ftypmoovmdatfreewideskippnotstyp"u8;

    /// <summary>Whether a file starts like one.</summary>
    public static bool StartsLike(ReadOnlySpan<byte> head)
    {
        if (head.Length < 8)
            return false;
        for (var i = 0; i < FirstTypes.Length; i += 4)
        {
            if (head.Slice(4, 4).SequenceEqual(FirstTypes.Slice(i, 4)))
                return true;
        }

        return false;
    }

    /// <summary>What is missing, as a sentence; null when all boxes are whole.</summary>
    public static async Task<string?> FindDamageAsync(Stream file, CancellationToken ct)
    {
        var header = new byte[16];
        var hasIndex = false;
        long at = 0;
        string? cutOff = null;
        for (var count = 0; count < MaxBoxes && file.Length - at >= 8; count++)
        {
            file.Position = at;
            var read = await file.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, ct);
            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            var type = header.AsSpan(4, 4);
            hasIndex |= type.SequenceEqual("moov"u8);
            // 1: the size follows in 64 bits; 0: up to the end of the file.
            if (size == 1 && read == header.Length)
                size = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(8));
            else if (size == 0)
                break;
            if (size < 8)
                break;
            if (size > file.Length - at)
            {
                cutOff = $"the file was cut off: its {Name(type)} box misses its last {size - (file.Length - at)} bytes";
                break;
            }

            at += size;
        }

        return hasIndex ? cutOff : "no moov box: the recording was cut off before the recorder closed the file";
    }

    private static string Name(ReadOnlySpan<byte> type) =>
        string.Create(4, type, static (text, bytes) =>
        {
            for (var i = 0; i < 4; i++)
                text[i] = bytes[i] is > 0x20 and < 0x7F ? (char)bytes[i] : '?';
        });
}
