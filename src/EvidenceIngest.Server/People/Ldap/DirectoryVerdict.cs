using System.Text.RegularExpressions;

namespace EvidenceIngest.Server.People.Ldap;

/// <summary>What the answer to a bind says about the password and its owner.</summary>
internal static partial class DirectoryVerdict
{
    /// <exception cref="DirectoryTroubleException">It says nothing about either.</exception>
    public static PasswordAnswer Of(LdapAnswer answer, string address) => answer.Code switch
    {
        LdapCode.Success => PasswordAnswer.Right,
        LdapCode.InvalidCredentials => ActiveDirectory(answer.Diagnostic),
        // Some directories tell a name that they don't have, or that has no password.
        LdapCode.NoSuchObject or LdapCode.InappropriateAuthentication => PasswordAnswer.Wrong,
        // 389 Directory Server: inactivated, and too many failures.
        LdapCode.UnwillingToPerform or LdapCode.ConstraintViolation => PasswordAnswer.Refused("目录服务器拒绝该账号登录", "the directory refuses this account"),
        LdapCode.ConfidentialityRequired or LdapCode.StrongerAuthRequired => throw new DirectoryTroubleException($"{address} takes no password this way: {LdapSession.Describe(answer)}"),
        LdapCode.InvalidDnSyntax => throw new DirectoryTroubleException($"{address} takes the name for none (Server:Directory:UserTemplate): {LdapSession.Describe(answer)}"),
        _ => throw new DirectoryTroubleException($"{address} does not check passwords: {LdapSession.Describe(answer)}"),
    };

    /// <summary>
    /// <c>80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 532, v4563</c>; the numbers are those of
    /// Windows' log-on errors in hexadecimal. All but 775 come with the right password only.
    /// </summary>
    private static PasswordAnswer ActiveDirectory(string diagnostic) => SubCode().Match(diagnostic).Groups[1].Value.ToUpperInvariant() switch
    {
        "530" => PasswordAnswer.Refused("目录规定该账号此时段不得登录", "the directory lets this account in at other hours only"),
        "531" => PasswordAnswer.Refused("目录规定该账号不得从本服务登录", "the directory does not let this account in from here"),
        "532" => PasswordAnswer.Refused("目录密码已过期，请先在办公电脑上修改密码", "the directory's password has expired: change it on an office computer first"),
        "533" => PasswordAnswer.Refused("该账号在目录中已停用", "the account is disabled in the directory"),
        "701" => PasswordAnswer.Refused("该账号在目录中已到期", "the account has expired in the directory"),
        "773" => PasswordAnswer.Refused("目录要求先修改密码，请在办公电脑上修改后再登录", "the directory wants the password changed: do that on an office computer first"),
        "775" => PasswordAnswer.Refused("该账号在目录中已锁定", "the account is locked in the directory"),
        _ => PasswordAnswer.Wrong,
    };

    [GeneratedRegex(@"\bdata ([0-9A-Fa-f]{3,4})\b")]
    private static partial Regex SubCode();
}
