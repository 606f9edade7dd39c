using System.IO.Pipelines;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Redaction;

/// <param name="Name">Of the rendition.</param>
/// <param name="Kind">Of the recording.</param>
/// <param name="Masters">What it is made from, in playing order.</param>
/// <param name="Source">What that is, for the recipe.</param>
/// <param name="Plan">To carry out.</param>
/// <param name="PlanSha256">Of its bytes as they were sent.</param>
/// <param name="Spans">Of the sound, from the plan and its transcript.</param>
internal sealed record RedactionWork(
    string Name, MediaKind Kind, IReadOnlyList<MasterCopy> Masters, string Source, RedactionPlan Plan, string PlanSha256, IReadOnlyList<HushedSpan> Spans);

/// <summary>
/// Makes redacted copies. ffmpeg takes the recording apart, this program covers every picture and overwrites every sample that the plan hides, and
/// ffmpeg puts together what went through. Then the copy is taken apart again and looked at, frame by frame: what doesn't prove is not made.
/// </summary>
internal sealed class Redactor(ToolRunner tools, MediaProbe probe, MediaToolOptions options, ILogger<Redactor> logger)
{
    public const string Maker = "EvidenceIngest redaction 1";

    private const string Film = "redacted.mp4";
    private const string Photo = "redacted.jpg";
    private const string Checked = "checked";
    private const string Sound = "sound.pcm";
    private const string CheckedSound = "checked.pcm";
    private const int ShortSide = 1080;
    private const int LongSide = 1920;

    // Beyond it the file's times are not those of what people saw when they drew.
    private const double MostPast = 2;

    private readonly RedactionArguments _arguments = new(options);

    /// <exception cref="RenditionFailedException">It can't be made from this, or did not prove.</exception>
    /// <exception cref="MediaToolUnavailableException">The machine failed: worth a retry.</exception>
    public async Task<Rendition> MakeAsync(RedactionWork work, string workFolder, IProgress<RenderStep> progress, CancellationToken ct)
    {
        var chapters = Chapter.Of(work.Masters).Where(c => (work.Kind == MediaKind.Audio ? c.Audio : c.Video) is not null).ToList();
        if (chapters.Count == 0)
            throw new RenditionFailedException("文件无法读取 / the file can't be read");
        var room = new RenderRoom(ToolFolder.Create(workFolder, work.Masters.Select(m => m.File)), tools, probe, options, progress, logger);
        var channels = work.Kind == MediaKind.Photo || chapters.All(c => c.Audio is null) ? 0 : chapters.Any(c => c.Audio?.Channels >= 2) ? 2 : 1;
        if (channels > 0)
            await SoundAsync(room, chapters, channels, work.Spans, ct);
        var made = work.Kind == MediaKind.Photo ? Photo : Film;
        if (work.Kind == MediaKind.Audio)
            await room.RunAsync("joining the redacted sound", _arguments.Film(hasPictures: false, Sound, channels, Film), chapters, ct);
        else
            await PicturesAsync(room, work, chapters, channels, made, ct);
        if (channels > 0)
            await CheckSoundAsync(room, chapters, channels, work.Spans, ct);
        var expected = Length(work.Kind, chapters);
        double? difference = work.Kind == MediaKind.Photo ? null : Math.Round(await CheckedSecondsAsync(room, work.Kind, channels, ct) - expected, 3);
        return await room.FinishAsync(
            work.Name, made, work.Kind switch { MediaKind.Photo => "image/jpeg", MediaKind.Audio => "audio/mp4", _ => "video/mp4" }, chapters.Select(c => c.Master), copied: false, difference,
            $"{Maker}, plan sha256 {work.PlanSha256}, from {work.Source}", ct);
    }

    private static double Length(MediaKind kind, IEnumerable<Chapter> chapters) => kind == MediaKind.Photo ? RedactionRules.PhotoLength : chapters.Sum(c => c.Duration.TotalSeconds);

    private async Task SoundAsync(RenderRoom room, List<Chapter> chapters, int channels, IReadOnlyList<HushedSpan> spans, CancellationToken ct)
    {
        const string Part = "part.pcm";
        await using var whole = File.Create(room.PathOf(Sound));
        var begins = 0.0;
        foreach (var chapter in chapters)
        {
            var ends = begins + chapter.Duration.TotalSeconds;
            if (chapter.Audio is not null)
                await room.RunAsync("reading the sound", _arguments.Sound(chapter, channels, Part), [chapter], ct);
            await using (Stream source = chapter.Audio is null ? Stream.Null : File.OpenRead(room.PathOf(Part)))
                await SoundMasker.CopyAsync(source, whole, channels, Samples(begins), Samples(ends) - Samples(begins), spans, ct);
            begins = ends;
        }
    }

    private static long Samples(double seconds) => (long)Math.Round(seconds * SoundMasker.Rate);

    private async Task PicturesAsync(RenderRoom room, RedactionWork work, List<Chapter> chapters, int channels, string made, CancellationToken ct)
    {
        var frame = chapters.Select(SizeOf).FirstOrDefault(s => s is not null) ?? throw new RenditionFailedException("画面没有尺寸信息 / the pictures have no size");
        var paths = (work.Plan.Regions ?? []).Select(r => new RegionPath(r, Length(work.Kind, chapters))).ToList();
        // Two of the largest frames; more would only wait.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8 << 20, resumeWriterThreshold: 4 << 20, useSynchronizationContext: false));
        var film = work.Kind == MediaKind.Photo ? _arguments.Picture(made) : _arguments.Film(hasPictures: true, channels > 0 ? Sound : null, channels, made);
        var joining = room.RunAsync("encoding the redacted copy", film, chapters, (input, token) => FeedAsync(pipe.Reader, input, token), null, ct);
        var masker = new FrameMasker(paths, frame, f => WriteAsync(pipe.Writer, f, ct));
        try
        {
            await pipe.Writer.WriteAsync(RawFrames.Head(frame), ct);
            await TakeApartAsync(room, chapters, frame, masker, ct);
            await masker.FinishAsync();
            await pipe.Writer.CompleteAsync();
        }
        catch (Exception e)
        {
            // What was encoded so far is no copy: the encoder is ended before it can finish its file.
            await pipe.Writer.CompleteAsync(e);
            await ((Task)joining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (e is EncoderEndedException)
                await joining;
            throw;
        }

        await joining;
        // By a name without an ending, from which ffmpeg would guess what it is.
        File.CreateSymbolicLink(room.PathOf(Checked), made);
        var proof = new PictureProof(paths, frame);
        await room.RunAsync("proving the redacted pictures", _arguments.CheckedPictures(Checked), chapters, null, (output, token) => RawFrames.ReadAsync(output, frame, proof.CheckAsync, token), ct);
        if (proof.Frames == 0 || Math.Abs(proof.Frames - masker.Frames) > 1 + (masker.Frames / 100))
            throw new RenditionFailedException($"复核未通过：应有 {masker.Frames} 帧，实有 {proof.Frames} 帧 / the proof failed: {proof.Frames} frames of {masker.Frames}");
    }

    private async Task TakeApartAsync(RenderRoom room, List<Chapter> chapters, FrameSize frame, FrameMasker masker, CancellationToken ct)
    {
        var (begins, last) = (0.0, -1L);
        foreach (var chapter in chapters)
        {
            var offset = (long)Math.Round(begins * 1000);
            var latest = (long)Math.Round((chapter.Duration.TotalSeconds + MostPast) * 1000);
            await room.RunAsync(
                "redacting the pictures", _arguments.Pictures(chapter, SizeOf(chapter)?.Inside(frame) ?? frame, frame), [chapter], null,
                (output, token) => RawFrames.ReadAsync(output, frame, TakeAsync, token), ct);
            begins += chapter.Duration.TotalSeconds;

            Task TakeAsync(RawFrame taken)
            {
                if (taken.At < -MostPast * 1000 || taken.At > latest)
                    throw new RenditionFailedException("画面时间不连续，无法确定遮蔽位置 / the pictures' times jump: nobody can say where a region is");
                // Chapters may overlap by what their containers round.
                last = Math.Max(last + 1, offset + taken.At);
                return masker.AddAsync(taken with { At = last });
            }
        }
    }

    private async Task CheckSoundAsync(RenderRoom room, List<Chapter> chapters, int channels, IReadOnlyList<HushedSpan> spans, CancellationToken ct)
    {
        await room.RunAsync("proving the redacted sound", _arguments.CheckedSound(Film, channels, CheckedSound), chapters, ct);
        await using var pcm = File.OpenRead(room.PathOf(CheckedSound));
        await SoundProof.CheckAsync(pcm, channels, spans, ct);
    }

    /// <summary>Nothing but what was made may be in the file: no text, no data, no chapters, no words of the recorder.</summary>
    private async Task<double> CheckedSecondsAsync(RenderRoom room, MediaKind kind, int channels, CancellationToken ct)
    {
        var outcome = await probe.StreamsAsync(room.Folder, Film, ct);
        var answer = outcome.Succeeded ? ProbeAnswer.Parse(outcome.Output) : null;
        string[] expected = [.. kind == MediaKind.Audio ? [] : new[] { "video" }, .. channels > 0 ? new[] { "audio" } : []];
        return answer?.Streams?.Select(s => s.CodecType).SequenceEqual(expected) == true && answer.Format?.Duration is > 0 and var seconds
            ? seconds
            : throw new RenditionFailedException("复核未通过：遮蔽件含有其他数据流 / the proof failed: the copy holds other streams");
    }

    private static FrameSize? SizeOf(Chapter chapter) => chapter.Video is { } video
        ? FrameSize.Within(video, (chapter.Master.Facts.Width, chapter.Master.Facts.Height), ShortSide, LongSide)
        : null;

    private static async Task FeedAsync(PipeReader reader, Stream input, CancellationToken ct)
    {
        try
        {
            await reader.CopyToAsync(input, ct);
            await reader.CompleteAsync();
        }
        catch
        {
            // Whoever writes learns that nobody reads.
            await reader.CompleteAsync();
            throw;
        }
    }

    private static async Task WriteAsync(PipeWriter writer, RawFrame frame, CancellationToken ct)
    {
        await writer.WriteAsync(RawFrames.Before(frame), ct);
        if ((await writer.WriteAsync(frame.Pixels, ct)).IsCompleted)
            throw new EncoderEndedException();
    }

    /// <summary>It says itself why.</summary>
    private sealed class EncoderEndedException() : Exception("the encoder ended early");
}
