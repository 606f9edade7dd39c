using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People.Ldap;
using Microsoft.AspNetCore.Identity;

namespace EvidenceIngest.Server.People;

/// <summary>What is known about a password that somebody typed.</summary>
/// <param name="Kind">Whether it is right.</param>
/// <param name="Words">Why its owner is refused all the same.</param>
internal sealed record PasswordAnswer(PasswordKind Kind, string? Words = null)
{
    public static PasswordAnswer Right { get; } = new(PasswordKind.Right);

    public static PasswordAnswer Wrong { get; } = new(PasswordKind.Wrong);

    public static PasswordAnswer Unknown { get; } = new(PasswordKind.Unknown);

    public static PasswordAnswer Refused(string chinese, string english) => new(PasswordKind.Refused, $"{chinese} / {english}");
}

internal enum PasswordKind
{
    Right,
    Wrong,

    /// <summary>The directory doesn't let its owner in; nothing is guessed by that.</summary>
    Refused,

    /// <summary>The directory could not be asked.</summary>
    Unknown,
}

/// <summary>Whether a password is its account's. A directory is asked before any transaction begins: it may take seconds to answer.</summary>
internal sealed class PasswordProof(AgencyDirectory directory, TimeProvider time)
{
    /// <returns>Null when there is nothing to ask: nobody has that name, the password is kept here, or the account is locked.</returns>
    public async Task<PasswordAnswer?> AskAsync(Account? account, string password, CancellationToken ct) =>
        account is { Directory: true } && !(account.LockoutEnd > time.GetUtcNow()) ? await directory.AskAsync(account.UserName!, password, ct) : null;

    /// <param name="people">Of the transaction.</param>
    /// <param name="account">As it is now.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="said">By the directory, before the transaction.</param>
    public static async Task<PasswordAnswer> CheckAsync(UserManager<Account> people, Account account, string password, PasswordAnswer? said)
    {
        if (account.Directory)
            return said ?? PasswordAnswer.Unknown;
        return await people.CheckPasswordAsync(account, password) ? PasswordAnswer.Right : PasswordAnswer.Wrong;
    }

    /// <summary>Also for names that nobody has, and wrong passwords of accounts of the service's own: the answer tells nothing about the name.</summary>
    public static RequestRefusedException DirectoryAway() => RequestRefusedException.Unavailable(
        "未登录：统一目录暂时无法核对密码。使用目录密码的，本次不计入失败次数，请稍后再试，持续如此请联系系统管理员；使用本系统密码的，请核对账号和密码"
        + " / not let in: the directory can't check passwords at the moment. With a password of the directory try again later, this one is not counted as a failure; with one of this service's own check account and password",
        TimeSpan.FromSeconds(30));
}
