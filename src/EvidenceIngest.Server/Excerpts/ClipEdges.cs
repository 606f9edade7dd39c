using System.Buffers.Binary;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>
/// Ends a copied clip to the frame. ffmpeg's own edit list hides what lies before the start; where it stops copying, frames that others
/// needed follow the end, and this hides them as well.
/// </summary>
internal static class ClipEdges
{
    public const string Maker = "EvidenceIngest clip edges 1";

    private const uint NoMedia = uint.MaxValue;

    /// <param name="file">That ffmpeg has just written with its index in front; it keeps its length.</param>
    /// <param name="seconds">How long it shall play.</param>
    /// <exception cref="InvalidDataException">It is of another form.</exception>
    public static void Set(string file, double seconds)
    {
        using var clip = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var (_, at, bytes) = Mp4Box.Outermost(clip).FirstOrDefault(b => b.Type == "moov");
        if (bytes == 0)
            throw new InvalidDataException("the clip has no index");
        var index = Mp4Box.Read(clip, at, bytes);
        var movie = index["mvhd"];
        if (movie.Content[0] != 0)
            throw new InvalidDataException("the clip's times have 64 bits");
        var length = checked((uint)Math.Round(seconds * movie.Number(12)));
        foreach (var track in index.All("trak"))
            Set(track, length);
        movie.SetNumber(16, Math.Min(movie.Number(16), length));
        clip.Position = at;
        index.Write(clip);
        clip.Flush(flushToDisk: true);
    }

    private static void Set(Mp4Box track, uint length)
    {
        var (header, edits) = (track["tkhd"], track["edts"]["elst"]);
        if (header.Content[0] != 0 || edits.Content[0] != 0)
            throw new InvalidDataException("a track's times have 64 bits");
        // Each: duration, media time, rate. Only the last one shows media; one before it may be a pause.
        var count = (int)edits.Number(4);
        var pause = 0u;
        for (var i = 0; i < count - 1; i++)
        {
            if (edits.Number(12 + (12 * i)) != NoMedia)
                throw new InvalidDataException("a track has several parts");
            pause += edits.Number(8 + (12 * i));
        }

        if (count == 0 || pause >= length)
            throw new InvalidDataException("a track begins behind the clip's end");
        var last = 8 + (12 * (count - 1));
        edits.SetNumber(last, Math.Min(edits.Number(last), length - pause));
        BinaryPrimitives.WriteUInt32BigEndian(header.Content.AsSpan(20), pause + edits.Number(last));
    }
}
