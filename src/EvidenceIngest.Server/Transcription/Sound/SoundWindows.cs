using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EvidenceIngest.Server.Transcription.Sound;

/// <summary>A piece of sound, whole words as far as one can tell.</summary>
/// <param name="Begins">Its first sample, counted from the item's beginning.</param>
/// <param name="Pcm">All of its sound; good until the next window is read.</param>
internal readonly record struct SoundWindow(long Begins, ReadOnlyMemory<byte> Pcm)
{
    public long Ends => Begins + (Pcm.Length / WavHeader.SampleBytes);

    public double Start => (double)Begins / WavHeader.Rate;

    public double Seconds => (double)Pcm.Length / WavHeader.SampleBytes / WavHeader.Rate;
}

/// <summary>
/// Cuts sound into windows of bounded length, each in the quietest moment of its last part, and leaves nothing out. Where a
/// window ends depends on its beginning alone: whoever goes on from one gets the windows that an undisturbed run gets.
/// </summary>
internal sealed class SoundWindows(SealedSound sound, long begins, TimeSpan longest)
{
    private const int FrameSamples = WavHeader.Rate / 50;
    private const int QuietFrames = 15;
    private static readonly TimeSpan LookBack = TimeSpan.FromSeconds(30);

    private readonly byte[] _buffer = new byte[Bytes(longest)];
    private long _begins = begins;
    private int _kept;
    private int _given;

    /// <returns>Null after the last.</returns>
    public async Task<SoundWindow?> NextAsync(CancellationToken ct)
    {
        // What the last window left over comes first.
        _kept -= _given;
        _buffer.AsSpan(_given, _kept).CopyTo(_buffer);
        _begins += _given / WavHeader.SampleBytes;
        _given = 0;
        _kept += await sound.ReadAsync(_buffer.AsMemory(_kept), ct);
        if (_kept == 0)
            return null;
        _given = _kept < _buffer.Length ? _kept : QuietPlace(_buffer);
        return new SoundWindow(_begins, _buffer.AsMemory(0, _given));
    }

    // Longer than half of a short window nobody looks back.
    private static int QuietPlace(ReadOnlySpan<byte> pcm)
    {
        var samples = MemoryMarshal.Cast<byte, short>(pcm);
        var from = samples.Length - Math.Min(samples.Length / 2, (int)(LookBack.TotalSeconds * WavHeader.Rate));
        var frames = (samples.Length - from) / FrameSamples;
        if (frames <= QuietFrames)
            return pcm.Length;
        Span<long> energies = stackalloc long[frames];
        for (var frame = 0; frame < frames; frame++)
        {
            foreach (var sample in samples.Slice(from + (frame * FrameSamples), FrameSamples))
            {
                var value = BitConverter.IsLittleEndian ? sample : BinaryPrimitives.ReverseEndianness(sample);
                energies[frame] += (long)value * value;
            }
        }

        var (best, least) = (0, long.MaxValue);
        for (var frame = 0; frame + QuietFrames <= frames; frame++)
        {
            var sum = 0L;
            foreach (var energy in energies.Slice(frame, QuietFrames))
                sum += energy;
            // Of equally quiet moments the last: windows stay long.
            if (sum <= least)
                (best, least) = (frame, sum);
        }

        return (from + ((best + (QuietFrames / 2)) * FrameSamples)) * WavHeader.SampleBytes;
    }

    private static int Bytes(TimeSpan length) => checked((int)(length.TotalSeconds * WavHeader.Rate)) * WavHeader.SampleBytes;
}
