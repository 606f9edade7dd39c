using System.Buffers.Binary;
using System.Text;

namespace EvidenceIngest.Server.Renditions;

/// <summary>One box of an MP4 index (ISO/IEC 14496-12). Only for files that our own ffmpeg has just written; recordings are never read with it.</summary>
internal sealed class Mp4Box
{
    private const int HeaderBytes = 8;

    // The index of seven days of footage has some 100 MiB.
    private const long MostBytes = 256 << 20;

    private static readonly string[] Containers = ["moov", "trak", "edts", "mdia", "minf", "stbl", "moof", "traf"];

    private Mp4Box(string type, List<Mp4Box> children, byte[] content) => (Type, Children, Content) = (type, children, content);

    public string Type { get; set; }

    public List<Mp4Box> Children { get; }

    /// <summary>Of a box that holds no others, without its header.</summary>
    public byte[] Content { get; set; }

    public int Length => HeaderBytes + Content.Length + Children.Sum(c => c.Length);

    /// <exception cref="InvalidDataException">It has no such box.</exception>
    public Mp4Box this[string type] =>
        Children.FirstOrDefault(c => c.Type == type) ?? throw new InvalidDataException($"the {Type} box has no {type} box");

    public IEnumerable<Mp4Box> All(string type) => Children.Where(c => c.Type == type);

    /// <summary>A field of 32 bits.</summary>
    public uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(Content.AsSpan(at));

    public void SetNumber(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Content.AsSpan(at), value);

    /// <summary>The outermost boxes, in order.</summary>
    public static IEnumerable<(string Type, long At, long Bytes)> Outermost(Stream file)
    {
        var header = new byte[16];
        for (long at = 0; at < file.Length;)
        {
            file.Position = at;
            var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (read < HeaderBytes)
                throw new InvalidDataException("a box is cut off");
            long bytes = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (bytes == 1 && read == header.Length)
                bytes = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(8));
            if (bytes < HeaderBytes || bytes > file.Length - at)
                throw new InvalidDataException("a box is longer than its file");
            yield return (Encoding.ASCII.GetString(header, 4, 4), at, bytes);
            at += bytes;
        }
    }

    public static Mp4Box Read(Stream file, long at, long bytes)
    {
        if (bytes > MostBytes)
            throw new InvalidDataException($"a box of {bytes} bytes is no index");
        var content = new byte[bytes];
        file.Position = at;
        file.ReadExactly(content);
        return Parse(content).Single();
    }

    public void Write(Stream target)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32BigEndian(header, checked((uint)Length));
        Encoding.ASCII.GetBytes(Type, header[4..]);
        target.Write(header);
        target.Write(Content);
        foreach (var child in Children)
            child.Write(target);
    }

    private static List<Mp4Box> Parse(ReadOnlySpan<byte> bytes)
    {
        var boxes = new List<Mp4Box>();
        while (bytes.Length >= HeaderBytes)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            if (length < HeaderBytes || length > bytes.Length)
                throw new InvalidDataException("a box of the index is longer than what holds it");
            var type = Encoding.ASCII.GetString(bytes.Slice(4, 4));
            var inner = bytes[HeaderBytes..(int)length];
            boxes.Add(Containers.Contains(type) ? new Mp4Box(type, Parse(inner), []) : new Mp4Box(type, [], inner.ToArray()));
            bytes = bytes[(int)length..];
        }

        return boxes;
    }
}
