using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Reminders;

/// <param name="Reminders">Open ones first, those due first before others; then done ones, the last first.</param>
/// <param name="Next">Send it back as <c>cursor</c>; null at the end.</param>
public sealed record ReminderPage(IReadOnlyList<ReminderView> Reminders, string? Next);

/// <param name="Reminder">Its id.</param>
/// <param name="Duty">What is to be done.</param>
/// <param name="Title">The same for people.</param>
/// <param name="ToDo">What the reader has to do, and by which rule.</param>
/// <param name="About">The item, case, access request, recorder or unit.</param>
/// <param name="Address">Where that is read.</param>
/// <param name="Unit">Whose it is.</param>
/// <param name="UnitName">For people.</param>
/// <param name="Role">As which the reader is told.</param>
/// <param name="DueAt">The last second that is in time, with the agency's offset.</param>
/// <param name="Late">It has passed, and the duty isn't met.</param>
/// <param name="CalendarMissing">Weekends alone were counted: the notice of a year is missing.</param>
/// <param name="Counted">How the deadline came about, for people.</param>
/// <param name="Days">Every day of the count; null where no working days are counted.</param>
/// <param name="Told">Who was told when, the first first; also of deadlines that have moved since.</param>
/// <param name="Moves">Deadlines that it had before.</param>
/// <param name="SeenAt">When the reader said to have seen it, UTC; says nothing about the duty.</param>
/// <param name="DoneAt">When it was found that nothing is owed any more, UTC; null while it is.</param>
public sealed record ReminderView(
    string Reminder, DutyKind Duty, string Title, string ToDo, string About, string Address, string Unit, string UnitName, Role Role, DateTimeOffset DueAt, bool Late, bool CalendarMissing,
    string Counted, IReadOnlyList<DeadlineDay>? Days, IReadOnlyList<ToldStep> Told, IReadOnlyList<DutyMove> Moves, DateTimeOffset? SeenAt, DateTimeOffset? DoneAt);

/// <param name="Role">Who was told.</param>
/// <param name="ToldAt">UTC.</param>
/// <param name="DueAt">The deadline as it was told, UTC.</param>
/// <param name="OutdatedAt">Since when that deadline no longer holds, so that the role is told again; null while it does.</param>
/// <param name="IsHeld">Whether anybody holds the role there now; nobody else sees what is told to it.</param>
public sealed record ToldStep(Role Role, DateTimeOffset ToldAt, DateTimeOffset DueAt, DateTimeOffset? OutdatedAt, bool IsHeld);

/// <param name="Open">Reminders of duties that aren't met.</param>
/// <param name="Late">Of these, past their deadline.</param>
/// <param name="Unseen">Of the open ones, those that the reader has not said to have seen.</param>
public sealed record ReminderCounts(int Open, int Late, int Unseen);

/// <param name="Open">Duties that somebody was told of and that aren't met.</param>
/// <param name="Late">Of these, past their deadline.</param>
/// <param name="NotHeld">Who was told of open duties and is nobody at the moment: give somebody the role, or the account its officer number. At most 50.</param>
public sealed record ReminderStatus(int Open, int Late, IReadOnlyList<RoleNotHeld> NotHeld);

/// <param name="Role">That nobody holds.</param>
/// <param name="Unit">Whose duties they are.</param>
/// <param name="Reminders">How many nobody sees.</param>
public sealed record RoleNotHeld(Role Role, string Unit, int Reminders);
