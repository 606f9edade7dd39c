using System.Buffers.Binary;
using System.Text;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// A cheap look at a staged file's outer structure, so that the officer learns at the dock that a recording is cut off.
/// Reads headers only, believes no length, never throws on content; the server's inspection has the last word.
/// </summary>
internal static class MediaStructure
{
    // Real files have tens of top-level boxes, fragmented ones thousands; a hostile one shall not cost more than a blink.
    private const int MaxBoxes = 200_000;

    private const int JpegTailBytes = 64 << 10;

    private static readonly HashSet<string> FirstBoxes =
        ["ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "uuid", "styp", "moof", "sidx"];

    /// <param name="path">The staged file.</param>
    /// <param name="name">Its path on the recorder: the ending says what it should be.</param>
    public static IEnumerable<Finding> Check(string path, string name)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 64 << 10);
        if (file.Length == 0)
            return [new Finding(FindingCode.Empty, $"{name}: zero bytes long")];
        var problem = Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".mp4" or ".mov" or ".m4v" or ".m4a" or ".3gp" => Boxes(file),
            ".wav" => Riff(file, "WAVE"),
            ".avi" => Riff(file, "AVI "),
            ".jpg" or ".jpeg" => Jpeg(file),
            _ => null,
        };
        return problem is var (code, detail) ? [new Finding(code, $"{name}: {detail}")] : [];
    }

    private static (FindingCode, string)? Boxes(FileStream file)
    {
        Span<byte> header = stackalloc byte[16];
        var hasIndex = false;
        for (long position = 0, count = 0; position < file.Length && count < MaxBoxes; count++)
        {
            file.Position = position;
            var read = file.ReadAtLeast(header, 16, throwOnEndOfStream: false);
            if (position == 0 && (read < 8 || !FirstBoxes.Contains(TypeOf(header))))
                return (FindingCode.Foreign, "does not begin like an MP4 or QuickTime file");
            if (read < 8)
                return (FindingCode.Damaged, $"ends inside a box header at byte {position}");
            var type = TypeOf(header);
            // ISO/IEC 14496-12: 1 means a 64-bit size follows, 0 means up to the end of the file.
            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1 && read == 16)
                size = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            else if (size == 0)
                size = file.Length - position;
            if (size < 8)
                return (FindingCode.Damaged, $"box '{type}' at byte {position} has the impossible size {size}");
            if (size > file.Length - position)
                return (FindingCode.Damaged, $"truncated: box '{type}' at byte {position} should have {size} bytes, {file.Length - position} are there");
            hasIndex |= type is "moov" or "moof";
            position += size;
        }

        return hasIndex ? null : (FindingCode.Damaged, "has no moov box: the recording was not finished");
    }

    private static string TypeOf(ReadOnlySpan<byte> header)
    {
        var type = header.Slice(4, 4);
        return type.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? Convert.ToHexString(type) : Encoding.ASCII.GetString(type);
    }

    private static (FindingCode, string)? Riff(FileStream file, string form)
    {
        Span<byte> header = stackalloc byte[12];
        if (file.ReadAtLeast(header, 12, throwOnEndOfStream: false) < 12
            || !header[..4].SequenceEqual("RIFF"u8)
            || Encoding.Latin1.GetString(header[8..]) != form)
            return (FindingCode.Foreign, $"does not begin like a RIFF {form.TrimEnd()} file");
        long size = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (size is 0 or uint.MaxValue)
            return (FindingCode.Damaged, "its header was never completed: the recording was not finished");
        // Longer than stated is usual: OpenDML AVI goes on in further RIFF blocks.
        return size + 8 > file.Length
            ? (FindingCode.Damaged, $"truncated: should have {size + 8} bytes, {file.Length} are there")
            : null;
    }

    private static (FindingCode, string)? Jpeg(FileStream file)
    {
        Span<byte> start = stackalloc byte[3];
        if (file.ReadAtLeast(start, 3, throwOnEndOfStream: false) < 3 || !start.SequenceEqual<byte>([0xFF, 0xD8, 0xFF]))
            return (FindingCode.Foreign, "does not begin like a JPEG file");
        // Cameras append thumbnails and padding, so the end mark need not be the last two bytes.
        var tail = new byte[Math.Min(JpegTailBytes, file.Length)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        return tail.AsSpan().IndexOf<byte>([0xFF, 0xD9]) >= 0 ? null : (FindingCode.Damaged, "truncated: has no end mark");
    }
}
