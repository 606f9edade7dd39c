using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Packages;

/// <summary>Holds an item's transcript against its chain, and what people read against the transcript.</summary>
internal static class TranscriptCheck
{
    /// <param name="item">Whose.</param>
    /// <param name="chain">Up to the making of the package.</param>
    /// <param name="record">The transcript; null where the package has none, as the others.</param>
    /// <param name="text">For people.</param>
    /// <param name="cues">For players.</param>
    /// <returns>The transcript, null where there is none; and what does not hold, null when all does.</returns>
    /// <exception cref="FormatException">The chain names a transcript that is none.</exception>
    public static (Transcript? Transcript, string? Trouble) Check(
        string item, IReadOnlyList<CustodyEvent> chain, byte[]? record, byte[]? text, byte[]? cues)
    {
        var told = chain.Where(TranscriptEvents.Tells).ToList();
        if (told.Count == 0)
            return (null, record is null && text is null && cues is null ? null : $"the package has a transcript of {item} that its chain does not tell of");
        if (record is null)
            return (null, $"{PackageLayout.Transcript(item)} is missing, and the chain of {item} tells of it");
        if (Convert.ToHexStringLower(SHA256.HashData(record)) != TranscriptEvents.DigestIn(told[^1].Detail))
            return (null, $"{PackageLayout.Transcript(item)} is not the transcript that the chain of {item} tells of last");
        var transcript = EvidenceJson.FromBytes<Transcript>(record);
        if (transcript.Segments.Any(s => s is null))
            throw new FormatException($"{PackageLayout.Transcript(item)} has an empty segment");
        if (transcript.ItemId != item || transcript.Version != told.Count || TranscriptEvents.Kind(transcript) != told[^1].Kind)
            return (transcript, $"{PackageLayout.Transcript(item)} speaks of another item, version or state than the chain of {item}");
        if (!Holds(text, TranscriptText.Plain(transcript)))
            return (transcript, $"{PackageLayout.TranscriptText(item)} does not say what {PackageLayout.Transcript(item)} says");
        return (transcript, Holds(cues, TranscriptText.WebVtt(transcript)) ? null : $"{PackageLayout.TranscriptCues(item)} does not say what {PackageLayout.Transcript(item)} says");
    }

    private static bool Holds(byte[]? file, string? expected) =>
        file is null || expected is null ? file is null && expected is null : file.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(expected));
}
