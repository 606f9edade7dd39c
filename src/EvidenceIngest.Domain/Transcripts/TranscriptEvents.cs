using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Domain.Transcripts;

/// <summary>
/// What a custody chain tells of a transcript. Each version has one event, so the chain's n-th is of version n; and each names
/// the SHA-256 of the version's JSON, so that no other words can be laid beside the chain.
/// </summary>
public static partial class TranscriptEvents
{
    public static bool Tells(CustodyEvent happened) => happened.Kind is CustodyEventKind.TranscriptChanged or CustodyEventKind.TranscriptConfirmed;

    public static CustodyEventKind Kind(Transcript made) =>
        made.State == TranscriptState.Confirmed ? CustodyEventKind.TranscriptConfirmed : CustodyEventKind.TranscriptChanged;

    /// <param name="made">The new version.</param>
    /// <param name="sha256">Of its JSON, in lower-case hexadecimal.</param>
    /// <param name="before">The version before it, as <see cref="Name"/> has it; null for the first.</param>
    /// <param name="why">As the person said.</param>
    public static string Detail(Transcript made, string sha256, string? before, string why) =>
        $"{Name(made.Version, made.State, sha256)}, {made.Language}, {made.Segments.Count} segments, words by {made.Source}; before: {before ?? "nothing"}; reason: {why}";

    public static string Name(int version, TranscriptState state, string sha256) => $"version {version} ({state}), sha256 {sha256}";

    /// <summary>The digest that a detail names first, which is the new version's; null where there is none.</summary>
    public static string? DigestIn(string detail) => Head().Match(detail) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^version [1-9][0-9]* \([A-Za-z]+\), sha256 ([0-9a-f]{64}),")]
    private static partial Regex Head();
}
