using System.Globalization;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>
/// Numbers that are missing between two files of one recorder. A recorder counts all kinds of file together or each by itself;
/// taking them together can overlook a gap but never invents one. A falling number is a counter that started anew.
/// </summary>
internal static class SequenceGaps
{
    /// <summary>Puts a finding on the files around each gap.</summary>
    /// <param name="ordered">Oldest first.</param>
    /// <returns>The same findings, for the recorder.</returns>
    public static IReadOnlyList<Finding> Mark(IReadOnlyList<NamedFile> ordered)
    {
        var gaps = new List<Finding>();
        foreach (var device in ordered.Where(f => f.Name.Sequence is not null).GroupBy(f => f.Name.Device))
        {
            NamedFile? previous = null;
            foreach (var file in device)
            {
                if (previous is not null && previous.Name.Sequence + 1 < file.Name.Sequence)
                {
                    var gap = new Finding(FindingCode.FootageGap, Describe(previous, file));
                    previous.Findings.Add(gap);
                    file.Findings.Add(gap);
                    gaps.Add(gap);
                }

                previous = file;
            }
        }

        return gaps;
    }

    private static string Describe(NamedFile before, NamedFile after)
    {
        var (first, last) = (before.Name.Sequence + 1, after.Name.Sequence - 1);
        var numbers = first == last
            ? string.Create(CultureInfo.InvariantCulture, $"number {first:0000} is")
            : string.Create(CultureInfo.InvariantCulture, $"numbers {first:0000}-{last:0000} are");
        return $"{numbers} not on the recorder, between '{before.File.Path}' and '{after.File.Path}'";
    }
}
