using System.Buffers.Binary;
using System.Text;

namespace EvidenceIngest.Server.Tests.Media;

/// <summary>What recorders really write, and what a card may hold besides: each made when it is needed, each damaged in its own way.</summary>
internal static class OddFiles
{
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 15";
    private const string H265 = "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params log-level=none:keyint=15";
    private const string Size = "160x120";

    /// <summary>Odd, but whole: these have to be shown.</summary>
    public static IReadOnlyDictionary<string, Func<Studio, Task<string>>> Whole { get; } = new Dictionary<string, Func<Studio, Task<string>>>
    {
        ["h264_aac.mp4"] = s => s.FilmAsync("a.mp4", 1, Size, H264),
        ["h264_aac.mov"] = s => s.FilmAsync("a.mov", 1, Size, H264),
        ["h264_pcm.avi"] = s => s.FilmAsync("a.avi", 1, Size, H264, "-c:a pcm_s16le"),
        ["h264_aac.ts"] = s => s.FilmAsync("a.ts", 1, Size, H264),
        ["h264_mp3.avi"] = s => s.FilmAsync("a.avi", 1, Size, H264, "-c:a libmp3lame"),
        ["mpeg2_mp2_programme_stream.mpg"] = s => s.FilmAsync("a.mpg", 1, Size, "-c:v mpeg2video", "-c:a mp2"),
        ["h265_aac.mp4"] = s => s.FilmAsync("a.mp4", 1, Size, H265),
        ["h265_aac.mov"] = s => s.FilmAsync("a.mov", 1, Size, H265),
        ["h265_aac.ts"] = s => s.FilmAsync("a.ts", 1, Size, H265),
        ["g711_a.mov"] = s => s.FilmAsync("a.mov", 1, Size, H264, "-c:a pcm_alaw -ar 8000"),
        ["g711_mu.avi"] = s => s.FilmAsync("a.avi", 1, Size, H264, "-c:a pcm_mulaw -ar 8000"),
        ["g711.wav"] = s => s.MakeAsync("a.wav", "-f lavfi -i sine=duration=1 -c:a pcm_alaw -ar 8000"),
        ["pcm.wav"] = s => s.MakeAsync("a.wav", "-f lavfi -i sine=duration=1"),
        ["speech.mp3"] = s => s.MakeAsync("a.mp3", "-f lavfi -i sine=duration=1 -c:a libmp3lame"),
        ["speech.amr"] = s => s.WriteAsync("a.amr", Samples.Amr(1)),
        ["photo.jpg"] = s => s.MakeAsync("a.jpg", $"-f lavfi -i testsrc2=size={Size} -frames:v 1 -update 1"),
        ["one_pixel.png"] = s => s.WriteAsync("a.png", Samples.PngBomb(1)),
        ["one_pixel.jpg"] = s => PixelAsync(s, "a.jpg", "-pix_fmt yuvj444p -update 1"),
        ["one_pixel.avi"] = s => PixelAsync(s, "a.avi", "-pix_fmt yuvj444p -c:v mjpeg", "-loop 1 -t 1"),
        ["one_pixel_raw.avi"] = s => PixelAsync(s, "a.avi", "-pix_fmt bgr24 -c:v rawvideo", "-loop 1 -t 1"),
        ["odd_sides.avi"] = s => s.FilmAsync("a.avi", 1, "321x241", "-c:v mjpeg -pix_fmt yuvj444p"),
        ["narrow.avi"] = s => s.FilmAsync("a.avi", 1, "16x900", "-c:v mjpeg"),
        ["one_frame.mp4"] = s => s.FilmAsync("a.mp4", 0.03, Size, H264, sound: null),
        ["turned_90.mp4"] = s => TurnedAsync(s, 90),
        ["turned_180.mp4"] = s => TurnedAsync(s, 180),
        ["turned_270.mp4"] = s => TurnedAsync(s, 270),
        ["variable_rate.mkv"] = s => s.FilmAsync("a.mkv", 2, Size, H264 + " -vf select='not(mod(n\\,7))+lt(n\\,20)' -fps_mode vfr"),
        ["no_index.avi"] = async s => await s.WriteAsync("b.avi", Renamed(await ReadAsync(await s.FilmAsync("a.avi", 1, Size, "-c:v mjpeg", "-c:a pcm_s16le")), "idx1", "JUNK")),
        ["starts_late.ts"] = async s =>
        {
            await s.FilmAsync("a.mp4", 1, Size, H264);
            return await s.MakeAsync("a.ts", "-itsoffset 5000 -i a.mp4 -c copy");
        },
        ["wrong_ending_ts_as.mp4"] = async s =>
        {
            File.Move(await s.FilmAsync("a.ts", 1, Size, H264), s["b.mp4"]);
            return s["b.mp4"];
        },
        ["attachment.mkv"] = async s =>
        {
            await s.WriteAsync("note.txt", "file:///etc/passwd http://127.0.0.1/"u8.ToArray());
            await s.FilmAsync("a.mp4", 1, Size, H264);
            return await s.MakeAsync("a.mkv", "-i a.mp4 -c copy -attach note.txt -metadata:s:2 mimetype=text/plain");
        },
    };

    /// <summary>Damaged or hostile: shown as far as they go, or refused with a reason; never anything else.</summary>
    public static IReadOnlyDictionary<string, Func<Studio, Task<string>>> Broken { get; } = Damaged().ToDictionary(d => d.Name, d => d.Make);

    private static IEnumerable<(string Name, Func<Studio, Task<string>> Make)> Damaged()
    {
        foreach (var name in new[] { "h264_aac.mp4", "h264_pcm.avi", "h264_aac.ts", "mpeg2_mp2_programme_stream.mpg", "pcm.wav", "photo.jpg", "speech.amr" })
            yield return ("cut_in_half_" + name, Changed(name, bytes => bytes[..(bytes.Length / 2)]));
        foreach (var (name, seed) in new[] { ("h264_aac.mp4", 1), ("h264_aac.mp4", 2), ("h265_aac.mp4", 3), ("h264_pcm.avi", 4), ("h264_aac.ts", 5), ("h265_aac.ts", 6), ("pcm.wav", 7), ("photo.jpg", 8), ("speech.mp3", 9) })
            yield return ($"flipped_bits_{seed}_{name}", Changed(name, bytes => Flipped(bytes, seed)));
        yield return ("flipped_head_h264_aac.mp4", Changed("h264_aac.mp4", bytes => [.. Flipped(bytes[..64], 10), .. bytes[64..]]));
        yield return ("without_index.mp4", Changed("h264_aac.mp4", bytes => bytes[..Find(bytes, "moov")]));
        yield return ("no_media_behind_the_index.mp4", Changed("h264_aac.mp4", bytes => Renamed(bytes, "mdat", "free")));
        yield return ("no_time_passes.mp4", Changed("h264_aac.mp4", bytes => With(bytes, "stts", 12, 0)));
        yield return ("years_long.mp4", Changed("h264_aac.mp4", bytes => With(bytes, "stts", 12, 0x7FFFFFFF)));
        yield return ("samples_of_gigabytes.mp4", Changed("h264_aac.mp4", bytes => With(bytes, "stsz", 4, 0x7FFFFFF0)));
        yield return ("billions_of_samples.mp4", Changed("h264_aac.mp4", bytes => With(bytes, "stsz", 8, 0xFFFFFFF0)));
        yield return ("time_scale_of_nothing.mp4", Changed("h264_aac.mp4", bytes => With(bytes, "mdhd", 12, 0)));
        yield return ("boxes_within_boxes.mp4", s => s.WriteAsync("b.mp4", Nested(5000)));
        yield return ("box_without_length.mp4", s => s.WriteAsync("b.mp4", [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0, 0, 0, 0, 1, .. "moov"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));
        yield return ("empty.mp4", s => s.WriteAsync("b.mp4", []));
        yield return ("one_byte.mp4", s => s.WriteAsync("b.mp4", [0]));
        yield return ("zeros.mp4", s => s.WriteAsync("b.mp4", new byte[1 << 20]));
        yield return ("noise.ts", s => s.WriteAsync("b.ts", Noise(1 << 20)));
        yield return ("text.mp4", s => s.WriteAsync("b.mp4", "这不是录像\n"u8.ToArray()));
        yield return ("photo_as.mp4", Changed("photo.jpg", bytes => bytes, ".mp4"));
        yield return ("film_as.jpg", Changed("h264_aac.mp4", bytes => bytes, ".jpg"));
        yield return ("sixteen_thousand_square.jpg", Changed("photo.jpg", bytes => Sized(bytes, 16_384)));
        yield return ("bomb.png", s => s.WriteAsync("b.png", Samples.PngBomb(15_000)));
        yield return ("bomb_within_limits.png", s => s.WriteAsync("b.png", Samples.PngBomb(9_000)));
        yield return ("thousand_streams.mkv", async s =>
        {
            await s.MakeAsync("a.wav", "-f lavfi -i sine=duration=0.1");
            return await s.MakeAsync("b.mkv", "-i a.wav " + string.Concat(Enumerable.Repeat("-map 0 ", 1000)) + "-c:a pcm_s16le");
        });
        yield return ("times_jump_back.ts", async s =>
        {
            await s.FilmAsync("a.mp4", 1, Size, H264);
            var late = await ReadAsync(await s.MakeAsync("late.ts", "-itsoffset 9000 -i a.mp4 -c copy"));
            return await s.WriteAsync("b.ts", [.. late, .. await ReadAsync(await s.MakeAsync("early.ts", "-i a.mp4 -c copy")), .. late]);
        });
        yield return ("sound_without_channels.wav", Changed("pcm.wav", bytes => Put(bytes, 22, 0, 0)));
        yield return ("sound_without_rate.wav", Changed("pcm.wav", bytes => Put(bytes, 24, 0, 0, 0, 0)));
        yield return ("sound_that_claims_gigabytes.wav", Changed("pcm.wav", bytes => Put(bytes, Find(bytes, "data") + 8, 0xFF, 0xFF, 0xFF, 0x7F)));
        yield return ("list_of_files.mp4", s => s.WriteAsync("b.mp4", Encoding.UTF8.GetBytes("ffconcat version 1.0\nfile '/etc/passwd'\n")));
        yield return ("playlist.ts", s => s.WriteAsync("b.ts", Encoding.UTF8.GetBytes("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n/etc/passwd\n#EXT-X-ENDLIST\n")));
    }

    private static Func<Studio, Task<string>> Changed(string name, Func<byte[], byte[]> change, string? ending = null) =>
        async s => await s.WriteAsync("changed" + (ending ?? Path.GetExtension(name)), change(await ReadAsync(await Whole[name](s))));

    private static Task<byte[]> ReadAsync(string file) => File.ReadAllBytesAsync(file, Studio.Ct);

    private static async Task<string> TurnedAsync(Studio s, int degrees)
    {
        await s.FilmAsync("a.mp4", 1, Size, H264);
        return await s.MakeAsync("b.mp4", FormattableString.Invariant($"-i a.mp4 -c copy -metadata:s:v:0 rotate={degrees}"));
    }

    private static async Task<string> PixelAsync(Studio s, string name, string arguments, string before = "")
    {
        await s.WriteAsync("pixel.png", Samples.PngBomb(1));
        return await s.MakeAsync(name, $"{before} -i pixel.png {arguments}");
    }

    private static byte[] Flipped(byte[] bytes, int seed)
    {
        var random = new Random(seed);
        var changed = bytes.ToArray();
        for (var i = 0; i < Math.Max(8, bytes.Length / 500); i++)
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(11).NextBytes(bytes);
        // Synchronised packets, and nothing true in them.
        for (var i = 0; i < length; i += 188)
            bytes[i] = 0x47;
        return bytes;
    }

    private static byte[] Nested(int depth)
    {
        var bytes = new byte[8 * depth];
        for (var i = 0; i < depth; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8 * i), bytes.Length - (8 * i));
            Encoding.ASCII.GetBytes(i == 0 ? "moov" : "trak", bytes.AsSpan((8 * i) + 4));
        }

        return bytes;
    }

    /// <summary>The first frame header's height and width.</summary>
    private static byte[] Sized(byte[] jpeg, ushort side)
    {
        var changed = jpeg.ToArray();
        ReadOnlySpan<byte> baseline = [0xFF, 0xC0];
        var frame = changed.AsSpan().IndexOf(baseline);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(frame + 5), side);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(frame + 7), side);
        return changed;
    }

    private static byte[] Renamed(byte[] bytes, string from, string to)
    {
        var changed = bytes.ToArray();
        Encoding.ASCII.GetBytes(to, changed.AsSpan(Find(changed, from) + 4));
        return changed;
    }

    /// <summary>A field of the first box of that type, counted behind its header.</summary>
    private static byte[] With(byte[] bytes, string box, int at, uint value)
    {
        var changed = bytes.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(Find(changed, box) + 8 + at), value);
        return changed;
    }

    private static byte[] Put(byte[] bytes, int at, params byte[] values)
    {
        var changed = bytes.ToArray();
        values.CopyTo(changed.AsSpan(at));
        return changed;
    }

    /// <summary>Where a box or chunk begins: MP4 has its length before the name, RIFF behind; either way four bytes before it.</summary>
    private static int Find(byte[] bytes, string name) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(name)) - 4;
}
