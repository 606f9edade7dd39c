namespace EvidenceIngest.Recorders.Listing;

/// <summary>Recorders split long recordings into files; this joins what is one recording.</summary>
internal static class Chapters
{
    /// <summary>FAT keeps times in steps of 2 s, rounded down: a chapter may seem to end after the next began.</summary>
    private static readonly TimeSpan FatResolution = TimeSpan.FromSeconds(2);

    /// <param name="ordered">Oldest first.</param>
    /// <param name="join">The profile's rule; null joins nothing.</param>
    /// <param name="agencyZone">The names' zone.</param>
    public static IReadOnlyList<IReadOnlyList<NamedFile>> Join(
        IReadOnlyList<NamedFile> ordered, TimeSpan? join, TimeZoneInfo agencyZone)
    {
        var recordings = new List<List<NamedFile>>();
        // A photo taken meanwhile stands between two chapters of a video: look for each file's own kind of predecessor.
        var open = new Dictionary<(string?, string?, Domain.Evidence.MediaKind, string), List<NamedFile>>();
        foreach (var file in ordered)
        {
            var key = (file.Name.Device, file.Name.Officer, file.Name.Kind, file.Ending);
            if (join is { } gap && open.TryGetValue(key, out var recording) && Follows(recording[^1], file, gap, agencyZone))
            {
                recording.Add(file);
            }
            else
            {
                open[key] = [file];
                recordings.Add(open[key]);
            }
        }

        return recordings;
    }

    private static bool Follows(NamedFile previous, NamedFile next, TimeSpan gap, TimeZoneInfo agencyZone)
    {
        if (next.Name.Sequence is not { } number || previous.Name.Sequence is not { } last || number != last + 1
            || next.Name.Time is not { } start || previous.Name.Time is null || previous.File.ModifiedAt is not { } written)
        {
            return false;
        }

        var pause = start - TimeZoneInfo.ConvertTime(written, agencyZone).DateTime;
        return pause >= -FatResolution && pause <= gap;
    }
}
