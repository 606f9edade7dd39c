using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcription;

/// <summary>A day of talk has more segments than a transcript may have: neighbours become one.</summary>
internal static class LongTalk
{
    private const int LongestText = 5000;

    /// <summary>Joins neighbours of one speaker, pair by pair, until there are at most so many.</summary>
    public static IReadOnlyList<TranscriptSegment> Fold(IReadOnlyList<TranscriptSegment> segments, int most)
    {
        while (segments.Count > most)
        {
            var folded = new List<TranscriptSegment>();
            for (var i = 0; i < segments.Count; i++)
            {
                if (i + 1 < segments.Count && segments[i].Speaker == segments[i + 1].Speaker && segments[i].Text.Length + segments[i + 1].Text.Length < LongestText)
                    folded.Add(Join(segments[i], segments[++i]));
                else
                    folded.Add(segments[i]);
            }

            if (folded.Count == segments.Count)
                throw new TranscriberFaultException($"the recording has {segments.Count} segments, which is more than a transcript can have");
            segments = folded;
        }

        return segments;
    }

    private static TranscriptSegment Join(TranscriptSegment one, TranscriptSegment next) => new(one.Start, Math.Max(one.End!.Value, next.End!.Value), one.Speaker, SpokenText.Join([one.Text, next.Text]))
    {
        Words = one.Words is null && next.Words is null ? null : [.. one.Words ?? [], .. next.Words ?? []],
    };
}
