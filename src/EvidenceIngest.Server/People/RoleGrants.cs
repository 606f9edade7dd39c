using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>
/// Gives people roles in units and takes them back. Nobody gives themselves anything; custodians and heads, who decide about
/// evidence, need the word of a second person, and so do those who could give it; the three administrators are three people.
/// </summary>
internal sealed class RoleGrants(EvidenceCatalogue catalogue, TimeProvider time)
{
    public Task<GrantView> GrantAsync(string userName, GrantRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(userName, "userName", 32);
        Texts.Demand(request.Why, "why", 500);
        if (!request.Role.IsForPeople())
            throw RequestRefusedException.Invalid("role", $"{request.Role} 不是人员岗位 / {request.Role} is no role of people");
        var now = time.GetUtcNow();
        return catalogue.WriteAsync(
            async db =>
            {
                await Units.DemandAsync(db, request.Unit, "unit", by.Reach, ct);
                var account = await Accounts.SingleAsync(db, userName, by.Reach, ct);
                if (account.Id == by.Account?.Id)
                    throw RequestRefusedException.Conflict("不能给自己授予岗位 / nobody gives themselves a role");
                await db.Database.ExecuteSqlAsync($"select 1 from accounts where id = {account.Id} for update", ct);
                var held = await db.RoleGrants.Where(g => g.AccountId == account.Id && g.RevokedAt == null).ToListAsync(ct);
                if (held.Find(g => g.Role == request.Role && g.UnitId == request.Unit) is { } same)
                    return same.View();
                if (request.Role.IsAdministrator() && held.Find(g => g.Role.IsAdministrator() && g.Role != request.Role) is { } other)
                    throw RequestRefusedException.Conflict($"{account.Called} 已有一个管理员岗位，三种管理员岗位不得由同一账号兼任 / {account.Called} is {other.Role}: an account holds only one of the three administrators' roles");
                return (await db.GrantAsync(account, request, by, now, ct)).View();
            },
            ct);
    }

    /// <summary>The second person's word.</summary>
    public Task<GrantView> ConfirmAsync(Guid id, Caller by, CancellationToken ct) => WithAsync(
        id, by,
        async (db, grant, account, now) =>
        {
            if (grant.ConfirmedAt is not null || !grant.Role.NeedsSecondPerson())
                return;
            if (grant.GrantedBy == by.Name || account.Id == by.Account?.Id)
                throw RequestRefusedException.Conflict($"该岗位由 {grant.GrantedBy} 授予 {account.Called}，须由第三人确认 / {grant.Role} for {account.Called} was given by {grant.GrantedBy}: a third person has to confirm it");
            (grant.ConfirmedAt, grant.ConfirmedBy) = (now, by.Name);
            await db.TellAsync(CustodyEventKind.RoleConfirmed, account, grant, $"given by {grant.GrantedBy}", by.Name, now, ct);
        },
        ct);

    /// <summary>At once. Idempotent.</summary>
    public Task<GrantView> RevokeAsync(Guid id, GrantWord word, Caller by, CancellationToken ct)
    {
        Texts.Demand(word.Why, "why", 500);
        return WithAsync(
            id, by,
            (db, grant, account, now) => db.RevokeAsync(account, grant, word.Why, by.Name, now, ct),
            ct);
    }

    private Task<GrantView> WithAsync(Guid id, Caller by, Func<CatalogueDb, RoleGrant, Account, DateTimeOffset, Task> change, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            await db.Database.ExecuteSqlAsync($"select 1 from role_grants where id = {id} for update", ct);
            var grant = await db.RoleGrants.SingleOrDefaultAsync(g => g.Id == id, ct);
            if (grant is null || !by.Reach.Covers(grant.UnitId))
                throw RequestRefusedException.NotFound($"没有授权记录 {id} / there is no grant {id}");
            if (grant.RevokedAt is null)
                await change(db, grant, await db.Accounts.SingleAsync(a => a.Id == grant.AccountId, ct), time.GetUtcNow());
            return grant.View();
        },
        ct);
}

internal static class GrantRows
{
    /// <summary>Instead of the second person, for whom whoever owns the machine makes security administrator: the first, or after all have left.</summary>
    private const string ByOwnership = "服务器所有者 / as the machine's owner";

    private static readonly Role[] OfTwoPeople = [.. Enum.GetValues<Role>().Where(r => r.NeedsSecondPerson())];

    public static IQueryable<RoleGrant> InForce(this IQueryable<RoleGrant> grants) =>
        grants.Where(g => g.RevokedAt == null && (g.ConfirmedAt != null || !OfTwoPeople.Contains(g.Role)));

    public static GrantView View(this RoleGrant g) => new(
        g.Id, g.Role, g.UnitId, g.RevokedAt is null && (g.ConfirmedAt is not null || !g.Role.NeedsSecondPerson()), g.GrantedBy, g.GrantedAt, g.ConfirmedBy);

    public static Task<RoleGrant> GrantAsync(this CatalogueDb db, Account account, GrantRequest request, Caller by, DateTimeOffset now, CancellationToken ct) =>
        db.GrantAsync(account, request, by.Name, isOwner: by.Role == Role.Local, now, ct);

    public static async Task<RoleGrant> GrantAsync(
        this CatalogueDb db, Account account, GrantRequest request, string by, bool isOwner, DateTimeOffset now, CancellationToken ct)
    {
        var grant = new RoleGrant
        {
            Id = Guid.CreateVersion7(now), AccountId = account.Id, Role = request.Role, UnitId = request.Unit, Why = request.Why, GrantedAt = now, GrantedBy = by,
        };
        if (isOwner && request.Role == Role.SecurityAdministrator)
            (grant.ConfirmedAt, grant.ConfirmedBy) = (now, ByOwnership);
        db.Add(grant);
        await db.SaveChangesAsync(ct);
        var second = request.Role.NeedsSecondPerson() && grant.ConfirmedAt is null ? "; waits for a second person" : "";
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Operator(by), CustodyEventKind.RoleGranted, $"{account.Called}, {grant.Role} of {grant.UnitId} ({grant.Id}): {request.Why}{second}"), ct);
        return grant;
    }

    public static Task RevokeAsync(this CatalogueDb db, Account account, RoleGrant grant, string why, string by, DateTimeOffset now, CancellationToken ct)
    {
        (grant.RevokedAt, grant.RevokedBy) = (now, by);
        return db.TellAsync(CustodyEventKind.RoleRevoked, account, grant, why, by, now, ct);
    }

    /// <summary>
    /// Whoever sets a password can log in with it. What two people have to vouch for is therefore given anew, by whoever set it,
    /// and waits for the word of somebody else who has seen that its owner has the account again.
    /// </summary>
    public static async Task GiveAnewAsync(this CatalogueDb db, Account account, Caller by, DateTimeOffset now, CancellationToken ct)
    {
        var held = await db.RoleGrants.Where(g => g.AccountId == account.Id && g.RevokedAt == null && OfTwoPeople.Contains(g.Role)).ToListAsync(ct);
        foreach (var grant in held)
        {
            await db.RevokeAsync(account, grant, "the password was reset", by.Name, now, ct);
            await db.SaveChangesAsync(ct);
            await db.GrantAsync(account, new GrantRequest(grant.Role, grant.UnitId, "重置密码后重新确认 / again after the password was reset"), by, now, ct);
        }
    }

    public static Task TellAsync(
        this CatalogueDb db, CustodyEventKind kind, Account account, RoleGrant grant, string why, string by, DateTimeOffset now, CancellationToken ct) =>
        db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by), kind, $"{account.Called}, {grant.Role} of {grant.UnitId} ({grant.Id}): {why}"), ct);
}
