using System.Buffers.Binary;
using EvidenceIngest.Domain.Redaction;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Replaces stretches of PCM sound, 16 bits little-endian at 48 kHz. What was there is overwritten, never mixed with.</summary>
internal static class SoundMasker
{
    public const int Rate = 48_000;
    public const double ToneHertz = 1000;
    public const double ToneLevel = 8000;

    /// <summary>Encoders spread sound over a window of some 40 ms.</summary>
    public const double Margin = 0.08;

    private const int SampleBytes = 2;

    /// <param name="source">PCM of one chapter.</param>
    /// <param name="target">Of the whole recording.</param>
    /// <param name="channels">In both.</param>
    /// <param name="first">Where the chapter begins, in samples of one channel.</param>
    /// <param name="count">How long it is; what the source lacks is silent.</param>
    /// <param name="spans">To hush.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task CopyAsync(Stream source, Stream target, int channels, long first, long count, IReadOnlyList<HushedSpan> spans, CancellationToken ct)
    {
        var buffer = new byte[Rate * channels * SampleBytes];
        for (long done = 0, step; done < count; done += step)
        {
            step = Math.Min(count - done, Rate);
            var part = buffer.AsMemory(0, (int)(step * channels * SampleBytes));
            var read = await source.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, ct);
            part.Span[read..].Clear();
            Hush(part.Span, channels, first + done, spans);
            await target.WriteAsync(part, ct);
        }
    }

    private static void Hush(Span<byte> part, int channels, long first, IReadOnlyList<HushedSpan> spans)
    {
        var count = part.Length / SampleBytes / channels;
        // Tones first: where both are wanted, it is silent.
        foreach (var span in spans.OrderByDescending(s => s.Mode))
        {
            var from = Math.Max(0, (long)Math.Floor((span.From - Margin) * Rate) - first);
            var to = double.IsInfinity(span.To) ? count : Math.Min(count, (long)Math.Ceiling((span.To + Margin) * Rate) - first);
            for (var i = from; i < to; i++)
            {
                var value = span.Mode == HushMode.Mute ? (short)0 : Tone(first + i);
                for (var channel = 0; channel < channels; channel++)
                    BinaryPrimitives.WriteInt16LittleEndian(part[(int)(((i * channels) + channel) * SampleBytes)..], value);
            }
        }
    }

    private static short Tone(long sample) => (short)Math.Round(ToneLevel * Math.Sin(2 * Math.PI * ToneHertz * sample / Rate));
}
