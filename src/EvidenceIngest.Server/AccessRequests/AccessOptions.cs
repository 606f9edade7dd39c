namespace EvidenceIngest.Server.AccessRequests;

/// <summary>How requests to look at records (article 30) are dealt with.</summary>
public sealed class AccessOptions
{
    /// <summary>Within how many working days a request is to be decided. The article sets none; the agency does.</summary>
    public int WorkingDays { get; init; } = 5;

    /// <summary>How long a link works.</summary>
    public TimeSpan LinkTime { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>How often a link may be opened.</summary>
    public int Openings { get; init; } = 3;
}
