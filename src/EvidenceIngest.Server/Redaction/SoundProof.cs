using System.Runtime.InteropServices;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Listens to a finished copy's sound: muted stretches have to be silent, bleeped ones hold the tone and nothing below it.</summary>
internal static class SoundProof
{
    // A sixtieth of a second: 1 kHz goes through it a whole number of times.
    private const int Window = 960;

    // Of 32767: -54 dB.
    private const int MostInSilence = 64;
    private const double LeastTone = 3000;
    private const double MostBesideTone = 400;

    // Where silence and a tone meet, an encoder smears.
    private const double MuteEdge = 2 * SoundMasker.Margin;

    /// <param name="pcm">Of the copy, as <see cref="SoundMasker"/> writes it.</param>
    /// <param name="channels">In it.</param>
    /// <param name="spans">Of the plan.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RenditionFailedException">Something can be heard.</exception>
    public static async Task CheckAsync(Stream pcm, int channels, IReadOnlyList<HushedSpan> spans, CancellationToken ct)
    {
        var buffer = new byte[Window * channels * sizeof(short)];
        for (var first = 0L; await pcm.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct) == buffer.Length; first += Window)
        {
            var (from, to) = (first / (double)SoundMasker.Rate, (first + Window) / (double)SoundMasker.Rate);
            var samples = MemoryMarshal.Cast<byte, short>(buffer);
            if (spans.Any(s => s.Mode == HushMode.Mute && from < s.To && to > s.From))
            {
                var (begin, end) = Inside(spans, first, samples.Length / channels);
                if (samples[(begin * channels)..(end * channels)].ContainsAnyExceptInRange((short)-MostInSilence, (short)MostInSilence))
                    throw Failed(from, "静音处仍有声音", "a muted stretch isn't silent");
            }
            else if (spans.Any(s => s.Mode == HushMode.Bleep && from >= s.From && to <= s.To)
                && !spans.Any(s => s.Mode == HushMode.Mute && from < s.To + MuteEdge && to > s.From - MuteEdge)
                && !IsTone(samples, channels))
            {
                throw Failed(from, "提示音处仍有其他声音", "something is heard below the tone");
            }
        }
    }

    /// <summary>The longest part of a window that lies within one muted span.</summary>
    private static (int Begin, int End) Inside(IReadOnlyList<HushedSpan> spans, long first, int count)
    {
        var (begin, end) = (count, 0);
        foreach (var span in spans.Where(s => s.Mode == HushMode.Mute))
        {
            var from = (int)Math.Clamp((span.From * SoundMasker.Rate) - first, 0, count);
            var to = (int)Math.Clamp((span.To * SoundMasker.Rate) - first, 0, count);
            if (to > from && to - from > end - begin)
                (begin, end) = (from, to);
        }

        return (Math.Min(begin, end), end);
    }

    private static bool IsTone(ReadOnlySpan<short> samples, int channels)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var (sine, cosine, power) = (0.0, 0.0, 0.0);
            for (var i = 0; i < Window; i++)
            {
                double value = samples[(i * channels) + channel];
                var turn = 2 * Math.PI * SoundMasker.ToneHertz * i / SoundMasker.Rate;
                sine += value * Math.Sin(turn);
                cosine += value * Math.Cos(turn);
                power += value * value;
            }

            var tone = 2 * ((sine * sine) + (cosine * cosine)) / Window;
            if (Math.Sqrt(tone / Window) < LeastTone || Math.Sqrt(Math.Max(0, power - tone) / Window) > MostBesideTone)
                return false;
        }

        return true;
    }

    private static RenditionFailedException Failed(double at, string chinese, string english) =>
        new(FormattableString.Invariant($"复核未通过：第 {at:0.##} 秒{chinese} / the proof failed: at {at:0.##} s {english}"));
}
