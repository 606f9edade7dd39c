using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.MediaTools;

/// <param name="Arguments">From -c:v on.</param>
/// <param name="Remark">What a recipe has to say besides: why another one wasn't used, or that it gives other bytes each time.</param>
/// <param name="IsHardware">May fail where libx264 would not.</param>
internal sealed record EncoderChoice(IReadOnlyList<string> Arguments, string? Remark, bool IsHardware)
{
    // 2 Mbit/s, H.264 High.
    public static readonly EncoderChoice Software = new(
        ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23", "-maxrate", "2M", "-bufsize", "4M"], null, IsHardware: false);
}

/// <summary>Which encoder makes proxies: the one that the site named if it passes a trial, else libx264.</summary>
internal sealed class VideoEncoder(ToolRunner tools, MediaToolOptions options, ILogger<VideoEncoder> logger) : BackgroundService
{
    private static readonly ToolLimits TrialLimits = new(TimeSpan.FromSeconds(30), 64 << 20);

    private EncoderChoice? _choice;

    /// <exception cref="MediaToolUnavailableException">ffmpeg can't be started.</exception>
    public async Task<EncoderChoice> ChooseAsync(CancellationToken ct) =>
        _choice ??= options.Encoder == MediaToolOptions.SoftwareEncoder ? EncoderChoice.Software : await TryAsync(ct);

    /// <summary>Tells at once what would otherwise be learned with the first recording.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ChooseAsync(stoppingToken);
        }
        catch (MediaToolUnavailableException)
        {
            // Whoever renders first tries again, and says so.
        }
    }

    private async Task<EncoderChoice> TryAsync(CancellationToken ct)
    {
        string[] arguments = ["-c:v", options.Encoder, .. options.EncoderArguments, "-b:v", "2M", "-maxrate", "2M", "-bufsize", "4M"];
        var trial = await tools.RunAsync(
            new ToolCall(
                options.Ffmpeg,
                [.. HarmlessInput.Quiet, "-nostdin", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=0.5", "-pix_fmt", "yuv420p", .. arguments, "-f", "null", "-"],
                Path.GetTempPath(), TrialLimits),
            ct);
        if (trial.Succeeded)
        {
            Log.EncoderChosen(logger, options.Encoder);
            return new EncoderChoice(arguments, $"{options.Encoder}: not the same bytes each time", IsHardware: true);
        }

        Log.EncoderRefused(logger, options.Encoder, trial.Why);
        return EncoderChoice.Software with { Remark = $"{options.Encoder} can't be used here" };
    }
}
