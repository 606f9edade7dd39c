using System.Security.Cryptography;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Transcripts;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Takes orders for redacted copies, and shows them. Asking with the same id again finds the first order.</summary>
internal sealed class RedactionOrders(EvidenceCatalogue catalogue, VaultOptions vault, TimeProvider time)
{
    private const int LongestWhy = 500;
    private const int MostOpen = 5;

    /// <param name="id">Of the order.</param>
    /// <param name="itemId">Whose copy.</param>
    /// <param name="request">As read.</param>
    /// <param name="plan">Its plan, as sent.</param>
    /// <param name="by">Who orders it.</param>
    /// <param name="ct">Ends it.</param>
    public Task<RedactionView> OrderAsync(Guid id, string itemId, RedactionRequest request, byte[] plan, string by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", LongestWhy);
        var now = time.GetUtcNow();
        return catalogue.WriteAsync(db => OrderAsync(db, id.ToString("N"), itemId, request, plan, by, now, ct), ct);
    }

    public Task<List<RedactionView>> ListAsync(string itemId, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            await ItemRegister.DemandExistsAsync(db, itemId, ct);
            return (await db.Redactions.Where(r => r.ItemId == itemId).OrderBy(r => r.Number).ToListAsync(ct)).ConvertAll(View);
        },
        ct);

    public async Task<RedactionDetail> FindAsync(string itemId, int number, CancellationToken ct)
    {
        var found = await catalogue.ReadAsync(db => db.Redactions.SingleOrDefaultAsync(r => r.ItemId == itemId && r.Number == number, ct), ct) ?? throw None(number);
        return new RedactionDetail(View(found), EvidenceJson.FromBytes<RedactionPlan>(found.Plan), found.Plan);
    }

    public static RequestRefusedException None(int number) => RequestRefusedException.NotFound($"该资料没有第 {number} 号遮蔽件 / the item has no redaction {number}");

    public static RedactionView View(RedactionOrder r) => new(
        r.Number, r.State, r.Note, r.Why, r.OrderedBy, r.OrderedAt, r.PlanSha256, r.Rendition, r.TextRendition, r.MadeAt,
        r.ReviewedAt is { } at ? new RedactionReviewView(r.ReviewedBy!, at, r.ReviewWhy!) : null);

    /// <summary>The version that a plan names; null when it names none.</summary>
    public static async Task<StoredTranscript?> TranscriptAsync(CatalogueDb db, string itemId, RedactionPlan plan, CancellationToken ct) =>
        plan.Transcript is { } version ? await db.Transcripts.AsNoTracking().SingleOrDefaultAsync(t => t.ItemId == itemId && t.Version == version, ct) : null;

    private async Task<RedactionView> OrderAsync(
        CatalogueDb db, string id, string itemId, RedactionRequest request, byte[] plan, string by, DateTimeOffset now, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        if (await db.Redactions.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is { } known)
            return View(known);
        await DemandPossibleAsync(db, itemId, request.Plan, ct);
        if (await db.Redactions.CountAsync(r => r.ItemId == itemId && r.State == RedactionState.Ordered, ct) >= MostOpen)
            throw RequestRefusedException.Conflict($"该资料已有 {MostOpen} 个遮蔽件正在制作，请等待其完成后再申请 / {MostOpen} redacted copies of this item are being made: wait for them");
        var number = 1 + (await db.Redactions.Where(r => r.ItemId == itemId).MaxAsync(r => (int?)r.Number, ct) ?? 0);
        var order = new RedactionOrder
        {
            Id = id, ItemId = itemId, Number = number, Plan = plan, PlanSha256 = Convert.ToHexStringLower(SHA256.HashData(plan)), Why = request.Why, OrderedBy = by, OrderedAt = now, DueAt = now,
            Bucket = vault.RenditionBucket, Key = $"renditions/{itemId}/{RedactionNames.Of(number)}",
        };
        db.Add(order);
        var (regions, sounds, words) = (request.Plan.Regions?.Count ?? 0, request.Plan.Sounds?.Count ?? 0, request.Plan.Words?.Count ?? 0);
        await db.AppendAsync(
            itemId, now, Actors.Operator(by), CustodyEventKind.RedactionOrdered, $"{order.Name}: plan sha256 {order.PlanSha256}, {regions} regions, {sounds} stretches of sound, {words} times words; {order.Why}", ct);
        return View(order);
    }

    private static async Task DemandPossibleAsync(CatalogueDb db, string itemId, RedactionPlan plan, CancellationToken ct)
    {
        var item = await db.Items.AsNoTracking().Include(i => i.Facts).Include(i => i.Stages).SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
        if (item.State == ItemState.Disposed)
            throw RequestRefusedException.Conflict("该资料已到期销毁，无法再制作遮蔽件 / it was disposed of after its term");
        if (item.Stages.Any(s => s.Stage is Stage.Seal or Stage.Inspect && !s.IsOver))
            throw RequestRefusedException.Conflict("该资料尚未完成封存和检验，请稍后再申请 / it is not sealed and inspected yet: ask again later");
        if (item.Kind == MediaKind.Other)
            throw RequestRefusedException.Conflict("只有录像、录音和照片可以遮蔽 / only video, sound and photos can be redacted");
        var stored = await TranscriptAsync(db, itemId, plan, ct);
        if (plan.Transcript is { } version && stored is null)
            throw RequestRefusedException.Invalid("plan.transcript", $"该资料没有第 {version} 版文字记录 / the item has no such version of its transcript");
        if (RedactionRules.Check(plan, item.Kind, item.Facts.Any(f => f.Facts.AudioCodec is not null), LengthOf(item), stored?.Read()) is { } fault)
            throw RequestRefusedException.Invalid(fault.Field, fault.Why);
    }

    /// <summary>Of an item with its facts, seconds.</summary>
    public static double LengthOf(EvidenceItem item) => item.Kind == MediaKind.Photo ? RedactionRules.PhotoLength : item.Facts.Sum(f => f.Facts.Duration?.TotalSeconds ?? 0);
}
