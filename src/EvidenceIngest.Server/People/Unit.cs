namespace EvidenceIngest.Server.People;

public enum UnitKind
{
    /// <summary>区县</summary>
    District,

    /// <summary>执法机关</summary>
    Agency,

    /// <summary>中队、科室</summary>
    Team,
}

/// <summary>组织机构: whoever holds a role in a unit holds it in everything below.</summary>
internal sealed class Unit
{
    public const string Root = "root";

    public required string Id { get; init; }

    public required string Name { get; set; }

    public required UnitKind Kind { get; set; }

    /// <summary>Null for the root alone.</summary>
    public string? ParentId { get; set; }

    /// <summary>Ids of all above and its own: <c>/root/lj/zd1/</c>.</summary>
    public required string Path { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }
}
