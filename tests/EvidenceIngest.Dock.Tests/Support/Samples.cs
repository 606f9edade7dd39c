using System.Buffers.Binary;

namespace EvidenceIngest.Dock.Tests.Support;

internal static class Samples
{
    /// <summary>A chaptered recording, a single one, an empty one and a stranger.</summary>
    public static ScriptedRecorder Recorder()
    {
        var recorder = new ScriptedRecorder("recorder-1");
        recorder.Add("a1.mp4", Mp4(3_000_000, seed: 1));
        recorder.Add("a2.mp4", Mp4(2_500_000, seed: 2));
        recorder.Chapters.Add(["a1.mp4", "a2.mp4"]);
        recorder.Add("b.mp4", Mp4(12_345, seed: 3));
        recorder.Add("empty.mp4", []);
        recorder.Add("odd.txt", "not footage"u8.ToArray());
        recorder.Strangers.Add("odd.txt");
        return recorder;
    }

    /// <summary>Structurally an MP4: ftyp, moov, mdat with random bytes.</summary>
    public static byte[] Mp4(int payload, int seed = 1)
    {
        var content = new byte[16 + 8 + 8 + payload];
        new Random(seed).NextBytes(content);
        Box(content, 0, 16, "ftyp"u8);
        Box(content, 16, 8, "moov"u8);
        Box(content, 24, 8 + payload, "mdat"u8);
        return content;
    }

    private static void Box(byte[] content, int at, int size, ReadOnlySpan<byte> type)
    {
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(at), size);
        type.CopyTo(content.AsSpan(at + 4));
    }
}
