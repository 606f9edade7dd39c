using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;

namespace EvidenceIngest.Server.Renditions;

/// <summary>衍生件: a file derived from masters. The master stays what it is.</summary>
/// <param name="Name">proxy, poster, audio16k, waveform, sprites, sprites-1 …, hls, track.</param>
/// <param name="File">Where it was made, in the caller's work folder.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Digest">Its own digest.</param>
/// <param name="Recipe">How it was made.</param>
public sealed record Rendition(
    string Name, string File, string ContentType, long Bytes, ContentDigest Digest, RenditionRecipe Recipe);

/// <param name="Tool">Name and version, e.g. ffmpeg 5.1.9-0+deb12u1.</param>
/// <param name="Arguments">Argument lists as run, relative to the work folder, with "&amp;&amp;" between several runs.</param>
/// <param name="Parents">SHA-256 of every master it was made from, in order.</param>
/// <param name="Copied">True when the streams were copied, not encoded again.</param>
/// <param name="DurationDifference">Rendition minus masters, seconds; null for pictures.</param>
public sealed record RenditionRecipe(
    string Tool, IReadOnlyList<string> Arguments, IReadOnlyList<string> Parents, bool Copied, double? DurationDifference);

/// <param name="What">Being made.</param>
/// <param name="Fraction">Of it, 0 to 1; null when nobody can tell.</param>
public sealed record RenderStep(string What, double? Fraction);

/// <param name="File">A local copy.</param>
/// <param name="Sha256">Its digest, as sealed.</param>
/// <param name="Facts">What inspection found.</param>
public sealed record MasterCopy(string File, string Sha256, MediaFacts Facts);

/// <summary>Makes all renditions that a kind of item gets.</summary>
public interface IRenditionMaker
{
    /// <summary>
    /// Video: proxy, poster, sprites with their sheets, audio16k and waveform (when it has sound). Audio: proxy (AAC in MP4), audio16k,
    /// waveform. Both: hls from ten minutes on. Photo: poster. Anything with positions in its subtitles, or files that hold positions: track.
    /// Chapters become one proxy. Repeating it is harmless: it writes into <paramref name="workFolder"/> only.
    /// </summary>
    /// <exception cref="RenditionFailedException">The tool failed on this input, or passed its time or memory limit.</exception>
    /// <exception cref="MediaTools.MediaToolUnavailableException">The tool is missing, was killed or has no room: worth a retry.</exception>
    Task<IReadOnlyList<Rendition>> MakeAsync(
        MediaKind kind, IReadOnlyList<MasterCopy> masters, string workFolder, IProgress<RenderStep>? progress, CancellationToken ct);
}

/// <summary>A rendition could not be made from this input; trying again gives the same result.</summary>
public sealed class RenditionFailedException(string message) : Exception(message);
