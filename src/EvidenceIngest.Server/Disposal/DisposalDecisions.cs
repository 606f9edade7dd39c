using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Disposals;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Receipts;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Disposal;

/// <summary>One person proposes what may go after its term, another in another role confirms; the list is signed.</summary>
internal sealed class DisposalDecisions(EvidenceCatalogue catalogue, ReceiptKey key, TimeProvider time)
{
    private const int MostItems = 500;

    /// <summary>What could be proposed now, longest expired first.</summary>
    public async Task<IReadOnlyList<ExpiredItem>> ExpiredAsync(Reach reach, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var items = await catalogue.ReadAsync(db => reach.Of(db.Items).Expired(now).OrderBy(i => i.RetainUntil).Take(MostItems).ToListAsync(ct), ct);
        return items.ConvertAll(i => new ExpiredItem(i.Id, i.SealedAt!.Value, i.RetainUntil!.Value));
    }

    public Task<DisposalView> ProposeAsync(Guid id, DisposalRequest request, Person by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        var items = request.Items.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (items.Count is 0 or > MostItems)
            throw RequestRefusedException.Invalid("items", $"应为 1 至 {MostItems} 件资料 / must name 1 to {MostItems} items");
        foreach (var item in items)
            Texts.Demand(item, "items", 100);
        var now = time.GetUtcNow();
        var decision = new DisposalDecision
        {
            Id = "ds-" + id.ToString("N"), Why = request.Why, State = DisposalState.Proposed, ProposedAt = now, ProposedBy = by.Name, ProposedRole = by.Role.ToString(),
        };
        return catalogue.WriteAsync(db => ProposeAsync(db, decision, items, ct), ct);
    }

    /// <summary>Idempotent for the one who decided.</summary>
    public Task<DisposalView> ConfirmAsync(string id, DisposalWord word, Person by, CancellationToken ct) => DecideAsync(id, word, by, ConfirmAsync, ct);

    public Task<DisposalView> RejectAsync(string id, DisposalWord word, Person by, CancellationToken ct) => DecideAsync(id, word, by, RejectAsync, ct);

    /// <summary>Takes a proposal back; only the one who made it can.</summary>
    public Task<DisposalView> WithdrawAsync(string id, DisposalWord word, Person by, CancellationToken ct) => DecideAsync(id, word, by, WithdrawAsync, ct);

    /// <summary>Those all of whose items are within reach.</summary>
    public async Task<IReadOnlyList<DisposalView>> ListAsync(Reach reach, CancellationToken ct)
    {
        const int Most = 200;
        var decisions = await catalogue.ReadAsync(
            db =>
            {
                var seen = reach.Of(db.Items);
                var within = reach.IsEverything
                    ? db.Disposals
                    : db.Disposals.Where(d => !db.DisposalItems.Any(i => i.DisposalId == d.Id && !seen.Any(item => item.Id == i.ItemId)));
                return within.OrderByDescending(d => d.ProposedAt).Take(Most).ToListAsync(ct);
            },
            ct);
        var views = new List<DisposalView>();
        foreach (var decision in decisions)
            views.Add(await catalogue.ReadAsync(db => ViewAsync(db, decision, ct), ct));
        return views;
    }

    public Task<DisposalView> FindAsync(string id, CancellationToken ct) => catalogue.ReadAsync(async db => await ViewAsync(db, await SingleAsync(db, id, ct), ct), ct);

    /// <summary>The exact bytes of the signed list's envelope.</summary>
    public async Task<byte[]> SignedListAsync(string id, CancellationToken ct) =>
        (await catalogue.ReadAsync(db => SingleAsync(db, id, ct), ct)).List ?? throw RequestRefusedException.NotFound($"销毁申请 {id} 未经批准，还没有签名清单 / disposal {id} was not confirmed: it has no signed list yet");

    private static async Task<DisposalDecision> SingleAsync(CatalogueDb db, string id, CancellationToken ct) =>
        await db.Disposals.SingleOrDefaultAsync(d => d.Id == id, ct) ?? throw RequestRefusedException.NotFound($"没有销毁申请 {id} / there is no disposal {id}");

    private static async Task<DisposalView> ViewAsync(CatalogueDb db, DisposalDecision d, CancellationToken ct)
    {
        var items = await db.DisposalItems.AsNoTracking().Where(i => i.DisposalId == d.Id).OrderBy(i => i.ItemId).ToListAsync(ct);
        return new DisposalView(
            d.Id, d.State, d.Why, d.ProposedAt, d.ProposedBy, d.ProposedRole, d.DecidedAt, d.DecidedBy, d.DecidedRole, d.Decision,
            items.ConvertAll(i => new DisposalItemView(i.ItemId, i.DisposedAt, i.Kept)), d.Trouble);
    }

    private static async Task<EvidenceItem> DemandExpiredAsync(CatalogueDb db, string id, DateTimeOffset now, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var item = await db.Items.Include(i => i.Files).SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw ItemRegister.NoItem(id);
        return await db.KeptBecauseAsync(item, now, ct) is { } because ? throw RequestRefusedException.Conflict($"资料 {id} 现在不能销毁：期限未满、已冻结、尚有查阅申请，或者已经销毁 / item {id} can't be disposed of: {because}") : item;
    }

    private static async Task<DisposalView> ProposeAsync(CatalogueDb db, DisposalDecision decision, List<string> items, CancellationToken ct)
    {
        if (await db.Disposals.SingleOrDefaultAsync(d => d.Id == decision.Id, ct) is { } proposed)
            return await ViewAsync(db, proposed, ct);
        db.Add(decision);
        await db.SaveChangesAsync(ct);
        foreach (var id in items)
        {
            await DemandExpiredAsync(db, id, decision.ProposedAt, ct);
            var other = await db.DisposalItems.Where(i => i.ItemId == id && i.Kept == null)
                .Join(db.Disposals, i => i.DisposalId, d => d.Id, (i, d) => d).FirstOrDefaultAsync(d => d.State == DisposalState.Proposed || d.State == DisposalState.Confirmed, ct);
            if (other is not null)
                throw RequestRefusedException.Conflict($"资料 {id} 已列入销毁申请 {other.Id} / item {id} stands in disposal {other.Id} already");
            db.Add(new DisposalItem { DisposalId = decision.Id, ItemId = id });
            await db.AppendAsync(
                id, decision.ProposedAt, Actors.Operator(decision.ProposedBy), CustodyEventKind.DisposalProposed, $"{decision.Id} as {decision.ProposedRole}: {decision.Why}", ct);
        }

        await db.SaveChangesAsync(ct);
        return await ViewAsync(db, decision, ct);
    }

    private Task<DisposalView> DecideAsync(
        string id, DisposalWord word, Person by, Func<CatalogueDb, DisposalDecision, List<string>, DisposalWord, Person, CancellationToken, Task> decide, CancellationToken ct)
    {
        Texts.Demand(id, "disposal", 100);
        Texts.Demand(word.Why, "why", 500);
        return catalogue.WriteAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"select 1 from disposals where id = {id} for update", ct);
                var decision = await SingleAsync(db, id, ct);
                if (decision.State == DisposalState.Proposed)
                    await decide(db, decision, await db.DisposalItems.Where(i => i.DisposalId == id).Select(i => i.ItemId).Order().ToListAsync(ct), word, by, ct);
                else if (decision.DecidedBy != by.Name || decision.Decision != word.Why)
                    throw RequestRefusedException.Conflict($"销毁申请 {id} 已由 {decision.DecidedBy} 审批 / disposal {id} was decided already: {decision.State} by {decision.DecidedBy}");
                await db.SaveChangesAsync(ct);
                return await ViewAsync(db, decision, ct);
            },
            ct);
    }

    private async Task RejectAsync(CatalogueDb db, DisposalDecision decision, List<string> items, DisposalWord word, Person by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        Decide(decision, DisposalState.Rejected, now, word, by);
        foreach (var item in items)
            await db.AppendAsync(item, now, Actors.Operator(by.Name), CustodyEventKind.DisposalRejected, $"{decision.Id} as {by.Role}: {word.Why}", ct);
    }

    private Task WithdrawAsync(CatalogueDb db, DisposalDecision decision, List<string> items, DisposalWord word, Person by, CancellationToken ct) =>
        by.Name == decision.ProposedBy
            ? RejectAsync(db, decision, items, word, by, ct)
            : throw RequestRefusedException.Conflict($"销毁申请 {decision.Id} 由 {decision.ProposedBy} 提请，只有本人可以撤回；负责人可以不予批准 / disposal {decision.Id} was proposed by {decision.ProposedBy}, who alone can withdraw it; a head can reject it");

    private async Task ConfirmAsync(CatalogueDb db, DisposalDecision decision, List<string> ids, DisposalWord word, Person by, CancellationToken ct)
    {
        if (by.Name == decision.ProposedBy)
            throw RequestRefusedException.Conflict($"销毁申请 {decision.Id} 由 {by.Name} 提请，须由另一人审批 / disposal {decision.Id} was proposed by {by.Name}: another person has to confirm it");
        if (by.Role.ToString() == decision.ProposedRole)
            throw RequestRefusedException.Conflict($"销毁申请 {decision.Id} 的提请人与您岗位相同，须由其他岗位的人员审批 / disposal {decision.Id} was proposed by a {decision.ProposedRole}: a person in another role has to confirm it");
        var now = time.GetUtcNow();
        var items = new List<DisposedItem>();
        foreach (var id in ids)
        {
            var item = await DemandExpiredAsync(db, id, now, ct);
            var receipt = await db.Receipts.Where(r => r.ItemId == id).Select(r => r.Id).SingleAsync(ct);
            items.Add(new DisposedItem(id, item.SealedAt!.Value, item.RetainUntil!.Value, receipt, [.. item.Files.OrderBy(f => f.Position).Select(f =>
                new DisposedFile(f.RecorderPath, f.Bytes, f.Digest, f.Bucket!, f.Key!, f.VersionId!, f.LockedUntil!.Value))]));
        }

        Decide(decision, DisposalState.Confirmed, now, word, by);
        var statement = new DisposalStatement(
            decision.Id, decision.Why, decision.ProposedBy, decision.ProposedRole, decision.ProposedAt, by.Name, by.Role.ToString(), now, items, key.PublicPem);
        decision.List = EvidenceJson.ToBytes(key.Sign(DisposalStatement.PayloadType, EvidenceJson.ToBytes(statement)));
        foreach (var id in ids)
            await db.AppendAsync(id, now, Actors.Operator(by.Name), CustodyEventKind.DisposalConfirmed, $"{decision.Id} as {by.Role}, proposed by {decision.ProposedBy} as {decision.ProposedRole}: {word.Why}", ct);
    }

    private static void Decide(DisposalDecision decision, DisposalState state, DateTimeOffset now, DisposalWord word, Person by) =>
        (decision.State, decision.DecidedAt, decision.DecidedBy, decision.DecidedRole, decision.Decision) = (state, now, by.Name, by.Role.ToString(), word.Why);
}
