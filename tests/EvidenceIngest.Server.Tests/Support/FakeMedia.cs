using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>Stands in for ffprobe and ffmpeg: what a file "is" stands in its first bytes.</summary>
internal sealed class FakeMedia : IMediaInspector, IRenditionMaker, IWatermarker
{
    public static readonly byte[] Proxy = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i % 251))];

    public bool RenderingFails { get; set; }

    /// <summary>Why marking fails; null when it doesn't.</summary>
    public Exception? MarkingFails { get; set; }

    /// <summary>Sound instead of pictures.</summary>
    public bool MakesSound { get; set; }

    /// <summary>WAV that becomes the rendition <c>audio16k</c>; null for none.</summary>
    public byte[]? Sound { get; set; }

    /// <summary>Files that were handed to the inspector, as they were.</summary>
    public List<byte[]> Inspected { get; } = [];

    public async Task<MediaFacts> InspectAsync(string file, MediaKind expected, CancellationToken ct)
    {
        var content = await File.ReadAllBytesAsync(file, ct);
        Inspected.Add(content);
        var text = System.Text.Encoding.UTF8.GetString(content);
        Finding[] findings = text.StartsWith("damaged", StringComparison.Ordinal) ? [new Finding(FindingCode.Damaged, "moov is missing\0")]
            : text.StartsWith("foreign", StringComparison.Ordinal) ? [new Finding(FindingCode.Foreign, "no media")] : [];
        var kind = findings.Any(f => f.Code == FindingCode.Foreign) ? MediaKind.Other : expected;
        return new MediaFacts(
            kind, "mov,mp4", TimeSpan.FromMinutes(5), "h264", kind == MediaKind.Other ? null : "aac", 1920, 1080, 4_000_000, null, findings,
            "fakeprobe 1", "{\"format\":{}}");
    }

    public async Task<IReadOnlyList<Rendition>> MakeAsync(
        MediaKind kind, IReadOnlyList<MasterCopy> masters, string workFolder, IProgress<RenderStep>? progress, CancellationToken ct)
    {
        if (MakesSound)
            return [await MadeAsync("proxy", "audio/mp4", Path.Combine(workFolder, "proxy.mp4"), Proxy, [.. masters.Select(m => m.Sha256)], ct)];
        if (RenderingFails)
            throw new RenditionFailedException("ffmpeg ended with code 1");
        string[] parents = [.. masters.Select(m => m.Sha256)];
        var proxy = await MadeAsync("proxy", "video/mp4", Path.Combine(workFolder, "proxy.mp4"), Proxy, parents, ct);
        return Sound is null ? [proxy] : [proxy, await MadeAsync("audio16k", "audio/wav", Path.Combine(workFolder, "audio16k.wav"), Sound, parents, ct)];
    }

    /// <summary>What is "marked" begins with its mark.</summary>
    public async Task<Rendition> MakeAsync(string name, MediaKind kind, string file, string sha256, Watermark mark, string workFolder, CancellationToken ct)
    {
        if (MarkingFails is { } failure)
            throw failure;
        byte[] content = [.. System.Text.Encoding.UTF8.GetBytes($"{mark.Name}|{mark.Reference}|{mark.At}|"), .. await File.ReadAllBytesAsync(file, ct)];
        return await MadeAsync(name, kind == MediaKind.Photo ? "image/jpeg" : "video/mp4", Path.Combine(workFolder, "marked.mp4"), content, [sha256], ct);
    }

    private static async Task<Rendition> MadeAsync(string name, string contentType, string file, byte[] content, IReadOnlyList<string> parents, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(file, content, ct);
        using var hasher = new ContentHasher(false);
        hasher.Append(content);
        return new Rendition(name, file, contentType, content.Length, hasher.Finish(), new RenditionRecipe("fakempeg 1", ["-i", "master-01.mp4"], parents, true, 0));
    }
}
