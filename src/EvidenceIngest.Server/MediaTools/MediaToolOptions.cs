namespace EvidenceIngest.Server.MediaTools;

/// <summary>Which ffmpeg is used, and how much of the machine it may take.</summary>
public sealed class MediaToolOptions
{
    /// <summary>A path, or a name that is looked up in /usr/local/bin and /usr/bin.</summary>
    public string Ffmpeg { get; init; } = "ffmpeg";

    /// <summary>As <see cref="Ffmpeg"/>.</summary>
    public string Ffprobe { get; init; } = "ffprobe";

    public const string SoftwareEncoder = "libx264";

    /// <summary>
    /// ffmpeg's H.264 encoder for proxies, such as h264_nvenc, h264_qsv or h264_amf: one that takes pictures from memory. It is tried at
    /// start; where it fails, libx264 is used.
    /// </summary>
    public string Encoder { get; init; } = SoftwareEncoder;

    /// <summary>Further arguments of a named encoder; its bit rate is set already.</summary>
    public IReadOnlyList<string> EncoderArguments { get; init; } = [];

    /// <summary>Threads of each decoder and encoder. Part of the recipe: x264 gives other bytes for another number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Address space of one tool process, in bytes. 4K H.265 with eight threads takes about 2 GiB.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Scheduling niceness, 0 to 19: sealing comes before pictures.</summary>
    public int Niceness { get; init; } = 10;

    /// <summary>How long ffprobe may look at one file.</summary>
    public TimeSpan InspectionTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a rendition of nothing may take; the input's length comes on top.</summary>
    public TimeSpan RenderingTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Seconds of rendering allowed per second of footage.</summary>
    public double RenderingSecondsPerSecond { get; init; } = 4;

    /// <summary>
    /// Seconds of rendering allowed per MiB of footage; the smaller of both counts, since a damaged index may claim any
    /// duration.
    /// </summary>
    public double RenderingSecondsPerMebibyte { get; init; } = 30;

    /// <summary>A tool that takes no processor time for so long, or for half of its limit, is ended as hung.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Pictures with more pixels are refused: 16384 x 16384 would take gigabytes for each frame.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>Footage above this many bits per second is encoded again even when browsers could play it.</summary>
    public long CopyMaxBitRate { get; init; } = 8_000_000;
}
