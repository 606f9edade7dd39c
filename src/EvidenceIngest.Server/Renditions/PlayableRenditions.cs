using EvidenceIngest.Server.MediaTools;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Proxy and 16 kHz sound of video and audio items, from one decoding; chapters play as one.</summary>
internal sealed class PlayableRenditions(RenderRoom room, EncoderChoice preferred, MediaToolOptions options)
{
    private const string Proxy = "proxy.mp4";
    private const string Sound16k = "audio16k.wav";
    private const string Peaks = "waveform.json";
    private const int ShortSide = 720;
    private const int LongSide = 1280;

    private readonly ProxyArguments _arguments = new(options);
    private EncoderChoice _encoder = preferred;

    /// <returns>The proxy first.</returns>
    public async Task<IReadOnlyList<Rendition>> MakeAsync(IReadOnlyList<Chapter> chapters, bool hasVideo, CancellationToken ct)
    {
        var hasSound = chapters.Any(c => c.Audio is not null);
        var expected = chapters.Sum(c => c.Duration.TotalSeconds);
        room.StartRecipe();
        var copied = CopyRule.Allows(chapters, options) && await TryCopyAsync(chapters, hasSound, expected, ct);
        if (!copied)
            await EncodeAsync(chapters, hasVideo, hasSound, ct);
        var sound = hasSound ? await SoundAsync(chapters, expected, ct) : [];
        var seconds = await CheckedSecondsAsync("proxy", Proxy, expected, ct);
        var playlist = seconds > Streaming.FromSeconds ? await new Streaming(room, _arguments).TryMakeAsync(Proxy, chapters, ct) : null;
        var remarks = string.Join("; ", new[] { copied || !hasVideo ? null : _encoder.Remark, playlist is null ? null : Streaming.Maker }.OfType<string>());
        var made = new List<Rendition>
        {
            await room.FinishAsync(
                "proxy", Proxy, hasVideo ? "video/mp4" : "audio/mp4", chapters.Select(c => c.Master), copied, Math.Round(seconds - expected, 3),
                remarks.Length == 0 ? null : remarks, ct),
        };
        made.AddRange(sound);
        if (playlist is not null)
            made.Add(await room.FinishAsync(Streaming.Name, playlist, Streaming.ContentType, chapters.Select(c => c.Master), copied, null, Streaming.Maker, ct));
        if (hasVideo)
            made.AddRange(await new SpriteRenditions(room, _arguments).TryMakeAsync(Proxy, FrameOf(chapters), seconds, chapters, ct));
        return made;
    }

    private async Task<IReadOnlyList<Rendition>> SoundAsync(IReadOnlyList<Chapter> chapters, double expected, CancellationToken ct)
    {
        var seconds = await CheckedSecondsAsync("audio16k", Sound16k, expected, ct);
        var sound = await room.FinishAsync("audio16k", Sound16k, "audio/wav", chapters, copied: false, Math.Round(seconds - expected, 3), ct);
        seconds = await Waveform.WriteAsync(room.PathOf(Sound16k), room.PathOf(Peaks), ct);
        return
        [
            sound,
            await room.FinishAsync(
                Waveform.Name, Peaks, "application/json", chapters.Select(c => c.Master), copied: false, Math.Round(seconds - expected, 3), Waveform.Maker, ct),
        ];
    }

    // A copy that fails or loses time says that the master's index can't be trusted; decoding copes with more.
    private async Task<bool> TryCopyAsync(IReadOnlyList<Chapter> chapters, bool hasSound, double expected, CancellationToken ct)
    {
        const string List = "inputs.txt";
        if (chapters.Count > 1)
            await room.WriteListAsync(List, chapters.Select(c => (c.Input, (double?)null)), ct);
        try
        {
            await room.RunAsync(
                "copying the proxy",
                [
                    .. chapters.Count > 1 ? _arguments.List(List) : _arguments.Input(chapters[0]),
                    .. ProxyArguments.Copy(chapters[0], Proxy),
                    .. hasSound ? ProxyArguments.Sound16k(ProxyArguments.Sound(chapters[0].Audio!.Index), Sound16k) : [],
                ],
                chapters,
                ct);
        }
        catch (RenditionFailedException)
        {
            return false;
        }

        return Math.Abs(await room.SecondsAsync(Proxy, ct) - expected) <= Math.Max(1, 0.02 * expected);
    }

    // What a trial can't show, such as too many sessions at once, must not cost a recording its proxy.
    private async Task EncodeAsync(IReadOnlyList<Chapter> chapters, bool hasVideo, bool hasSound, CancellationToken ct)
    {
        room.StartRecipe();
        try
        {
            await EncodeOnceAsync(chapters, hasVideo, hasSound, ct);
        }
        catch (RenditionFailedException e) when (hasVideo && _encoder.IsHardware)
        {
            room.Tell($"{options.Encoder} failed, libx264 is used: {e.Message}");
            _encoder = EncoderChoice.Software with { Remark = $"{options.Encoder} failed on this recording" };
            room.StartRecipe();
            await EncodeOnceAsync(chapters, hasVideo, hasSound, ct);
        }
    }

    private async Task EncodeOnceAsync(IReadOnlyList<Chapter> chapters, bool hasVideo, bool hasSound, CancellationToken ct)
    {
        FrameSize? frame = hasVideo ? FrameOf(chapters) : null;
        var channels = chapters.Any(c => c.Audio?.Channels >= 2) ? 2 : 1;
        if (chapters.Count == 1)
        {
            await EncodeAsync(chapters[0], frame, hasSound, channels, Proxy, Sound16k, ct);
            return;
        }

        var parts = new List<(string Proxy, string Sound, double Seconds)>();
        foreach (var chapter in chapters)
        {
            var (proxy, sound) = ($"part-{parts.Count + 1}.mp4", $"part-{parts.Count + 1}.wav");
            await EncodeAsync(chapter, frame, hasSound, channels, proxy, sound, ct);
            parts.Add((proxy, sound, await room.SecondsAsync(proxy, ct)));
        }

        const string List = "parts.txt";
        await room.WriteListAsync(List, parts.Select(p => (p.Proxy, (double?)null)), ct);
        await room.RunAsync("joining the proxy", [.. _arguments.List(List), .. ProxyArguments.Join(Proxy)], chapters, ct);
        if (!hasSound)
            return;
        const string SoundList = "part-sounds.txt";
        await room.WriteListAsync(SoundList, parts.Select(p => (p.Sound, (double?)p.Seconds)), ct);
        await room.RunAsync(
            "joining the sound", [.. _arguments.List(SoundList), .. ProxyArguments.Sound16k("0:0", Sound16k)], chapters, ct);
    }

    private Task EncodeAsync(
        Chapter chapter, FrameSize? frame, bool withSound, int channels, string proxy, string sound, CancellationToken ct)
    {
        var source = !withSound ? null : chapter.Audio is { } audio ? ProxyArguments.Sound(audio.Index) : "1:0";
        return room.RunAsync(
            $"encoding {proxy}",
            [
                .. _arguments.Input(chapter),
                .. withSound && chapter.Audio is null ? ProxyArguments.Silence(chapter.Duration) : [],
                .. _arguments.Encode(chapter, frame, SizeOf(chapter)?.Inside(frame ?? default), source, channels, proxy, encoder: _encoder),
                .. source is null ? [] : ProxyArguments.Sound16k(source, sound),
            ],
            [chapter],
            ct);
    }

    private static FrameSize FrameOf(IReadOnlyList<Chapter> chapters) =>
        chapters.Select(SizeOf).FirstOrDefault(s => s is not null) ?? throw new RenditionFailedException("the pictures have no size");

    private static FrameSize? SizeOf(Chapter chapter) => chapter.Video is { } video
        ? FrameSize.Within(video, (chapter.Master.Facts.Width, chapter.Master.Facts.Height), ShortSide, LongSide)
        : null;

    private async Task<double> CheckedSecondsAsync(string name, string file, double expected, CancellationToken ct)
    {
        var seconds = await room.SecondsAsync(file, ct);
        // Less than a tenth of what the container claims: what was made shows nobody what the master holds.
        return seconds > 0 && (expected <= 2 || seconds >= 0.1 * expected)
            ? seconds
            : throw new RenditionFailedException($"{name}: only {seconds:0.#} of {expected:0.#} s could be read");
    }
}
