namespace EvidenceIngest.Server.Transparency;

/// <summary>Where signed heads of the custody log go, and how often.</summary>
public sealed class LogOptions
{
    /// <summary>Every head is appended here. Best on another disk, or with rights that the database's administrator lacks.</summary>
    public required string WitnessFile { get; init; }

    /// <summary>How often a head is signed when events came in; a receipt doesn't wait for it.</summary>
    public TimeSpan HeadInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the newest head goes into the vault, where it stays for as long as a master.</summary>
    public TimeSpan VaultInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A time stamp authority (RFC 3161); null for none.</summary>
    public Uri? TimestampAuthority { get; init; }

    /// <summary>How often the newest head is time-stamped.</summary>
    public TimeSpan TimestampInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Addresses that take heads by POST.</summary>
    public IReadOnlyList<Uri> Witnesses { get; init; } = [];

    /// <summary>How often each of them is given the newest head.</summary>
    public TimeSpan WitnessInterval { get; init; } = TimeSpan.FromMinutes(1);
}
