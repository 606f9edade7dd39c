using EvidenceIngest.Server;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;

namespace EvidenceIngest.Web.Personal;

/// <summary>What somebody has to do about their own account before the API answers them anything else.</summary>
internal static class Duty
{
    public const string Password = "password";
    public const string SecondFactor = "second-factor";

    /// <returns>Null when nothing is owed.</returns>
    public static string? Of(AccountView account, IReadOnlyList<Role> roles, ServerOptions server) =>
        account.OneTimePassword ? Password
        : !account.SecondFactor && roles.Any(server.SecondFactorRoles.Contains) ? SecondFactor
        : null;

    public static string Address(string duty) => "/account?must=" + duty;
}
