using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>Whom the settings let work only with a second factor.</summary>
internal sealed class SecondFactorDuty(ServerOptions server)
{
    /// <summary>Whether the account has to set one up before anything else.</summary>
    public async Task<bool> IsOwedAsync(CatalogueDb db, Account account, CancellationToken ct) =>
        !account.TwoFactorEnabled && server.SecondFactorRoles.Count > 0
        && await db.RoleGrants.InForce().AnyAsync(g => g.AccountId == account.Id && server.SecondFactorRoles.Contains(g.Role), ct);

    public static RequestRefusedException Owed() => new(
        StatusCodes.Status403Forbidden,
        "您的角色须启用双因素认证，设置前不能使用其他功能：请在网页的“本人账号”中设置，或用 evidence-ingest login 登录并按提示设置"
        + " / your role demands a second factor: set it up first: on the page of your own account, by evidence-ingest login, or by POST and PUT /api/v1/me/authenticator")
    {
        Extensions = { ["setUpSecondFactor"] = true },
    };
}
