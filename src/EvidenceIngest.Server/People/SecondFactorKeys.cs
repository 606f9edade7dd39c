using System.Security.Cryptography;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.People;

/// <summary>
/// Keys of second factors are encrypted in the database, each for its account alone, by a key ring that lies in a folder of the server
/// (ASP.NET Core Data Protection): a copy of the database opens nothing.
/// </summary>
internal sealed class SecondFactorKeys(IDataProtectionProvider protection, ILogger<SecondFactorKeys> log)
{
    // No authenticator's key begins so: they are capitals and digits.
    private const string Prefix = "dp:";

    public static bool IsProtected(string kept) => kept.StartsWith(Prefix, StringComparison.Ordinal);

    public string Protect(Guid account, string key) => Prefix + Of(account).Protect(key);

    /// <summary>One that an earlier version kept as it is stays so until <see cref="SecondFactorKeeping"/> comes to it.</summary>
    /// <returns>Null when no key of the ring opens it.</returns>
    public string? TryOpen(Guid account, string kept)
    {
        if (!IsProtected(kept))
            return kept;
        try
        {
            return Of(account).Unprotect(kept[Prefix.Length..]);
        }
        catch (CryptographicException e)
        {
            log.SecondFactorUnreadable(account, e.Message);
            return null;
        }
    }

    private IDataProtector Of(Guid account) => protection.CreateProtector("EvidenceIngest.SecondFactor", account.ToString());
}

/// <summary>Identity's store, but for the keys of authenticators.</summary>
internal sealed class AccountStore(CatalogueDb db, SecondFactorKeys keys) : UserOnlyStore<Account, CatalogueDb, Guid>(db)
{
    public override Task SetAuthenticatorKeyAsync(Account user, string key, CancellationToken cancellationToken) =>
        base.SetAuthenticatorKeyAsync(user, keys.Protect(user.Id, key), cancellationToken);

    /// <exception cref="RequestRefusedException">The key ring that it was encrypted with is lost.</exception>
    public override async Task<string?> GetAuthenticatorKeyAsync(Account user, CancellationToken cancellationToken)
    {
        if (await base.GetAuthenticatorKeyAsync(user, cancellationToken) is not { } kept)
            return null;
        return keys.TryOpen(user.Id, kept) ?? throw new RequestRefusedException(
            StatusCodes.Status503ServiceUnavailable,
            "未登录：服务器无法读取该账号的双因素密钥（密钥文件丢失或不是原来的），密码未改动。请系统管理员恢复备份中的 secrets/key-ring；无法恢复的，请安全管理员解除双因素认证（people drop-authenticator）后重新设置"
            + " / not let in: this server can't read the key of the account's second factor, for its key ring is lost or another one. Restore secrets/key-ring from the backup, or have a security administrator take the factor away");
    }
}
