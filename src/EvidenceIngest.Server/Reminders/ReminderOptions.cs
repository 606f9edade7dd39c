using System.Globalization;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Reminders;

/// <summary>When who is told of what. docs/reminders.md gives the reasons for what ships.</summary>
public sealed class ReminderOptions
{
    /// <summary>Steps by duty. One without steps is never told.</summary>
    public IReadOnlyDictionary<DutyKind, IReadOnlyList<ReminderStep>> Steps { get; init; } = Usual;

    /// <summary>Reminders come at this hour of a working day, when somebody is there to read them.</summary>
    public TimeOnly At { get; init; } = new(9, 0);

    /// <summary>Working days from sealing until everything of article 27 is there. No article sets a term; article 29 ends it with the case file.</summary>
    public int RequirementDays { get; init; } = 5;

    /// <summary>Working days until the agency says what it corrected. No article sets a term.</summary>
    public int CorrectionDays { get; init; } = 10;

    public static IReadOnlyDictionary<DutyKind, IReadOnlyList<ReminderStep>> Usual { get; } = new Dictionary<DutyKind, IReadOnlyList<ReminderStep>>
    {
        [DutyKind.Storage] = ReminderStep.Parse("officer:-1 custodian:0 head:1"),
        [DutyKind.Requirements] = ReminderStep.Parse("officer:-3 custodian:-1 head:3"),
        [DutyKind.CaseFile] = ReminderStep.Parse("officer:-5 custodian:-3 head:-1"),
        [DutyKind.AccessDecision] = ReminderStep.Parse("head:-2 custodian:-1 supervisor:1"),
        [DutyKind.RecorderOut] = ReminderStep.Parse("officer:-1 custodian:0 head:1"),
        [DutyKind.ReviewCorrection] = ReminderStep.Parse("officer:-5 custodian:-3 head:0"),
        // Its own rule gives the day: 10 January.
        [DutyKind.YearlyFigures] = ReminderStep.Parse("head:0"),
    };
}

/// <param name="Role">Who is told.</param>
/// <param name="WorkingDays">Relative to the last day of the term: -1 is the working day before it, 0 the last day itself, 1 the first working day that is late.</param>
public sealed record ReminderStep(Role Role, int WorkingDays)
{
    private const int Furthest = 60;

    private static readonly Dictionary<string, Role> Roles = new(StringComparer.Ordinal)
    {
        ["officer"] = Role.Officer, ["custodian"] = Role.Custodian, ["head"] = Role.Head, ["supervisor"] = Role.Supervisor,
    };

    /// <summary>Reads <c>officer:-1 custodian:0 head:1</c>; an empty text is no step at all.</summary>
    /// <exception cref="FormatException">Says which part can't be read.</exception>
    public static IReadOnlyList<ReminderStep> Parse(string text)
    {
        var steps = new List<ReminderStep>();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split(':') is not [var name, var days] || !Roles.TryGetValue(name, out var role)
                || !int.TryParse(days, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) || Math.Abs(count) > Furthest)
                throw new FormatException($"'{part}' is not like officer:-1, with officer, custodian, head or supervisor and -{Furthest} to {Furthest} working days");
            if (steps.Exists(s => s.Role == role))
                throw new FormatException($"{name} stands there twice: each is told once");
            steps.Add(new ReminderStep(role, count));
        }

        return steps;
    }
}
