namespace EvidenceIngest.Server.Access;

/// <summary>What somebody is to the service.</summary>
public enum Role
{
    /// <summary>Whoever owns the machine that the server runs on, by the token in its home.</summary>
    Local,

    /// <summary>音像资料管理员: keeps the register, places holds, exports, proposes disposal.</summary>
    Custodian,

    /// <summary>负责人: releases holds, confirms disposal.</summary>
    Head,

    /// <summary>执法监督: reads the register, draws samples of case files and gives them points.</summary>
    Supervisor,

    /// <summary>安全审计员: reads what happened to the service.</summary>
    Auditor,

    /// <summary>安全管理员: accounts, roles and tokens, and which addresses are told events.</summary>
    SecurityAdministrator,

    /// <summary>系统管理员: docks, the vault, the service itself; sees no recordings.</summary>
    SystemAdministrator,

    /// <summary>执法人员: sees that their own recordings exist.</summary>
    Officer,

    /// <summary>办案系统: a program that keeps cases and fetches links.</summary>
    CaseSystem,
}

/// <summary>What a role is about, as rules of granting need it.</summary>
internal static class RoleRules
{
    /// <summary>三员: one person is at most one of them.</summary>
    public static bool IsAdministrator(this Role role) => role is Role.SystemAdministrator or Role.SecurityAdministrator or Role.Auditor;

    /// <summary>Whether a second person has to confirm the grant: also of those who could be that second person.</summary>
    public static bool NeedsSecondPerson(this Role role) => role is Role.Custodian or Role.Head or Role.SecurityAdministrator;

    /// <summary>Whether it lets see state secrets of the very unit that it is held in.</summary>
    public static bool SeesSecrets(this Role role) => role is Role.Custodian or Role.Head;

    /// <summary>What people hold; the others belong to a machine or a program.</summary>
    public static bool IsForPeople(this Role role) => role is not (Role.Local or Role.CaseSystem);
}

/// <summary>What a caller may do. Each endpoint demands one of these.</summary>
internal static class Scopes
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Link = "link";
    public const string Cases = "cases";
    public const string Hold = "hold";
    public const string ReleaseHold = "hold.release";
    public const string Retention = "retention";
    public const string ProposeDisposal = "disposal.propose";
    public const string ConfirmDisposal = "disposal.confirm";
    public const string EnterAccess = "access.enter";
    public const string DecideAccess = "access.decide";
    public const string Review = "review";
    public const string Audit = "audit";
    public const string Tokens = "tokens";
    public const string Accounts = "accounts";
    public const string System = "system";
    public const string Webhooks = "webhooks";

    /// <summary>What the caller is reminded of.</summary>
    public const string Reminders = "reminders";

    /// <summary>Yearly figures that are to be published.</summary>
    public const string Yearly = "yearly";

    /// <summary>Recordings of the caller's own.</summary>
    public const string Own = "own";

    /// <summary>The caller's own account.</summary>
    public const string Self = "self";

    /// <summary>Nobody has all: what the machine's owner proposes for disposal somebody else confirms.</summary>
    public static IReadOnlyList<string> Of(Role role) => role switch
    {
        Role.Local => [Read, Write, Link, Cases, Hold, Retention, ProposeDisposal, EnterAccess, Audit, Tokens, Accounts, System, Webhooks, Reminders, Yearly],
        Role.Custodian => [Read, Write, Link, Cases, Hold, ReleaseHold, Retention, ProposeDisposal, EnterAccess, Reminders, Yearly],
        Role.Head => [Read, Link, Hold, ReleaseHold, Retention, ConfirmDisposal, DecideAccess, Reminders, Yearly],
        Role.Supervisor => [Read, Review, Reminders],
        Role.Auditor => [Audit],
        Role.SecurityAdministrator => [Tokens, Accounts, Webhooks],
        Role.SystemAdministrator => [System],
        Role.Officer => [Own, Reminders],
        Role.CaseSystem => [Read, Link, Cases],
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
