using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Peaks of the 16 kHz sound, in the form of BBC's audiowaveform: JSON version 2, 8 bits, a least and a greatest value each.</summary>
internal static class Waveform
{
    public const string Name = "waveform";
    public const string Maker = "EvidenceIngest waveform 1";

    private const int SampleRate = 16_000;

    // A point each 10 ms, coarser by powers of two for longer recordings: at most some 200 KB.
    private const int FinestSamples = 160;
    private const int MostPoints = 20_000;

    /// <param name="wav">PCM, 16 bit, 16 kHz, mono, as we made it.</param>
    /// <param name="json">Where it is put.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>Seconds of sound.</returns>
    /// <exception cref="RenditionFailedException">It is no such sound.</exception>
    public static async Task<double> WriteAsync(string wav, string json, CancellationToken ct)
    {
        await using var file = File.OpenRead(wav);
        var samples = await FindAsync(file, ct) / sizeof(short);
        var perPoint = (long)FinestSamples;
        while ((samples + perPoint - 1) / perPoint > MostPoints)
            perPoint *= 2;
        await using var text = new StreamWriter(json, append: false, new UTF8Encoding(false));
        await text.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"version\":2,\"channels\":1,\"sample_rate\":{SampleRate},\"samples_per_pixel\":{perPoint},\"bits\":8,\"length\":{(samples + perPoint - 1) / perPoint},\"data\":["));
        var buffer = new byte[perPoint * sizeof(short)];
        for (long done = 0; done < samples; done += perPoint)
        {
            var point = buffer.AsMemory(0, (int)Math.Min(perPoint, samples - done) * sizeof(short));
            await file.ReadExactlyAsync(point, ct);
            var (least, greatest) = Peaks(point.Span);
            // The upper eight bits, as audiowaveform takes them.
            await text.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{(done == 0 ? "" : ",")}{least >> 8},{greatest >> 8}"));
        }

        await text.WriteAsync("]}");
        return samples / (double)SampleRate;
    }

    private static (short Least, short Greatest) Peaks(ReadOnlySpan<byte> samples)
    {
        var (least, greatest) = (short.MaxValue, short.MinValue);
        for (var i = 0; i < samples.Length; i += sizeof(short))
        {
            var sample = BinaryPrimitives.ReadInt16LittleEndian(samples[i..]);
            (least, greatest) = (Math.Min(least, sample), Math.Max(greatest, sample));
        }

        return (least, greatest);
    }

    /// <summary>Leaves the file where its samples begin.</summary>
    /// <returns>Their bytes.</returns>
    private static async Task<long> FindAsync(FileStream file, CancellationToken ct)
    {
        var header = new byte[8];
        for (file.Position = 12; file.Position + header.Length <= file.Length;)
        {
            await file.ReadExactlyAsync(header, ct);
            long bytes = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
            // Beyond 4 GiB (RF64) the length stands elsewhere; the samples are the file's last chunk.
            if (header.AsSpan(0, 4).SequenceEqual("data"u8))
                return bytes == uint.MaxValue ? file.Length - file.Position : Math.Min(bytes, file.Length - file.Position);
            file.Position += bytes + (bytes & 1);
        }

        throw new RenditionFailedException("waveform: the sound has no samples");
    }
}
