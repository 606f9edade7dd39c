using System.Globalization;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>When a file was begun, by its name and by its file system.</summary>
/// <param name="Start">The agency's local time, or null when nothing tells.</param>
/// <param name="Source">What tells it.</param>
/// <param name="Problem">What is odd about it, or null.</param>
internal readonly record struct NamedTime(DateTime? Start, MetadataSource Source, string? Problem = null)
{
    /// <param name="name">What the name says.</param>
    /// <param name="modifiedAt">The file system's time, or null.</param>
    /// <param name="agencyZone">What times without zone are in.</param>
    public static NamedTime Of(NameReading name, DateTimeOffset? modifiedAt, TimeZoneInfo agencyZone)
    {
        var written = modifiedAt is { } at ? TimeZoneInfo.ConvertTime(at, agencyZone).DateTime : (DateTime?)null;
        if (name.Time is not { } named)
            return new NamedTime(written, written is null ? MetadataSource.Unknown : MetadataSource.FileTime);
        if (name.Grammar.DateOnly)
            return OfDay(named, written);
        return new NamedTime(InAgencyZone(named, name.Grammar, agencyZone), MetadataSource.FileName);
    }

    /// <summary>A name that tells the day alone leaves the hour to the file system, as far as that agrees.</summary>
    private static NamedTime OfDay(DateTime day, DateTime? written)
    {
        if (written is null)
            return new NamedTime(day, MetadataSource.FileName);
        // A recording that was begun before midnight is finished on the next day.
        return written.Value.Date == day || written.Value.Date == day.AddDays(1)
            ? new NamedTime(written, MetadataSource.FileTime)
            : new NamedTime(day, MetadataSource.FileName, string.Create(
                CultureInfo.InvariantCulture, $"its name says {day:yyyy-MM-dd}, its file time {written:yyyy-MM-dd HH:mm:ss}"));
    }

    private static DateTime InAgencyZone(DateTime named, NameGrammar grammar, TimeZoneInfo agencyZone) =>
        grammar.Zone is { } zone && !zone.IsInvalidTime(named) ? TimeZoneInfo.ConvertTime(named, zone, agencyZone) : named;
}
