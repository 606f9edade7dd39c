using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Redaction;

/// <summary>复核: another person than the one who ordered a copy looks at it, and releases or rejects it. What is decided stays so.</summary>
internal sealed class RedactionReviews(EvidenceCatalogue catalogue, MediaLinks links, TimeProvider time)
{
    private const int LongestWhy = 500;
    private const int PreviewMinutes = 60;

    /// <summary>A link to look at a copy before it is released. It ends when the copy is rejected.</summary>
    public async Task<LinkAnswer> PreviewAsync(string itemId, int number, string by, CancellationToken ct)
    {
        var order = await catalogue.ReadAsync(db => db.Redactions.SingleOrDefaultAsync(r => r.ItemId == itemId && r.Number == number, ct), ct) ?? throw RedactionOrders.None(number);
        if (order.State is not (RedactionState.ToReview or RedactionState.Released))
            throw RequestRefusedException.Conflict(order.State == RedactionState.Ordered ? "该遮蔽件正在制作，请稍后再看 / it is being made: look later" : "该遮蔽件不可查看 / it can't be looked at any more");
        return await links.PreviewAsync(itemId, order.Rendition!, PreviewMinutes, by, ct);
    }

    /// <summary>Idempotent for the one who reviewed.</summary>
    public Task<RedactionView> ReviewAsync(string itemId, int number, RedactionVerdict verdict, string by, CancellationToken ct)
    {
        Texts.Demand(verdict.Why, "why", LongestWhy);
        if (verdict.Verdict is not (RedactionState.Released or RedactionState.Rejected))
            throw RequestRefusedException.Invalid("verdict", "应为 Released（放行）或 Rejected（退回） / must be Released or Rejected");
        return catalogue.WriteAsync(db => ReviewAsync(db, itemId, number, verdict, by, ct), ct);
    }

    private async Task<RedactionView> ReviewAsync(CatalogueDb db, string itemId, int number, RedactionVerdict verdict, string by, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var order = await db.Redactions.SingleOrDefaultAsync(r => r.ItemId == itemId && r.Number == number, ct) ?? throw RedactionOrders.None(number);
        if (order.State == verdict.Verdict && (order.ReviewedBy, order.ReviewWhy) == (by, verdict.Why))
            return RedactionOrders.View(order);
        if (order.State != RedactionState.ToReview)
        {
            throw RequestRefusedException.Conflict(order.State switch
            {
                RedactionState.Ordered => "该遮蔽件尚未制作完成，无法复核 / it is not made yet",
                RedactionState.Failed => "该遮蔽件制作失败，无法复核 / it could not be made",
                _ => $"该遮蔽件已由 {order.ReviewedBy} 复核 / it was reviewed already, by {order.ReviewedBy}",
            });
        }

        if (order.OrderedBy == by)
            throw RequestRefusedException.Conflict("遮蔽件须由申请人以外的人复核 / another person than the one who ordered it has to review it");
        if (await db.Items.AnyAsync(i => i.Id == itemId && i.State == ItemState.Disposed, ct))
            throw RequestRefusedException.Conflict("该资料已到期销毁 / the item was disposed of after its term");
        // Nobody vouches for what they did not open.
        if (verdict.Verdict == RedactionState.Released && !await db.LinkViews.AnyAsync(v => db.Links.Any(
            l => l.TokenHash == v.TokenHash && l.ItemId == itemId && l.Rendition == order.Rendition && l.MadeBy == by), ct))
        {
            throw RequestRefusedException.Conflict("放行前请先打开预览链接，查看遮蔽件 / open the preview first: nobody releases what they have not looked at");
        }

        var now = time.GetUtcNow();
        (order.State, order.ReviewedBy, order.ReviewedAt, order.ReviewWhy) = (verdict.Verdict, by, now, verdict.Why);
        var kind = verdict.Verdict == RedactionState.Released ? CustodyEventKind.RedactionReleased : CustodyEventKind.RedactionRejected;
        await db.AppendAsync(itemId, now, Actors.Operator(by), kind, $"{order.Name}: plan sha256 {order.PlanSha256}, ordered by {order.OrderedBy}; {verdict.Why}", ct);
        return RedactionOrders.View(order);
    }
}
