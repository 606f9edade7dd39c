using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Status;

/// <summary>How far an installation is from empty to its first sealed recording. Numbers alone: each who takes part sees the others' steps and nothing else of them.</summary>
/// <param name="SystemAdministrators">Accounts in use that hold the role.</param>
/// <param name="Custodians">Accounts in use that hold the role, in force.</param>
/// <param name="CustodiansUnconfirmed">Custodians that a second person has to confirm.</param>
/// <param name="Docks">That were enrolled.</param>
/// <param name="RecordersAssigned">That somebody carries.</param>
/// <param name="Items">That arrived, in whatever state.</param>
/// <param name="Sealed">Of these, in the vault.</param>
public sealed record Beginning(int SystemAdministrators, int Custodians, int CustodiansUnconfirmed, int Docks, int RecordersAssigned, int Items, int Sealed)
{
    internal static async Task<Beginning> OfAsync(CatalogueDb db, CancellationToken ct)
    {
        var used = db.RoleGrants.Where(g => g.RevokedAt == null && db.Accounts.Any(a => a.Id == g.AccountId && a.DisabledAt == null));
        return new Beginning(
            await used.InForce().Where(g => g.Role == Role.SystemAdministrator).Select(g => g.AccountId).Distinct().CountAsync(ct),
            await used.InForce().Where(g => g.Role == Role.Custodian).Select(g => g.AccountId).Distinct().CountAsync(ct),
            await used.Where(g => g.Role == Role.Custodian && g.ConfirmedAt == null).CountAsync(ct),
            await db.Docks.CountAsync(ct),
            await db.RecorderAssignments.Where(a => a.ToAt == null).Select(a => a.RecorderId).Distinct().CountAsync(ct),
            await db.Items.CountAsync(ct),
            await db.Items.CountAsync(i => i.SealedAt != null, ct));
    }
}
