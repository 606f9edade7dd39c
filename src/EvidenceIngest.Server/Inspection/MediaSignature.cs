namespace EvidenceIngest.Server.Inspection;

/// <summary>Tells a recording that can't be read from a file that never was one, by the first bytes.</summary>
internal static class MediaSignature
{
    public const int HeadBytes = 512;

    /// <summary>Name of the container that the file starts like, or null.</summary>
    public static string? Recognise(ReadOnlySpan<byte> head) => head switch
    {
        _ when Mp4Boxes.StartsLike(head) => "MP4",
        _ when head.StartsWith("RIFF"u8) => "RIFF (AVI or WAV)",
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x00, 0x00, 0x01, 0xBA]) => "MPEG program stream",
        _ when IsTransportStream(head) => "MPEG transport stream",
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) => "Matroska",
        _ when head.StartsWith("ID3"u8) || head is [0xFF, >= 0xE2, ..] => "MPEG audio",
        _ when head.StartsWith("#!AMR"u8) => "AMR",
        _ when head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) => "JPEG",
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) => "PNG",
        _ => null,
    };

    // Packets of 188 bytes, each beginning with 0x47.
    private static bool IsTransportStream(ReadOnlySpan<byte> head) => head.Length > 376 && head[0] == 0x47 && head[188] == 0x47 && head[376] == 0x47;
}
