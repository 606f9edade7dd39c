using System.Globalization;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Recorders;

namespace EvidenceIngest.Server.Items;

/// <summary>When a recording was made, as far as the manifest tells.</summary>
/// <param name="At">Null when nobody knows or the value can't be true.</param>
/// <param name="Value">制作时间 with its source, or null.</param>
/// <param name="Finding">Why the time is not believed.</param>
internal sealed record RecordingTime(DateTimeOffset? At, MetadataValue? Value, Finding? Finding);

/// <summary>Fills in what article 27 demands from what is known without asking a person; each value says where it comes from.</summary>
internal static class Prefill
{
    // The first body-worn recorders; earlier years are epochs of clocks that were never set.
    private const int FirstYear = 2000;

    public static RecordingTime TimeOfProduction(DeliveryManifest manifest, DateTimeOffset now, TimeZoneInfo zone)
    {
        var (local, source) = (manifest.Recording.RecorderTime, manifest.Recording.TimeSource);
        if (local is null && manifest.Files.Min(f => f.ModifiedAt) is { } modified)
            (local, source) = (TimeZoneInfo.ConvertTime(modified, zone).DateTime, MetadataSource.FileTime);
        if (local is not { } shown)
            return new RecordingTime(null, null, null);

        DateTimeOffset at;
        try
        {
            // A person states the true time; everything else was written by the recorder's clock.
            var corrected = DateTime.SpecifyKind(source == MetadataSource.Person ? shown : manifest.Clock.Correct(shown), DateTimeKind.Unspecified);
            at = new DateTimeOffset(corrected, zone.GetUtcOffset(corrected));
        }
        catch (ArgumentOutOfRangeException)
        {
            return Implausible(shown);
        }

        if (at.Year < FirstYear || at > now.AddDays(1))
            return Implausible(shown);
        var value = at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return new RecordingTime(at.ToUniversalTime(), new MetadataValue(value, source, Note(manifest.Clock, shown, source)), null);
    }

    /// <summary>
    /// Who carried the recorder then; else the officer number that the file name has; else whom the recorder's own settings name;
    /// else nobody knows.
    /// </summary>
    public static MetadataValue? Producer(RecorderAssignment? assignment, string? officerNumber, RecorderHolder? holder)
    {
        if (assignment is not null)
        {
            return new MetadataValue(
                assignment.OfficerName,
                MetadataSource.Assignment,
                $"警号{assignment.OfficerNumber}" + (assignment.Agency is { } agency ? $", {agency}" : ""));
        }

        if (officerNumber is not null)
            return new MetadataValue("警号" + officerNumber, MetadataSource.FileName);
        if (Told(holder?.OfficerName) is not { } name)
            return Told(holder?.OfficerNumber) is { } alone ? new MetadataValue("警号" + alone, MetadataSource.Recorder, Told(holder?.UnitName)) : null;
        var note = string.Join(", ", new[] { Told(holder!.OfficerNumber) is { } number ? "警号" + number : null, Told(holder.UnitName) }.OfType<string>());
        return new MetadataValue(name, MetadataSource.Recorder, note.Length > 0 ? note : null);
    }

    /// <summary>Null for what makers put in when they have nothing to say.</summary>
    private static string? Told(string? text) => text?.Trim() is { Length: > 0 } told && told.Any(c => c is not ('0' or '-' or ' ')) ? told : null;

    private static RecordingTime Implausible(DateTime shown) =>
        new(null, null, new Finding(
            FindingCode.ImplausibleTime,
            string.Create(CultureInfo.InvariantCulture, $"the recorder says {shown:yyyy-MM-dd HH:mm:ss}, which can't be the time of recording")));

    private static string Note(ClockReading clock, DateTime shown, MetadataSource source)
    {
        var by = string.Create(CultureInfo.InvariantCulture, $"recorder time {shown:yyyy-MM-dd HH:mm:ss}");
        if (source == MetadataSource.Person)
            return by;
        return clock.Offset is { } offset
            ? string.Create(CultureInfo.InvariantCulture, $"{by}, corrected by the clock offset of {-offset.TotalSeconds:+0.###;-0.###;0} s ({clock.Note})")
            : $"{by}, clock offset unknown ({clock.Note})";
    }
}
