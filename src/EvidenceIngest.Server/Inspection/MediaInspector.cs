using System.Globalization;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.MediaTools;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Inspection;

/// <summary>Facts by ffprobe; what it takes for whole although it isn't is found in the file itself.</summary>
internal sealed class MediaInspector(MediaProbe probe, ILogger<MediaInspector> logger) : IMediaInspector
{
    private static readonly string OnlyInput = ToolFolder.Input(1);

    public async Task<MediaFacts> InspectAsync(string file, MediaKind expected, CancellationToken ct)
    {
        var tool = await probe.ToolAsync(ct);
        var head = await ReadHeadAsync(file, ct);
        if (head.Length == 0)
        {
            return Nothing(tool, [
                new Finding(FindingCode.Empty, "the file has no bytes"),
                new Finding(FindingCode.Damaged, "the file has no bytes, so there is no recording in it"),
            ]);
        }

        // Links need a folder on any file system; the master's own folder stays untouched.
        var folder = ToolFolder.Create(Path.GetTempPath(), [file]);
        try
        {
            return await InspectAsync(folder, file, head, expected, tool, ct);
        }
        finally
        {
            folder.Delete();
        }
    }

    private async Task<MediaFacts> InspectAsync(
        ToolFolder folder, string file, byte[] head, MediaKind expected, string tool, CancellationToken ct)
    {
        var damage = Mp4Boxes.StartsLike(head) ? await FindDamageAsync(file, ct) : null;
        var outcome = await probe.StreamsAsync(folder, OnlyInput, ct);
        var answer = outcome is { Succeeded: true, OutputCut: false } ? ProbeAnswer.Parse(outcome.Output) : null;
        if (answer?.Streams is not { Count: > 0 } || (answer.Video ?? answer.Audio) is not { } main)
            return Nothing(tool, Unreadable(outcome, head, damage, expected), Raw(outcome));

        var findings = new List<Finding>();
        if (damage is not null)
            Damaged(damage);
        var kind = answer.Video is null ? MediaKind.Audio : answer.IsPicture ? MediaKind.Photo : MediaKind.Video;
        if (kind == MediaKind.Video && answer.Format?.Duration is not > 0)
            Damaged("the recording has no duration");
        var frames = await probe.FirstFramesAsync(folder, OnlyInput, main.Index, ct);
        var decoded = ProbeAnswer.Parse(frames.Output)?.Frames;
        if (!frames.Succeeded || decoded is not { Count: > 0 })
            Damaged($"its first pictures or sounds can't be decoded: {frames.Why}");
        if (findings.Count > 0)
            Log.Damaged(logger, findings.Count);

        var (width, height) = Turned(answer.Video, kind == MediaKind.Photo ? decoded : null);
        return new MediaFacts(
            kind,
            answer.Format?.FormatName,
            kind == MediaKind.Photo || answer.Format?.Duration is not { } seconds ? null : Seconds(seconds),
            answer.Video?.CodecName,
            answer.Audio?.CodecName,
            width,
            height,
            answer.Format?.BitRate,
            CreationTime(answer),
            findings,
            tool,
            outcome.Output);

        void Damaged(string detail) => findings.Add(new Finding(FindingCode.Damaged, detail));
    }

    private List<Finding> Unreadable(ToolOutcome outcome, byte[] head, string? damage, MediaKind expected)
    {
        var signature = MediaSignature.Recognise(head);
        Log.Unreadable(logger, signature ?? "nothing known");
        if (damage is not null)
            return [new Finding(FindingCode.Damaged, damage)];
        if (outcome.OutputCut)
            return [new Finding(FindingCode.Damaged, $"its description is longer than {ToolRunner.MaxOutputBytes} bytes, which no recorder writes")];
        if (signature is not null || outcome.TimedOut)
        {
            var why = outcome.Succeeded ? "it has neither pictures nor sound" : outcome.Why;
            return [new Finding(FindingCode.Damaged, $"it starts like {signature ?? "nothing known"}, but can't be read: {why}")];
        }

        var findings = new List<Finding> { new(FindingCode.Foreign, "no media: it starts like no recorder's format") };
        if (expected != MediaKind.Other)
            findings.Add(new Finding(FindingCode.Damaged, $"it is not what its name says ({expected})"));
        return findings;
    }

    private static MediaFacts Nothing(string tool, IReadOnlyList<Finding> findings, string raw = "{}") =>
        new(MediaKind.Other, null, null, null, null, null, null, null, null, findings, tool, raw);

    // The JSON goes into the database as such: half of one would be refused there.
    private static string Raw(ToolOutcome outcome) =>
        !outcome.OutputCut && ProbeAnswer.Parse(outcome.Output) is not null ? outcome.Output : "{}";

    private static TimeSpan? Seconds(double seconds) =>
        seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    private static (int? Width, int? Height) Turned(ProbedStream? video, IReadOnlyList<ProbedFrame>? picture)
    {
        if (video is null)
            return (null, null);
        // A photo's orientation stands in the picture itself (EXIF), a video's in the container.
        var rotation = picture is [var first, ..] ? first.SideDataList?.FirstOrDefault(s => s.Rotation is not null)?.Rotation ?? 0 : video.Rotation;
        return rotation % 180 == 0 ? (video.Width, video.Height) : (video.Height, video.Width);
    }

    private static DateTimeOffset? CreationTime(ProbeAnswer answer) =>
        answer.Format?.Tags?.GetValueOrDefault("creation_time") is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static async Task<byte[]> ReadHeadAsync(string file, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file);
        var head = new byte[MediaSignature.HeadBytes];
        return head[..await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct)];
    }

    private static async Task<string?> FindDamageAsync(string file, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file);
        return await Mp4Boxes.FindDamageAsync(stream, ct);
    }
}
