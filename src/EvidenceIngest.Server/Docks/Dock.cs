using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;

namespace EvidenceIngest.Server.Docks;

/// <summary>采集站 that was enrolled with a one-time code.</summary>
internal sealed class Dock : IOfUnit
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public string UnitId { get; set; } = Unit.Root;

    public required DateTimeOffset EnrolledAt { get; init; }

    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>Where it spoke from last: its screen opens there and nowhere else.</summary>
    public string? Address { get; set; }

    /// <summary>What its bays showed last.</summary>
    public IReadOnlyList<BayReport> Bays { get; set; } = [];
}

/// <summary>Lets one dock in, once.</summary>
internal sealed class EnrolmentCode
{
    public required byte[] Hash { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }

    public string? DockId { get; set; }
}
