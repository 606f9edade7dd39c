using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reminders;

/// <summary>Whose reminders somebody reads, by the roles and the number that they have now.</summary>
internal sealed class Recipient
{
    private readonly bool _isOwner;
    private readonly string? _number;
    private readonly string _unit = "";
    private readonly Dictionary<Role, (List<string> Own, List<string> Answered)> _units = [];

    private Recipient(Caller caller)
    {
        _isOwner = caller.Account is null;
        if (caller.Account is { } account)
            (_number, _unit) = (account.OfficerNumber, account.UnitId);
    }

    public static async Task<Recipient> ReadAsync(CatalogueDb db, Caller caller, Responsibility responsibility, CancellationToken ct)
    {
        var recipient = new Recipient(caller);
        if (caller.Account is not { } account)
            return recipient;
        var grants = await db.RoleGrants.InForce().Where(g => g.AccountId == account.Id).Select(g => new { g.Role, g.UnitId }).ToListAsync(ct);
        foreach (var role in grants.GroupBy(g => g.Role, g => g.UnitId))
            recipient._units[role.Key] = ([.. role], responsibility.AnsweredFrom(role.Key, [.. role]));
        return recipient;
    }

    /// <summary>
    /// Their reminders. Unit and secrecy are those that the item has now: a duty follows its item within a minute, and a recording that was just marked must
    /// not be shown for even that long. The machine's owner sees what is no state secret.
    /// </summary>
    public IQueryable<AddressedReminder> Of(CatalogueDb db)
    {
        var addressed =
            from reminder in db.Reminders
            where reminder.OutdatedAt == null
            join duty in db.Duties on reminder.DutyId equals duty.Id
            join found in db.Items on duty.Subject equals found.Id into items
            from item in items.DefaultIfEmpty()
            select new AddressedReminder
            {
                Reminder = reminder, Duty = duty, Unit = item == null ? duty.UnitId : item.UnitId,
                IsSecret = item == null
                    ? duty.IsSecret || db.AccessRequestItems.Any(l => l.RequestId == duty.Subject && db.Items.Any(i => i.Id == l.ItemId && i.Secrecy == Secrecy.StateSecret))
                    : item.Secrecy == Secrecy.StateSecret,
            };
        if (_isOwner)
            return addressed.Where(a => !a.IsSecret);
        var (number, unit) = (_number, _unit);
        var ((custodian, custodianFor), (head, headFor), (_, supervisorFor)) = (UnitsOf(Role.Custodian), UnitsOf(Role.Head), UnitsOf(Role.Supervisor));
        return addressed.Where(a =>
            (a.Reminder.Role == Role.Officer && number != null && a.Duty.Officers.Contains(number) && (!a.IsSecret || a.Unit == unit))
            || (a.Reminder.Role == Role.Custodian && (a.IsSecret ? custodian.Contains(a.Unit) : custodianFor.Contains(a.Unit)))
            || (a.Reminder.Role == Role.Head && (a.IsSecret ? head.Contains(a.Unit) : headFor.Contains(a.Unit)))
            || (a.Reminder.Role == Role.Supervisor && !a.IsSecret && supervisorFor.Contains(a.Unit)));
    }

    private (List<string> Own, List<string> Answered) UnitsOf(Role role) => _units.TryGetValue(role, out var units) ? units : ([], []);
}

/// <summary>A reminder with its duty, and whose what it is about is now.</summary>
internal sealed class AddressedReminder
{
    public required Reminder Reminder { get; init; }

    public required Duty Duty { get; init; }

    public required string Unit { get; init; }

    public required bool IsSecret { get; init; }
}
