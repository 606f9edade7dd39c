using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>What people change about their own account. A stolen session alone changes nothing: each step wants the password or a code.</summary>
internal sealed class OwnAccount(EvidenceCatalogue catalogue, AccountRules rules, LogIn logIn, PasswordProof proof, TimeProvider time)
{
    /// <summary>All other sessions end.</summary>
    public Task ChangePasswordAsync(Caller self, PasswordChange change, CancellationToken ct)
    {
        Texts.Demand(change.Old, "old", AccountRules.LongestPassword);
        Texts.Demand(change.New, "new", AccountRules.LongestPassword);
        if (self.Self.Directory)
            throw Accounts.HasDirectorysPassword();
        if (change.New == change.Old)
            throw RequestRefusedException.Invalid("new", "新密码不能与原密码相同 / is the old one");
        return WithAsync(
            self, change.Old,
            async (db, people, account) =>
            {
                Accounts.Demand(await people.ChangePasswordAsync(account, change.Old, change.New), "new");
                account.OneTimeUntil = null;
                await EndOthersAsync(db, self, ct);
                await TellAsync(db, self, CustodyEventKind.PasswordChanged, "by its owner; all other sessions end", ct);
            },
            ct);
    }

    /// <summary>A new key for an authenticator; nothing changes before a code of it was shown.</summary>
    public async Task<AuthenticatorKey> NewKeyAsync(Caller self, AuthenticatorRequest request, CancellationToken ct)
    {
        Texts.Demand(request.Password, "password", AccountRules.LongestPassword);
        var key = "";
        await WithAsync(
            self, request.Password,
            async (_, people, account) =>
            {
                if (account.TwoFactorEnabled)
                    throw RequestRefusedException.Conflict("该账号已启用双因素认证，更换前请安全管理员先解除 / the account has a second factor: a security administrator takes it away first");
                await people.ResetAuthenticatorKeyAsync(account);
                key = (await people.GetAuthenticatorKeyAsync(account))!;
            },
            ct);
        const string Issuer = "EvidenceIngest";
        return new AuthenticatorKey(key, string.Create(
            CultureInfo.InvariantCulture, $"otpauth://totp/{Issuer}:{Uri.EscapeDataString(self.Self.UserName!)}?secret={key}&issuer={Issuer}&digits=6"));
    }

    public async Task ConfirmKeyAsync(Caller self, AuthenticatorProof proof, CancellationToken ct)
    {
        Texts.Demand(proof.Code, "code", 16);
        var taken = await catalogue.WriteAsync(
            async db =>
            {
                using var people = rules.Over(db);
                var account = await LockAsync(db, self, ct);
                if (account.TwoFactorEnabled)
                    return true;
                if (await people.IsLockedOutAsync(account))
                    return false;
                if (!await logIn.TakeCodeAsync(people, account, proof.Code))
                {
                    await people.AccessFailedAsync(account);
                    return false;
                }

                account.TwoFactorEnabled = true;
                await EndOthersAsync(db, self, ct);
                await TellAsync(db, self, CustodyEventKind.SecondFactorChanged, "set up by its owner; all other sessions end", ct);
                return true;
            },
            ct);
        if (!taken)
            throw RequestRefusedException.Invalid("code", "验证码不正确 / is not the one that the authenticator shows now");
    }

    private Task<int> EndOthersAsync(CatalogueDb db, Caller self, CancellationToken ct) => Sessions.EndAllAsync(
        db.Sessions.Where(s => s.AccountId == self.Self.Id && s.Id != self.SessionId), self.Name, time.GetUtcNow(), ct);

    private static async Task<Account> LockAsync(CatalogueDb db, Caller self, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from accounts where id = {self.Self.Id} for update", ct);
        return await db.Accounts.SingleAsync(a => a.Id == self.Self.Id, ct);
    }

    private async Task WithAsync(Caller self, string password, Func<CatalogueDb, UserManager<Account>, Account, Task> change, CancellationToken ct)
    {
        var said = await proof.AskAsync(self.Self, password, ct);
        var answer = await catalogue.WriteAsync(
            async db =>
            {
                using var people = rules.Over(db);
                var account = await LockAsync(db, self, ct);
                if (await people.IsLockedOutAsync(account))
                    return PasswordAnswer.Wrong;
                var answer = await PasswordProof.CheckAsync(people, account, password, said);
                if (answer.Kind == PasswordKind.Right)
                    await change(db, people, account);
                else if (answer.Kind == PasswordKind.Wrong)
                    // Guessing here counts as it does at the log-in.
                    await people.AccessFailedAsync(account);
                return answer;
            },
            ct);
        if (answer.Kind == PasswordKind.Unknown)
            throw PasswordProof.DirectoryAway();
        if (answer.Kind != PasswordKind.Right)
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, answer.Words ?? "密码不正确，或账号已锁定 / the password is not right, or the account is locked");
    }

    private Task TellAsync(CatalogueDb db, Caller self, CustodyEventKind kind, string what, CancellationToken ct) =>
        db.AppendToServiceAsync(new NewEvent(time.GetUtcNow(), Actors.Operator(self.Name), kind, $"{self.Name}: {what}"), ct);
}
