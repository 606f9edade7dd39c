namespace EvidenceIngest.Server.Pipeline;

/// <summary>When renditions are made, for sites whose machines have other work by day. Over midnight when it ends before it begins.</summary>
/// <param name="From">In the agency's zone.</param>
/// <param name="Until">Not included.</param>
public sealed record RenderingHours(TimeOnly From, TimeOnly Until)
{
    /// <summary>When rendering may begin: now, or the next time that its hours do.</summary>
    public DateTimeOffset NextFrom(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        if (TimeOnly.FromDateTime(local).IsBetween(From, Until))
            return now;
        var begins = local.Date + From.ToTimeSpan();
        if (begins <= local)
            begins = begins.AddDays(1);
        // A clock that is set forward leaves out an hour, which a day's begin may lie in.
        while (zone.IsInvalidTime(begins))
            begins = begins.AddMinutes(30);
        return new DateTimeOffset(begins, zone.GetUtcOffset(begins)).ToUniversalTime();
    }
}
