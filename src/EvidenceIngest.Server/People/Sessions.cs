using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>Log-ins that are in force. Whatever changes about an account or its roles holds from the next request on.</summary>
internal sealed class Sessions(EvidenceCatalogue catalogue, AccountRules rules, SecondFactorDuty duty, TimeProvider time)
{
    // How exactly the time of the last request is kept.
    private static readonly TimeSpan Exactness = TimeSpan.FromMinutes(1);

    /// <returns>Null when the token is no session's.</returns>
    /// <exception cref="RequestRefusedException">The session is over, or its owner may not do this.</exception>
    public async Task<Caller?> FindAsync(byte[] hash, IReadOnlyList<string> anyOf, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var found = await catalogue.ReadAsync(
            db => db.Sessions.Where(s => s.Hash == hash).Join(db.Accounts, s => s.AccountId, a => a.Id, (s, a) => new { Session = s, Account = a }).SingleOrDefaultAsync(ct), ct);
        if (found is not { Session: { } session, Account: { } account })
            return null;
        if (session.EndedAt is not null || account.DisabledAt is not null)
            throw Over("登录已注销，请重新登录 / the session was ended: log in again");
        if (session.ExpiresAt <= now || session.LastSeenAt + rules.Idle <= now)
            throw Over("登录已过期，请重新登录 / the session has expired: log in again");
        if (now - session.LastSeenAt > Exactness)
            await catalogue.WriteAsync(db => db.Sessions.Where(s => s.Id == session.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now), ct), ct);
        var caller = new Caller(TokenKind.Operator, account.Called, Role: null, DockId: null, Reach.Everything, account, session.Id);
        if (anyOf.Contains(Scopes.Self))
            return caller;
        if (account.OneTimeUntil is not null)
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, "请先修改一次性密码 / change the one-time password first") { Extensions = { ["changePassword"] = true } };
        return await catalogue.ReadAsync(db => AsAsync(db, caller, anyOf, ct), ct);
    }

    public async Task<IReadOnlyList<SessionView>> ListAsync(Account account, Guid current, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var open = await catalogue.ReadAsync(
            db => db.Sessions.Where(s => s.AccountId == account.Id && s.EndedAt == null && s.ExpiresAt > now).OrderByDescending(s => s.LastSeenAt).ToListAsync(ct), ct);
        return [.. open.Where(s => s.LastSeenAt + rules.Idle > now).Select(s => new SessionView(s.Id, s.Address, s.Agent, s.CreatedAt, s.LastSeenAt, s.ExpiresAt, s.Id == current))];
    }

    /// <summary>Idempotent.</summary>
    public Task EndAsync(Account account, Guid id, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var now = time.GetUtcNow();
            if (await EndAllAsync(db.Sessions.Where(s => s.AccountId == account.Id && s.Id == id), account.Called, now, ct) > 0)
                await db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(account.Called), CustodyEventKind.LoggedOut, $"session {id}"), ct);
        },
        ct);

    /// <returns>How many were open.</returns>
    public static Task<int> EndAllAsync(IQueryable<Session> sessions, string by, DateTimeOffset now, CancellationToken ct) =>
        sessions.Where(s => s.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndedBy, by), ct);

    private async Task<Caller> AsAsync(CatalogueDb db, Caller caller, IReadOnlyList<string> anyOf, CancellationToken ct)
    {
        if (await duty.IsOwedAsync(db, caller.Self, ct))
            throw SecondFactorDuty.Owed();
        var grants = await db.RoleGrants.InForce().Where(g => g.AccountId == caller.Self.Id).Select(g => new { g.Role, g.UnitId }).ToListAsync(ct);
        var fitting = grants.Where(g => Scopes.Of(g.Role).Any(anyOf.Contains)).ToLookup(g => g.Role, g => g.UnitId);
        // With two roles that both may, one is named in what is recorded; they reach as far as either.
        if (fitting.Count == 0)
            throw TokenFilter.Lacks(anyOf);
        var cleared = fitting.Where(g => g.Key.SeesSecrets()).SelectMany(g => g).Distinct().ToList();
        return caller with { Role = fitting.Min(g => g.Key), Reach = await Reach.BelowAsync(db, [.. fitting.SelectMany(g => g)], cleared, ct) };
    }

    private static RequestRefusedException Over(string why) => new(StatusCodes.Status401Unauthorized, why);
}
