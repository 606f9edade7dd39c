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

    /// <summary>执法监督: reads the register.</summary>
    Supervisor,

    /// <summary>安全审计员: reads what happened to the service.</summary>
    Auditor,

    /// <summary>安全管理员: issues and revokes tokens, and decides which addresses are told events.</summary>
    SecurityAdministrator,
}

/// <summary>What a token may do. Each endpoint demands one of these.</summary>
internal static class Scopes
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Hold = "hold";
    public const string ReleaseHold = "hold.release";
    public const string Retention = "retention";
    public const string ProposeDisposal = "disposal.propose";
    public const string ConfirmDisposal = "disposal.confirm";
    public const string Audit = "audit";
    public const string Tokens = "tokens";
    public const string Webhooks = "webhooks";

    /// <summary>Nobody has all: what the machine's owner proposes for disposal somebody else confirms.</summary>
    public static IReadOnlyList<string> Of(Role role) => role switch
    {
        Role.Local => [Read, Write, Hold, Retention, ProposeDisposal, Audit, Tokens, Webhooks],
        Role.Custodian => [Read, Write, Hold, ReleaseHold, Retention, ProposeDisposal],
        Role.Head => [Read, Hold, ReleaseHold, Retention, ConfirmDisposal],
        Role.Supervisor => [Read],
        Role.Auditor => [Audit],
        Role.SecurityAdministrator => [Tokens, Webhooks],
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
