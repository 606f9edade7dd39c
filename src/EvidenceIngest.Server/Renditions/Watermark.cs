using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Server.Renditions;

/// <summary>What a copy says of whom it was made for, all over its pictures.</summary>
/// <param name="Name">Of the person; any text.</param>
/// <param name="Reference">Of what it was made for: ASCII letters, digits, hyphens.</param>
/// <param name="At">When, as people read it: digits and signs of ASCII.</param>
public sealed record Watermark(string Name, string Reference, string At);

/// <summary>Burns watermarks into copies of renditions.</summary>
public interface IWatermarker
{
    /// <summary>Repeating it is harmless: it writes into <paramref name="workFolder"/> only.</summary>
    /// <param name="name">Of what is made.</param>
    /// <param name="kind">Video or Photo; sound can't carry one.</param>
    /// <param name="file">A local copy of the rendition.</param>
    /// <param name="sha256">Its digest.</param>
    /// <param name="mark">What is written.</param>
    /// <param name="workFolder">The caller's.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RenditionFailedException">The tool failed on this input, or passed its limits.</exception>
    /// <exception cref="MediaTools.MediaToolUnavailableException">The tool or a font is missing, or it was killed: worth a retry.</exception>
    Task<Rendition> MakeAsync(string name, MediaKind kind, string file, string sha256, Watermark mark, string workFolder, CancellationToken ct);
}
