using System.Buffers.Binary;

namespace EvidenceIngest.Server.Transcription.Sound;

/// <summary>Where the samples of an <c>audio16k</c> rendition lie.</summary>
/// <param name="Begins">First byte of the first sample.</param>
/// <param name="Samples">How many there are.</param>
internal readonly record struct WavHeader(long Begins, long Samples)
{
    /// <summary>Samples a second.</summary>
    public const int Rate = 16_000;

    /// <summary>Bytes of a sample: 16 bit, one channel.</summary>
    public const int SampleBytes = 2;

    /// <summary>Enough of a file for <see cref="Read"/>: ffmpeg puts its name before the samples.</summary>
    public const int Most = 4096;

    private const int Riff = 12;
    private const int ChunkHead = 8;

    /// <param name="head">The file's first <see cref="Most"/> bytes, or all of a shorter one.</param>
    /// <param name="bytes">Length of the file.</param>
    /// <exception cref="TranscriberFaultException">It is not WAV with PCM of 16 bit, 16 kHz and one channel.</exception>
    public static WavHeader Read(ReadOnlySpan<byte> head, long bytes)
    {
        if (head.Length < Riff || !(head[..4].SequenceEqual("RIFF"u8) || head[..4].SequenceEqual("RF64"u8)) || !head[8..12].SequenceEqual("WAVE"u8))
            throw new TranscriberFaultException("the sound is no WAV file");
        var isKnown = false;
        for (var at = Riff; at + ChunkHead <= head.Length;)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 4)..]);
            if (head.Slice(at, 4).SequenceEqual("data"u8) && isKnown)
            {
                // Longer than 4 GiB, or written into a pipe: the samples go on to the end.
                var rest = bytes - at - ChunkHead;
                return new WavHeader(at + ChunkHead, (size is uint.MaxValue or 0 ? rest : Math.Min(size, rest)) / SampleBytes);
            }

            if (head.Slice(at, 4).SequenceEqual("fmt "u8))
                isKnown = IsExpected(head[(at + ChunkHead)..]) ? true : throw new TranscriberFaultException("the sound is not PCM of 16 bit, 16 kHz and one channel");
            // Chunks begin at even places.
            var next = at + ChunkHead + size + (size & 1);
            if (next > head.Length)
                break;
            at = (int)next;
        }

        throw new TranscriberFaultException("the sound's WAV header has no samples behind it");
    }

    /// <summary>A header before so many bytes of samples, for engines that take files.</summary>
    public static byte[] Write(int bytes)
    {
        var head = new byte[44];
        var target = head.AsSpan();
        "RIFF"u8.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], 36 + bytes);
        "WAVEfmt "u8.CopyTo(target[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(target[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(target[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], Rate);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], Rate * SampleBytes);
        BinaryPrimitives.WriteInt16LittleEndian(target[32..], SampleBytes);
        BinaryPrimitives.WriteInt16LittleEndian(target[34..], 8 * SampleBytes);
        "data"u8.CopyTo(target[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(target[40..], bytes);
        return head;
    }

    private static bool IsExpected(ReadOnlySpan<byte> format) =>
        format.Length >= 16
        && BinaryPrimitives.ReadUInt16LittleEndian(format) == 1
        && BinaryPrimitives.ReadUInt16LittleEndian(format[2..]) == 1
        && BinaryPrimitives.ReadUInt32LittleEndian(format[4..]) == Rate
        && BinaryPrimitives.ReadUInt16LittleEndian(format[14..]) == 8 * SampleBytes;
}
