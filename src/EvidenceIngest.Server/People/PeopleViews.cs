using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.People;

/// <param name="UserName">As the account was made.</param>
/// <param name="Password">Its owner's.</param>
/// <param name="Code">Six digits of the second factor, where the account has one.</param>
public sealed record LogInRequest(string UserName, string Password, string? Code);

/// <param name="Token">For <c>Authorization: Bearer</c>; shown once.</param>
/// <param name="Name">As custody events name its owner.</param>
/// <param name="ExpiresAt">UTC; it ends earlier after 30 minutes without a request.</param>
/// <param name="ChangePassword">True: nothing else is possible before the password is changed.</param>
/// <param name="SetUpSecondFactor">True: the account's roles demand a second factor, and nothing else is possible before it is set up.</param>
public sealed record LogInAnswer(string Token, string Name, DateTimeOffset ExpiresAt, bool ChangePassword, bool SetUpSecondFactor);

/// <param name="Session">For ending it.</param>
/// <param name="Address">Where it was opened from.</param>
/// <param name="Agent">What the browser or program calls itself.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="LastSeenAt">UTC, to the minute.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="IsThis">The one that asks.</param>
public sealed record SessionView(Guid Session, string Address, string Agent, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, bool IsThis);

/// <param name="Old">The password in force.</param>
/// <param name="New">Another.</param>
public sealed record PasswordChange(string Old, string New);

/// <param name="Password">The account's, once more.</param>
public sealed record AuthenticatorRequest(string Password);

/// <param name="Key">Base32, for typing in.</param>
/// <param name="Uri"><c>otpauth://</c>, for a QR code.</param>
public sealed record AuthenticatorKey(string Key, string Uri);

/// <param name="Code">Six digits that the authenticator shows.</param>
public sealed record AuthenticatorProof(string Code);

/// <param name="UserName">Lower-case letters, digits, dots, hyphens, underscores.</param>
/// <param name="Name">姓名; never changes.</param>
/// <param name="Unit">Where the person works.</param>
/// <param name="OfficerNumber">Of officers: ties their recordings to them.</param>
/// <param name="Directory">True: the agency's directory knows its password, and none is made here.</param>
public sealed record AccountRequest(string UserName, string Name, string Unit, string? OfficerNumber, bool Directory = false);

/// <param name="Account">What was made or changed.</param>
/// <param name="Password">One-time, shown once; null when the account has the directory's password, or kept its own.</param>
/// <param name="Until">When it ends, UTC.</param>
public sealed record OneTimePassword(AccountView Account, string? Password, DateTimeOffset? Until);

/// <param name="Directory">Whether the directory's password lets the account in.</param>
/// <param name="Why">Enters the service's chain.</param>
public sealed record DirectoryChange(bool Directory, string Why);

/// <param name="Unit">Null: stays.</param>
/// <param name="OfficerNumber">Null: stays; empty: none.</param>
/// <param name="Disabled">Null: stays. True ends all sessions at once.</param>
/// <param name="Why">Enters the service's chain.</param>
public sealed record AccountChange(string? Unit, string? OfficerNumber, bool? Disabled, string Why);

/// <param name="UserName">For logging in.</param>
/// <param name="Name">姓名.</param>
/// <param name="Unit">Where the person works.</param>
/// <param name="OfficerNumber">Of officers.</param>
/// <param name="Directory">Whether its password is the directory's.</param>
/// <param name="SecondFactor">Whether a code is asked for.</param>
/// <param name="OneTimePassword">Whether the first log-in with a new password is still to come.</param>
/// <param name="LockedUntil">UTC; null when not locked out.</param>
/// <param name="DisabledAt">UTC; null while in use.</param>
/// <param name="Roles">In force and waiting for confirmation.</param>
public sealed record AccountView(
    string UserName, string Name, string Unit, string? OfficerNumber, bool Directory, bool SecondFactor, bool OneTimePassword, DateTimeOffset? LockedUntil,
    DateTimeOffset? DisabledAt, IReadOnlyList<GrantView> Roles);

/// <param name="Role">What they may do.</param>
/// <param name="Unit">In this unit and all below.</param>
/// <param name="Why">Enters the service's chain.</param>
public sealed record GrantRequest(Role Role, string Unit, string Why);

/// <param name="Why">Enters the service's chain.</param>
public sealed record GrantWord(string Why);

/// <param name="Grant">For confirming and revoking it.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Unit">In this unit and all below.</param>
/// <param name="InForce">False while a second person has to confirm it.</param>
/// <param name="GrantedBy">Who gave it.</param>
/// <param name="GrantedAt">UTC.</param>
/// <param name="ConfirmedBy">The second person, where one is needed.</param>
public sealed record GrantView(Guid Grant, Role Role, string Unit, bool InForce, string GrantedBy, DateTimeOffset GrantedAt, string? ConfirmedBy);

/// <param name="Name">As on its door.</param>
/// <param name="Kind">District, Agency or Team.</param>
/// <param name="Parent">The unit above; null for root alone.</param>
public sealed record UnitRequest(string Name, UnitKind Kind, string? Parent);

/// <param name="Id">Short and lasting.</param>
/// <param name="Name">As on its door.</param>
/// <param name="Kind">District, Agency or Team.</param>
/// <param name="Parent">The unit above; null for the root.</param>
/// <param name="Path">Ids of all above and its own, each between slashes.</param>
public sealed record UnitView(string Id, string Name, UnitKind Kind, string? Parent, string Path);
