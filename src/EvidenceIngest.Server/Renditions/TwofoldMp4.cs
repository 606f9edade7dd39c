using System.Buffers.Binary;

namespace EvidenceIngest.Server.Renditions;

/// <summary>
/// One file that is two: an ordinary MP4 with its index in front, which every player opens and seeks in, and inside its media box a whole
/// fragmented MP4, whose byte ranges are what an HLS playlist names. So streaming needs no second copy of the media: the fragments'
/// own headers are about a hundredth of it. Players of the first kind never look into the media box but where the index points.
/// </summary>
internal static class TwofoldMp4
{
    private const int LargeHeaderBytes = 16;
    private const uint BaseOffsetGiven = 0x1;
    private const uint DefaultSizeGiven = 0x10;
    private const uint DataOffsetGiven = 0x1;

    // In the order in which they stand in the header of a track's fragment, or of a sample.
    private static readonly (uint Flag, int Bytes)[] BeforeDefaultSize = [(0x2, 4), (0x8, 4)];

    /// <summary>Samples of one track that lie one after the other in the fragmented file.</summary>
    private sealed record Run(uint Track, long At, IReadOnlyList<uint> Sizes);

    /// <param name="indexed">An ordinary MP4.</param>
    /// <param name="fragmented">The same streams, copied in the same order.</param>
    /// <param name="output">Where both are put.</param>
    /// <returns>Where the fragmented file begins in it.</returns>
    /// <exception cref="InvalidDataException">The two don't hold the same samples, or are of another form than ffmpeg's.</exception>
    public static long Write(string indexed, string fragmented, string output)
    {
        using var fragments = File.OpenRead(fragmented);
        var runs = Runs(fragments).ToList();
        var (type, index) = Index(indexed);
        var tracks = index.All("trak").ToList();
        foreach (var track in tracks)
            Point(track, runs, shift: 0);
        // Its length is known only now, and the offsets don't change it.
        var start = type.Length + index.Length + LargeHeaderBytes;
        foreach (var track in tracks)
            Point(track, runs, start);
        using var target = File.Create(output);
        type.Write(target);
        index.Write(target);
        Span<byte> header = stackalloc byte[LargeHeaderBytes];
        BinaryPrimitives.WriteUInt32BigEndian(header, 1);
        "mdat"u8.CopyTo(header[4..]);
        BinaryPrimitives.WriteInt64BigEndian(header[8..], LargeHeaderBytes + fragments.Length);
        target.Write(header);
        fragments.Position = 0;
        fragments.CopyTo(target, 1 << 20);
        return start;
    }

    private static (Mp4Box Type, Mp4Box Index) Index(string indexed)
    {
        using var file = File.OpenRead(indexed);
        var boxes = Mp4Box.Outermost(file).ToList();
        return (Read("ftyp"), Read("moov"));

        Mp4Box Read(string type) => boxes.FirstOrDefault(b => b.Type == type) is { Bytes: > 0 } found
            ? Mp4Box.Read(file, found.At, found.Bytes)
            : throw new InvalidDataException($"the file has no {type} box");
    }

    private static IEnumerable<Run> Runs(FileStream fragmented)
    {
        foreach (var (_, at, bytes) in Mp4Box.Outermost(fragmented).Where(b => b.Type == "moof").ToList())
        {
            foreach (var track in Mp4Box.Read(fragmented, at, bytes).All("traf"))
            {
                foreach (var run in track.All("trun"))
                    yield return Read(track["tfhd"], run, at);
            }
        }
    }

    private static Run Read(Mp4Box header, Mp4Box run, long fragmentAt)
    {
        var (flags, runFlags) = (header.Number(0) & 0xFFFFFF, run.Number(0) & 0xFFFFFF);
        if ((flags & BaseOffsetGiven) != 0 || (runFlags & DataOffsetGiven) == 0)
            throw new InvalidDataException("a fragment doesn't count from its own start");
        var size = (flags & DefaultSizeGiven) != 0 ? header.Number(8 + BeforeDefaultSize.Sum(f => (flags & f.Flag) != 0 ? f.Bytes : 0)) : 0;
        var count = (int)run.Number(4);
        var first = 12 + ((runFlags & 0x4) != 0 ? 4 : 0);
        var fields = Fields(runFlags);
        var sizeAt = (runFlags & 0x100) != 0 ? 4 : 0;
        if (count < 0 || first + ((long)count * fields) > run.Content.Length)
            throw new InvalidDataException("a fragment's index is cut off");
        var sizes = (runFlags & 0x200) != 0 ? Enumerable.Range(0, count).Select(i => run.Number(first + (i * fields) + sizeAt)) : Enumerable.Repeat(size, count);
        return new Run(header.Number(4), fragmentAt + (int)run.Number(8), [.. sizes]);
    }

    private static int Fields(uint flags) => new uint[] { 0x100, 0x200, 0x400, 0x800 }.Count(f => (flags & f) != 0) * 4;

    /// <summary>Lets a track's index point at the fragments: where its samples lie is all that differs.</summary>
    private static void Point(Mp4Box track, List<Run> all, long shift)
    {
        var (id, table) = (IdOf(track["tkhd"]), track["mdia"]["minf"]["stbl"]);
        var runs = all.Where(r => r.Track == id).ToList();
        if (!SizesIn(table["stsz"]).SequenceEqual(runs.SelectMany(r => r.Sizes)))
            throw new InvalidDataException($"track {id} has other samples in fragments than in one piece");
        var places = table.Children.FirstOrDefault(c => c.Type is "stco" or "co64") ?? throw new InvalidDataException("a track has no chunks");
        (places.Type, places.Content) = ("co64", new byte[8 + (8 * runs.Count)]);
        places.SetNumber(4, (uint)runs.Count);
        var lengths = table["stsc"];
        lengths.Content = new byte[8 + (12 * runs.Count)];
        lengths.SetNumber(4, (uint)runs.Count);
        for (var i = 0; i < runs.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(places.Content.AsSpan(8 + (8 * i)), runs[i].At + shift);
            lengths.SetNumber(8 + (12 * i), (uint)i + 1);
            lengths.SetNumber(12 + (12 * i), (uint)runs[i].Sizes.Count);
            lengths.SetNumber(16 + (12 * i), 1);
        }
    }

    // Version 1 has times of 64 bits before it.
    private static uint IdOf(Mp4Box header) => header.Number(header.Content[0] == 0 ? 12 : 20);

    private static IEnumerable<uint> SizesIn(Mp4Box sizes)
    {
        var (all, count) = (sizes.Number(4), (int)sizes.Number(8));
        return all != 0 ? Enumerable.Repeat(all, count) : Enumerable.Range(0, count).Select(i => sizes.Number(12 + (4 * i)));
    }
}
