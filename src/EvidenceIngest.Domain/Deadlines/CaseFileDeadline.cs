namespace EvidenceIngest.Domain.Deadlines;

/// <summary>Article 29: the case file is archived within 30 days from the end of execution.</summary>
public static class CaseFileDeadline
{
    private const int Days = 30;

    /// <param name="executedOn">The day on which the act had been carried out; it is not counted.</param>
    /// <param name="agencyZone">Where the agency is; days end at its midnight.</param>
    /// <returns>The last second that is in time.</returns>
    public static DateTimeOffset For(DateOnly executedOn, TimeZoneInfo agencyZone)
    {
        var lastSecond = executedOn.AddDays(Days).ToDateTime(new TimeOnly(23, 59, 59));
        return new DateTimeOffset(lastSecond, agencyZone.GetUtcOffset(lastSecond));
    }
}
