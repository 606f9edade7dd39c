using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People.Ldap;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>Makes accounts and changes them, for security administrators within their units. Accounts are disabled, never removed.</summary>
internal sealed class Accounts(EvidenceCatalogue catalogue, AccountRules rules, AgencyDirectory directory, TimeProvider time)
{
    private const string FirstUserName = "admin";

    public Task<IReadOnlyList<AccountView>> ListAsync(Reach reach, CancellationToken ct) => ListAsync(reach, null, ct);

    private async Task<IReadOnlyList<AccountView>> ListAsync(Reach reach, string? userName, CancellationToken ct)
    {
        var normalized = new UpperInvariantLookupNormalizer().NormalizeName(userName);
        var accounts = await catalogue.ReadAsync(
            db => reach.Of(db.Accounts).Where(a => normalized == null || a.NormalizedUserName == normalized).OrderBy(a => a.NormalizedUserName).ToListAsync(ct), ct);
        var ids = accounts.ConvertAll(a => a.Id);
        var grants = await catalogue.ReadAsync(db => db.RoleGrants.Where(g => g.RevokedAt == null && ids.Contains(g.AccountId)).ToListAsync(ct), ct);
        return accounts.ConvertAll(a => View(a, grants));
    }

    public Task<AccountView> FindAsync(string userName, Reach reach, CancellationToken ct) =>
        catalogue.ReadAsync(async db => await ViewAsync(db, await SingleAsync(db, userName, reach, ct), ct), ct);

    /// <returns>Null when there is none within reach.</returns>
    public async Task<AccountView?> TryFindAsync(string userName, Reach reach, CancellationToken ct)
    {
        Texts.Demand(userName, "userName", 32);
        return (await ListAsync(reach, userName, ct)).SingleOrDefault();
    }

    public async Task<OneTimePassword> AddAsync(AccountRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.UserName, "userName", 32);
        Texts.Demand(request.Name, "name", 50);
        Texts.Allow(request.OfficerNumber, "officerNumber", 64);
        if (request.Directory)
            DemandDirectory();
        var (password, id, now) = (Secret.NewCode(), Guid.CreateVersion7(time.GetUtcNow()), time.GetUtcNow());
        return await catalogue.WriteAsync(
            async db =>
            {
                if (await db.Accounts.SingleOrDefaultAsync(a => a.Id == id, ct) is { } made)
                    return Answer(await ViewAsync(db, made, ct), password, made.OneTimeUntil);
                await Units.DemandAsync(db, request.Unit, "unit", by.Reach, ct);
                var account = await MakeAsync(db, id, request, password, by.Name, now);
                await db.AppendToServiceAsync(
                    new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.AccountMade, $"{account.Called}, unit {account.UnitId}, officer number {account.OfficerNumber ?? "none"}{(account.Directory ? ", with the directory's password" : "")}"), ct);
                return Answer(await ViewAsync(db, account, ct), password, account.OneTimeUntil);
            },
            ct);
    }

    /// <summary>Who gives the others their roles. Idempotent: there is one as soon as there is any account.</summary>
    /// <returns>The one-time password; null when there are accounts already.</returns>
    public Task<string?> EnsureFirstAsync(string by, CancellationToken ct)
    {
        var (password, id, now) = (Secret.NewCode(), Guid.CreateVersion7(time.GetUtcNow()), time.GetUtcNow());
        return catalogue.WriteAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"lock table accounts in share row exclusive mode", ct);
                if (await db.Accounts.AnyAsync(ct))
                    return await db.Accounts.AnyAsync(a => a.Id == id, ct) ? password : null;
                var first = await MakeAsync(db, id, new AccountRequest(FirstUserName, "安全管理员", Unit.Root, null), password, by, now);
                await db.GrantAsync(first, new GrantRequest(Role.SecurityAdministrator, Unit.Root, "首次启动 / first start"), by, isOwner: true, now, ct);
                await db.AppendToServiceAsync(
                    new NewEvent(now, Actors.Operator(by), CustodyEventKind.AccountMade, $"{first.Called}, the first, {Role.SecurityAdministrator} of {Unit.Root}"), ct);
                return password;
            },
            ct);
    }

    public Task<AccountView> ChangeAsync(string userName, AccountChange change, Caller by, CancellationToken ct)
    {
        Texts.Demand(change.Why, "why", 500);
        Texts.Allow(change.OfficerNumber, "officerNumber", 64);
        return WithAsync(userName, by, (db, account) => ChangeAsync(db, account, change, by, ct), ct);
    }

    /// <summary>For an owner who forgot it. All sessions end, the lock-out too; roles of two people wait for the second one's word again.</summary>
    public async Task<OneTimePassword> ResetPasswordAsync(string userName, Caller by, CancellationToken ct)
    {
        var password = Secret.NewCode();
        var until = time.GetUtcNow() + rules.OneTime;
        var account = await WithAsync(
            userName, by,
            async (db, account) =>
            {
                if (account.Directory)
                    throw HasDirectorysPassword();
                account.PasswordHash = rules.Hasher.HashPassword(account, password);
                (account.OneTimeUntil, account.LockoutEnd, account.AccessFailedCount) = (until, null, 0);
                await TellAsync(db, account, CustodyEventKind.PasswordChanged, "reset to a one-time password; all sessions end", by.Name, ct);
                await db.GiveAnewAsync(account, by, time.GetUtcNow(), ct);
            },
            ct);
        return new OneTimePassword(account, password, until);
    }

    /// <summary>Whether the directory's password lets the account in. All sessions end; what is set already stays as it is.</summary>
    /// <returns>With a one-time password for an account whose password is kept here from now on.</returns>
    public async Task<OneTimePassword> SetDirectoryAsync(string userName, DirectoryChange change, Caller by, CancellationToken ct)
    {
        Texts.Demand(change.Why, "why", 500);
        var (password, until, isShown) = (Secret.NewCode(), time.GetUtcNow() + rules.OneTime, false);
        var account = await WithAsync(
            userName, by,
            async (db, account) =>
            {
                if (account.Directory != change.Directory)
                    await SetDirectoryAsync(db, account, change, password, until, by, ct);
                // Also when the answer to the first commit was lost and this is the second run.
                isShown = account.PasswordHash is { } hash && rules.Hasher.VerifyHashedPassword(account, hash, password) != PasswordVerificationResult.Failed;
            },
            ct);
        return Answer(account, password, isShown ? until : null);
    }

    public static RequestRefusedException HasDirectorysPassword() => RequestRefusedException.Conflict(
        "该账号使用目录（LDAP）密码：请在目录中修改或重置；要改用本系统密码，请安全管理员先取消目录登录（people directory off）"
        + " / the account has the directory's password: change or reset it there, or have a security administrator give it one of this service's own first");

    /// <summary>For an owner who lost it. All sessions end.</summary>
    public Task<AccountView> DropSecondFactorAsync(string userName, GrantWord word, Caller by, CancellationToken ct)
    {
        Texts.Demand(word.Why, "why", 500);
        return WithAsync(
            userName, by,
            async (db, account) =>
            {
                if (!account.TwoFactorEnabled)
                    return;
                account.TwoFactorEnabled = false;
                await db.UserTokens.Where(t => t.UserId == account.Id).ExecuteDeleteAsync(ct);
                await TellAsync(db, account, CustodyEventKind.SecondFactorChanged, $"taken away: {word.Why}; all sessions end", by.Name, ct);
            },
            ct);
    }

    /// <exception cref="RequestRefusedException">There is none, or it is out of reach.</exception>
    public static async Task<Account> SingleAsync(CatalogueDb db, string userName, Reach reach, CancellationToken ct)
    {
        var normalized = new UpperInvariantLookupNormalizer().NormalizeName(userName);
        return await reach.Of(db.Accounts).SingleOrDefaultAsync(a => a.NormalizedUserName == normalized, ct) ?? throw RequestRefusedException.NotFound($"没有账号 {userName}，或者不在您的职责范围内 / there is no account {userName}");
    }

    public static AccountView View(Account a, IEnumerable<RoleGrant> grants) => new(
        a.UserName!, a.Name, a.UnitId, a.OfficerNumber, a.Directory, a.TwoFactorEnabled, a.OneTimeUntil is not null, a.LockoutEnd, a.DisabledAt,
        [.. grants.Where(g => g.AccountId == a.Id).OrderBy(g => g.GrantedAt).Select(g => g.View())]);

    public static void Demand(IdentityResult done, string field)
    {
        if (!done.Succeeded)
            throw RequestRefusedException.Invalid(field, string.Join("；", done.Errors.Select(e => e.Description)));
    }

    private static OneTimePassword Answer(AccountView account, string password, DateTimeOffset? until) => new(account, until is null ? null : password, until);

    private void DemandDirectory()
    {
        if (!directory.IsConfigured)
            throw RequestRefusedException.Conflict("本系统尚未配置目录（LDAP），账号未改动：请系统管理员先设置 Server:Directory，见 docs/people.md / no directory is set up here, nothing was changed: set Server:Directory first");
    }

    private static async Task<AccountView> ViewAsync(CatalogueDb db, Account account, CancellationToken ct) =>
        View(account, await db.RoleGrants.AsNoTracking().Where(g => g.AccountId == account.Id && g.RevokedAt == null).ToListAsync(ct));

    private async Task<Account> MakeAsync(CatalogueDb db, Guid id, AccountRequest request, string password, string by, DateTimeOffset now)
    {
        using var people = rules.Over(db);
        var account = new Account
        {
            Id = id, UserName = request.UserName, Name = request.Name, UnitId = request.Unit, OfficerNumber = request.OfficerNumber,
            Directory = request.Directory, OneTimeUntil = request.Directory ? null : now + rules.OneTime, CreatedAt = now, CreatedBy = by,
        };
        account.PasswordHash = request.Directory ? null : rules.Hasher.HashPassword(account, password);
        Demand(await people.CreateAsync(account), "userName");
        return account;
    }

    private Task<AccountView> WithAsync(string userName, Caller by, Func<CatalogueDb, Account, Task> change, CancellationToken ct)
    {
        Texts.Demand(userName, "userName", 32);
        return catalogue.WriteAsync(
            async db =>
            {
                var account = await SingleAsync(db, userName, by.Reach, ct);
                if (account.Id == by.Account?.Id)
                    throw RequestRefusedException.Conflict("不能这样变更自己的账号，请另一名安全管理员办理 / nobody changes their own account this way: ask another security administrator");
                // Whoever sets a password can log in with it: an account is worth what its roles reach, not where its owner works.
                var held = await db.RoleGrants.Where(g => g.AccountId == account.Id && g.RevokedAt == null).Select(g => g.UnitId).ToListAsync(ct);
                if (held.Find(unit => !by.Reach.Covers(unit)) is not null)
                    throw RequestRefusedException.Conflict($"{account.Called} 的岗位超出您的职责范围，请上级单位的安全管理员办理 / {account.Called} holds roles beyond your units: ask a security administrator of the unit above");
                await change(db, account);
                return await ViewAsync(db, account, ct);
            },
            ct);
    }

    private async Task ChangeAsync(CatalogueDb db, Account account, AccountChange change, Caller by, CancellationToken ct)
    {
        var changes = new List<string>();
        if (change.Unit is { } unit && unit != account.UnitId)
        {
            await Units.DemandAsync(db, unit, "unit", by.Reach, ct);
            changes.Add($"unit: from {account.UnitId} to {unit}");
            account.UnitId = unit;
        }

        if (change.OfficerNumber is { } number && number != (account.OfficerNumber ?? ""))
        {
            changes.Add($"officer number: from {account.OfficerNumber ?? "none"} to {(number.Length == 0 ? "none" : number)}");
            account.OfficerNumber = number.Length == 0 ? null : number;
        }

        if (change.Disabled is { } disabled && disabled != account.DisabledAt is not null)
        {
            changes.Add(disabled ? "disabled, all sessions end" : "in use again");
            account.DisabledAt = disabled ? time.GetUtcNow() : null;
        }

        if (changes.Count > 0)
            await TellAsync(db, account, CustodyEventKind.AccountChanged, $"{string.Join("; ", changes)}; reason: {change.Why}", by.Name, ct);
    }

    private async Task SetDirectoryAsync(CatalogueDb db, Account account, DirectoryChange change, string password, DateTimeOffset until, Caller by, CancellationToken ct)
    {
        if (change.Directory)
            DemandDirectory();
        account.Directory = change.Directory;
        account.PasswordHash = change.Directory ? null : rules.Hasher.HashPassword(account, password);
        account.OneTimeUntil = change.Directory ? null : until;
        var what = change.Directory ? "its password is the directory's from now on" : "no longer the directory's password, a one-time password instead";
        await TellAsync(db, account, CustodyEventKind.AccountChanged, $"{what}; all sessions end; reason: {change.Why}", by.Name, ct);
        if (!change.Directory)
            await db.GiveAnewAsync(account, by, time.GetUtcNow(), ct);
    }

    /// <summary>Whoever logged in with what was true before logs in again.</summary>
    private async Task TellAsync(CatalogueDb db, Account account, CustodyEventKind kind, string what, string by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await Sessions.EndAllAsync(db.Sessions.Where(s => s.AccountId == account.Id), by, now, ct);
        await db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by), kind, $"{account.Called}: {what}"), ct);
    }
}
