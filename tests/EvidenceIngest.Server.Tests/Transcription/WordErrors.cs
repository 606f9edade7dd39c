using EvidenceIngest.Server.Transcription.Sound;

namespace EvidenceIngest.Server.Tests.Transcription;

internal static class WordErrors
{
    public static double Seconds(this Clip clip) => (double)clip.Pcm.Length / WavHeader.SampleBytes / WavHeader.Rate;

    /// <summary>Words that were left out, put in or taken for others, per word that was said.</summary>
    public static double Rate(IReadOnlyList<string> said, IReadOnlyList<string> heard) => (double)Count(said, heard) / said.Count;

    /// <summary>Levenshtein's distance in words.</summary>
    public static int Count(IReadOnlyList<string> said, IReadOnlyList<string> heard)
    {
        var row = Enumerable.Range(0, heard.Count + 1).ToArray();
        for (var i = 1; i <= said.Count; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= heard.Count; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (string.Equals(said[i - 1], heard[j - 1], StringComparison.OrdinalIgnoreCase) ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
