using System.Buffers.Binary;
using System.Text;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Redaction;

/// <summary>One picture as it is shown: planes of Y, U and V, 8 bits each, U and V at half the size.</summary>
/// <param name="At">Milliseconds.</param>
/// <param name="Pixels">Of the whole frame.</param>
internal sealed record RawFrame(long At, byte[] Pixels);

/// <summary>
/// Undone pictures between two runs of ffmpeg, in Matroska (RFC 9559): of all the forms that it reads and writes through a pipe, the plainest that
/// keeps each picture's time.
/// </summary>
internal static class RawFrames
{
    private const uint Segment = 0x18538067;
    private const uint Cluster = 0x1F43B675;
    private const uint Timestamp = 0xE7;
    private const uint SimpleBlock = 0xA3;
    private const uint BlockGroup = 0xA0;
    private const uint Block = 0xA1;

    // Behind the track's number: time within the cluster, and flags.
    private const int BlockHeader = 4;

    // Eight bytes long, as all lengths that we write; with all bits set it is unknown.
    private static readonly byte[] Unknown = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    public static int Bytes(FrameSize size) => size.Width * size.Height * 3 / 2;

    /// <param name="source">From ffmpeg: one track, clusters of milliseconds.</param>
    /// <param name="size">Of every picture.</param>
    /// <param name="take">Gets each.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RenditionFailedException">It is something else.</exception>
    /// <exception cref="EndOfStreamException">It broke off within a frame.</exception>
    public static async Task ReadAsync(Stream source, FrameSize size, Func<RawFrame, Task> take, CancellationToken ct)
    {
        await using var stream = new BufferedStream(source, 1 << 20);
        var cluster = 0L;
        while (await IdAsync(stream, ct) is { } id)
        {
            var length = await LengthAsync(stream, ct);
            switch (id)
            {
                case Segment or Cluster or BlockGroup:
                    break;
                case Timestamp:
                    cluster = Number(await BytesAsync(stream, length, ct));
                    break;
                case SimpleBlock or Block:
                    await take(await FrameAsync(stream, length, cluster, Bytes(size), ct));
                    break;
                default:
                    await BytesAsync(stream, length, ct);
                    break;
            }
        }
    }

    /// <summary>What comes before the first frame.</summary>
    public static byte[] Head(FrameSize size) =>
    [
        .. Element([0x1A, 0x45, 0xDF, 0xA3], [.. Element([0x42, 0x86], [1]), .. Element([0x42, 0xF7], [1]), .. Element([0x42, 0xF2], [4]), .. Element([0x42, 0xF3], [8]),
            .. Element([0x42, 0x82], Encoding.ASCII.GetBytes("matroska")), .. Element([0x42, 0x87], [4]), .. Element([0x42, 0x85], [2])]),
        .. Id(Segment), .. Unknown,
        .. Element([0x15, 0x49, 0xA9, 0x66], Element([0x2A, 0xD7, 0xB1], [0x0F, 0x42, 0x40])),
        .. Element([0x16, 0x54, 0xAE, 0x6B], Element([0xAE],
        [
            .. Element([0xD7], [1]), .. Element([0x73, 0xC5], [1]), .. Element([0x83], [1]), .. Element([0x86], Encoding.ASCII.GetBytes("V_UNCOMPRESSED")),
            .. Element([0xE0], [.. Element([0xB0], Big(size.Width)), .. Element([0xBA], Big(size.Height)), .. Element([0x2E, 0xB5, 0x24], Encoding.ASCII.GetBytes("I420"))]),
        ])),
    ];

    /// <summary>What comes before a frame's pixels.</summary>
    public static byte[] Before(RawFrame frame)
    {
        var time = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, frame.At);
        byte[] block = [(byte)SimpleBlock, .. Length(BlockHeader + frame.Pixels.Length), 0x81, 0, 0, 0x80];
        byte[] stamp = Element([(byte)Timestamp], time);
        return [.. Id(Cluster), .. Length(stamp.Length + block.Length + frame.Pixels.Length), .. stamp, .. block];
    }

    private static async Task<RawFrame> FrameAsync(Stream stream, long length, long cluster, int bytes, CancellationToken ct)
    {
        if (length != BlockHeader + bytes)
            throw new RenditionFailedException($"画面大小中途改变，无法遮蔽 / a picture of {length - BlockHeader} bytes came where {bytes} were expected");
        var head = await BytesAsync(stream, BlockHeader, ct);
        return new RawFrame(cluster + BinaryPrimitives.ReadInt16BigEndian(head.AsSpan(1)), await BytesAsync(stream, bytes, ct));
    }

    private static async Task<uint?> IdAsync(Stream stream, CancellationToken ct)
    {
        var first = new byte[1];
        if (await stream.ReadAsync(first, ct) == 0)
            return null;
        var more = Following(first[0]);
        return more > 3 ? throw Broken() : (uint)Number([first[0], .. await BytesAsync(stream, more, ct)]);
    }

    private static async Task<long> LengthAsync(Stream stream, CancellationToken ct)
    {
        var first = (await BytesAsync(stream, 1, ct))[0];
        var more = Following(first);
        if (more > 7)
            throw Broken();
        return Number([(byte)(first & (0x7F >> more)), .. await BytesAsync(stream, more, ct)]);
    }

    // As many bytes follow as zeros lead.
    private static int Following(byte first) => first == 0 ? 8 : System.Numerics.BitOperations.LeadingZeroCount(first) - 24;

    private static long Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0L;
        foreach (var part in bytes)
            number = (number << 8) | part;
        return number;
    }

    private static async Task<byte[]> BytesAsync(Stream stream, long count, CancellationToken ct)
    {
        if (count is < 0 or > 1 << 28)
            throw Broken();
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    private static RenditionFailedException Broken() => new("画面数据无法解读 / the pictures can't be made out");

    private static byte[] Element(byte[] id, byte[] content) => [.. id, .. Length(content.Length), .. content];

    private static byte[] Id(uint id) => Big((int)id);

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Length(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length | (1L << 56));
        return bytes;
    }
}
