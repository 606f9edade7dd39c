using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>What custodians say about an item besides its mandatory fields. The chain keeps every earlier word.</summary>
internal sealed class ItemReviews(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int Longest = 1000;

    /// <summary>The tick-list of article 12. The same again changes nothing.</summary>
    public Task ReviewSceneAsync(string itemId, SceneRequest request, string by, CancellationToken ct)
    {
        Texts.Allow(request.Note, "note", Longest);
        if (SceneReview.Unanswered(request.Points) is { Count: > 0 } open)
            throw RequestRefusedException.Invalid("points", $"第十二条所列各项均应作答，尚缺：{string.Join('、', open.Select(EvidenceWords.Chinese))} / must answer every point of article 12; these are missing: {string.Join(", ", open)}");
        return ChangeAsync(
            itemId,
            (item, now) =>
            {
                if (item.Scene is { } known && known.Note == request.Note && request.Points.All(p => known.Points[p.Key] == p.Value))
                    return null;
                var before = item.Scene is null ? "not reviewed" : Describe(item.Scene.Points, item.Scene.Note);
                item.Scene = new SceneReview(request.Points, request.Note, by, now);
                return new NewEvent(now, Actors.Operator(by), CustodyEventKind.SceneReviewed, $"{Describe(request.Points, request.Note)}; before: {before}");
            },
            ct);
    }

    /// <summary>Why it came after its storage deadline. The lateness itself stays.</summary>
    public Task ExplainLatenessAsync(string itemId, LatenessRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Reason, "reason", Longest);
        return ChangeAsync(
            itemId,
            (item, now) =>
            {
                if (item.OnTime != false && !(item.SealedAt is null && item.DeadlineAt < now))
                    throw RequestRefusedException.Conflict($"资料 {itemId} 没有逾期，无须说明 / item {itemId} is not late: there is nothing to explain");
                if (item.LateReason == request.Reason)
                    return null;
                var before = item.LateReason is null ? "none" : $"'{item.LateReason}'";
                item.LateReason = request.Reason;
                return new NewEvent(now, Actors.Operator(by), CustodyEventKind.LatenessExplained, $"'{request.Reason}'; before: {before}");
            },
            ct);
    }

    private static string Describe(IReadOnlyDictionary<ScenePoint, SceneTick> points, string? note) =>
        string.Join(", ", points.OrderBy(p => p.Key).Select(p => $"{p.Key} {p.Value}")) + (note is null ? "" : $", note '{note}'");

    /// <param name="itemId">Which.</param>
    /// <param name="change">The event that tells of it; null when nothing changes.</param>
    /// <param name="ct">Ends it.</param>
    private Task ChangeAsync(string itemId, Func<EvidenceItem, DateTimeOffset, NewEvent?> change, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            await db.LockItemAsync(itemId, ct);
            var item = await db.Items.SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
            if (change(item, time.GetUtcNow()) is { } happened)
                await db.AppendAsync(itemId, [happened], ct);
        },
        ct);
}
