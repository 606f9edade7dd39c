using EvidenceIngest.Server.Access;
using Microsoft.AspNetCore.Identity;

namespace EvidenceIngest.Server.People;

/// <summary>A person who logs in.</summary>
internal sealed class Account : IdentityUser<Guid>, IOfUnit
{
    /// <summary>姓名. Custody events call people by it, so it never changes: whoever is renamed gets another account.</summary>
    public required string Name { get; init; }

    /// <summary>Where the person works; what they may see comes from their roles.</summary>
    public required string UnitId { get; set; }

    /// <summary>警号、执法证号 of officers.</summary>
    public string? OfficerNumber { get; set; }

    /// <summary>The password was made by the service: it ends then, and does nothing but let its owner change it.</summary>
    public DateTimeOffset? OneTimeUntil { get; set; }

    /// <summary>The agency's directory knows its password; none is kept here.</summary>
    public bool Directory { get; set; }

    public string? LastCode { get; set; }

    public DateTimeOffset? LastCodeAt { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>As custody events name them: names repeat, user names don't.</summary>
    public string Called => $"{Name} ({UserName})";
}

/// <summary>What somebody may do, in a unit and all below it. Custodians and heads need a second person's word first.</summary>
internal sealed class RoleGrant
{
    public required Guid Id { get; init; }

    public required Guid AccountId { get; init; }

    public required Role Role { get; init; }

    public required string UnitId { get; init; }

    public required string Why { get; init; }

    public required DateTimeOffset GrantedAt { get; init; }

    public required string GrantedBy { get; init; }

    public DateTimeOffset? ConfirmedAt { get; set; }

    public string? ConfirmedBy { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public string? RevokedBy { get; set; }
}

/// <summary>One log-in, from a browser or a terminal. The server keeps the hash of its random token.</summary>
internal sealed class Session
{
    public required Guid Id { get; init; }

    public required byte[] Hash { get; init; }

    public required Guid AccountId { get; init; }

    public required string Address { get; init; }

    public required string Agent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; set; }

    /// <summary>However busy it is.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    public string? EndedBy { get; set; }
}
