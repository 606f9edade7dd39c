using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Reminders;

/// <summary>What has a term. The names are stored and told: they stay.</summary>
public enum DutyKind
{
    /// <summary>入库 (article 28): the recording is announced and not sealed.</summary>
    Storage,

    /// <summary>要素 (article 27): it is sealed and lacks a mandatory field or its confirmed transcript.</summary>
    Requirements,

    /// <summary>归档 (article 29): the case is closed and has no complete case file.</summary>
    CaseFile,

    /// <summary>查阅审批 (article 30): nobody has decided the request.</summary>
    AccessDecision,

    /// <summary>记录仪未归还: what it may hold becomes late.</summary>
    RecorderOut,

    /// <summary>评查整改: nobody has said what was corrected.</summary>
    ReviewCorrection,

    /// <summary>年度数据 (公示办法 article 9): last year's figures have not been made.</summary>
    YearlyFigures,
}

/// <summary>Something that somebody has to do by a day. A row comes with its first reminder and stays when it is done.</summary>
internal sealed class Duty : IOfUnit
{
    public required Guid Id { get; init; }

    public required DutyKind Kind { get; init; }

    public required string Subject { get; init; }

    /// <summary>What people and events call it: the item, case, access request, recorder or unit.</summary>
    public required string About { get; init; }

    /// <summary>Whose it is: its people are told.</summary>
    public required string UnitId { get; set; }

    public required string[] Officers { get; set; }

    /// <summary>About a state secret: nobody above or below its unit is told.</summary>
    public required bool IsSecret { get; set; }

    public required DateOnly CountedFrom { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    public required bool CalendarMissing { get; set; }

    public IReadOnlyList<DutyMove> Moves { get; set; } = [];

    public required DateTimeOffset BeganAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <param name="At">When it was found, UTC.</param>
/// <param name="From">The deadline before, UTC.</param>
/// <param name="To">The deadline from then on, UTC.</param>
public sealed record DutyMove(DateTimeOffset At, DateTimeOffset From, DateTimeOffset To);

/// <summary>That a role was told of a duty. Who holds the role is looked up when somebody reads.</summary>
internal sealed class Reminder
{
    public required Guid Id { get; init; }

    public required Guid DutyId { get; init; }

    public required Role Role { get; init; }

    public required DateTimeOffset ToldAt { get; init; }

    /// <summary>The deadline as it was told.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The deadline moved away: it is told again when it is time.</summary>
    public DateTimeOffset? OutdatedAt { get; set; }
}

/// <summary>Somebody saw it.</summary>
internal sealed class ReminderLook
{
    public required Guid ReminderId { get; init; }

    public required string Who { get; init; }

    public required DateTimeOffset SeenAt { get; init; }
}
