using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>
/// 审批: a head whose reach covers every item decides, and is another person than the one who entered the request. What is decided stays so; the
/// database refuses another decision, too.
/// </summary>
internal sealed class AccessDecisions(EvidenceCatalogue catalogue, AccessReading reading, TimeProvider time)
{
    /// <summary>Idempotent for the one who decided.</summary>
    public async Task<AccessRequestView> DecideAsync(string id, AccessDecision decision, Caller by, CancellationToken ct)
    {
        AccessRules.Demand(decision);
        await catalogue.WriteAsync(db => DecideAsync(db, id, decision, by, ct), ct);
        return await reading.FindAsync(id, ct);
    }

    private async Task DecideAsync(CatalogueDb db, string id, AccessDecision decision, Caller by, CancellationToken ct)
    {
        var (request, items) = await AccessRegister.LockAsync(db, id, by.Reach, ct);
        if (request.DecidedAt is not null)
        {
            if (request.DecidedBy == by.Name && (request.State == decision.Decision || request.State == AccessState.Withdrawn)
                && (request.DecisionWhy, request.Ground, request.Consent) == (decision.Why, decision.Ground, decision.Consent))
                return;
            throw RequestRefusedException.Conflict($"查阅申请 {id} 已由 {request.DecidedBy} 审批 / access request {id} was decided already: {request.State}, by {request.DecidedBy}");
        }

        if (request.State == AccessState.Withdrawn)
            throw RequestRefusedException.Conflict($"查阅申请 {id} 已由 {request.WithdrawnBy} 撤回 / access request {id} was taken back by {request.WithdrawnBy}");
        if (request.EnteredBy == by.Name)
            throw RequestRefusedException.Conflict($"查阅申请 {id} 由 {by.Name} 登记，须由另一人审批 / access request {id} was entered by {by.Name}: another person has to decide");
        if (decision.Decision != AccessState.Refused
            && items.Select(i => AccessRules.Obstacle(i.Id, i.Secrecy, decision.Decision, decision.Consent)).FirstOrDefault(o => o is not null) is { } obstacle)
            throw RequestRefusedException.Conflict(obstacle);
        var (now, person) = (time.GetUtcNow(), by.Person);
        (request.State, request.DecidedAt, request.DecidedBy, request.DecidedRole) = (decision.Decision, now, person.Name, person.Role.ToString());
        (request.DecisionWhy, request.Ground, request.Consent) = (decision.Why, decision.Ground, decision.Consent);
        await db.SaveChangesAsync(ct);
        var detail = $"{id}: {decision.Decision} as {person.Role}, entered by {request.EnteredBy}"
            + $"{(decision.Ground is { } ground ? $", ground: {ground}" : "")}{(decision.Consent is { } consent ? $", consent: {consent}" : "")}: {decision.Why}";
        foreach (var item in items)
            await db.AppendAsync(item.Id, now, Actors.Operator(person.Name), CustodyEventKind.AccessDecided, detail, ct);
    }
}
