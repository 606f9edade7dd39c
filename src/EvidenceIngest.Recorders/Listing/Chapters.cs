using System.Globalization;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>Recorders split long recordings into files; this joins what is one recording.</summary>
internal static class Chapters
{
    /// <summary>FAT keeps times in steps of 2 s, rounded down: a chapter may seem to end after the next began.</summary>
    private static readonly TimeSpan FatResolution = TimeSpan.FromSeconds(2);

    /// <param name="ordered">Oldest first.</param>
    /// <param name="join">The profile's rule; null joins only what carries one recording's number.</param>
    /// <param name="agencyZone">The names' zone.</param>
    public static IReadOnlyList<IReadOnlyList<NamedFile>> Join(
        IReadOnlyList<NamedFile> ordered, TimeSpan? join, TimeZoneInfo agencyZone)
    {
        var recordings = new List<List<NamedFile>>();
        // A photo taken meanwhile stands between two chapters of a video: look for each file's own kind of predecessor.
        var open = new Dictionary<(string?, string?, MediaKind, string), List<NamedFile>>();
        var numbered = new Dictionary<(string, string?, string?, MediaKind, string, int), List<NamedFile>>();
        foreach (var file in ordered)
        {
            var key = (file.Name.Device, file.Name.Officer, file.Name.Kind, file.Ending);
            if (file.Name.RecordingNumber is { } number)
            {
                // Numbers start anew with the folder of another card or day.
                var place = (file.Folder.ToUpperInvariant(), key.Device, key.Officer, key.Kind, key.Ending, number);
                if (numbered.TryGetValue(place, out var chapters))
                    chapters.Add(file);
                else
                    recordings.Add(numbered[place] = [file]);
            }
            else if (join is { } gap && open.TryGetValue(key, out var recording) && Follows(recording[^1], file, gap, agencyZone))
            {
                recording.Add(file);
            }
            else
            {
                recordings.Add(open[key] = [file]);
            }
        }

        return [.. recordings.Select(InOrder)];
    }

    /// <summary>File times say nothing about the order of chapters that carry numbers.</summary>
    private static IReadOnlyList<NamedFile> InOrder(List<NamedFile> recording) => recording[0].Name.RecordingNumber is null
        ? recording
        : [.. recording.OrderBy(c => c.Name.Chapter ?? 0).ThenBy(c => c.File.Path, StringComparer.Ordinal)];

    /// <summary>Puts a finding on recordings that lack a chapter by number.</summary>
    /// <returns>The same findings, for the recorder.</returns>
    public static IReadOnlyList<Finding> MarkMissing(IReadOnlyList<IReadOnlyList<NamedFile>> recordings)
    {
        var gaps = new List<Finding>();
        foreach (var recording in recordings.Where(r => r[0].Name.RecordingNumber is not null))
        {
            // A first chapter carries number 1, or none at all.
            var expected = 1;
            foreach (var chapter in recording)
            {
                if (chapter.Name.Chapter is { } number && number > expected)
                {
                    var gap = new Finding(FindingCode.FootageGap, string.Create(
                        CultureInfo.InvariantCulture, $"chapter {expected} before '{chapter.File.Path}' is not on the recorder"));
                    chapter.Findings.Add(gap);
                    gaps.Add(gap);
                }

                expected = (chapter.Name.Chapter ?? 0) + 1;
            }
        }

        return gaps;
    }

    private static bool Follows(NamedFile previous, NamedFile next, TimeSpan gap, TimeZoneInfo agencyZone)
    {
        if (next.Name.Sequence is not { } number || previous.Name.Sequence is not { } last || number != last + 1
            || next.TimeSource != MetadataSource.FileName || previous.TimeSource != MetadataSource.FileName
            || next.Start is not { } start || previous.File.ModifiedAt is not { } written)
        {
            return false;
        }

        var pause = start - TimeZoneInfo.ConvertTime(written, agencyZone).DateTime;
        return pause >= -FatResolution && pause <= gap;
    }
}
