using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>开通查阅: orders the copies that a request's party may look at, and makes links to them. Masters are never shown.</summary>
internal sealed class AccessOpening(EvidenceCatalogue catalogue, AccessReading reading, VaultOptions vault, ServerOptions options, TimeProvider time)
{
    /// <summary>Idempotent; what failed before is tried again.</summary>
    public async Task<AccessRequestView> OpenAsync(string id, Caller by, CancellationToken ct)
    {
        await catalogue.WriteAsync(db => OpenAsync(db, id, by, ct), ct);
        return await reading.FindAsync(id, ct);
    }

    /// <returns>The link's path, with its token.</returns>
    public async Task<AccessLinkAnswer> LinkAsync(string id, AccessLinkRequest wanted, Caller by, CancellationToken ct)
    {
        Texts.Demand(wanted.Item, "item", 100);
        var most = (int)options.Access.LinkTime.TotalMinutes;
        if (wanted.Minutes is < 1 || wanted.Minutes > most)
            throw RequestRefusedException.Invalid("minutes", $"有效时间应为 1 至 {most} 分钟 / must lie between 1 and {most}");
        var token = Secret.NewToken();
        var now = time.GetUtcNow();
        var link = new AccessLink
        {
            TokenHash = Secret.Hash(token), RequestId = id, ItemId = wanted.Item, MadeBy = by.Name, MadeAt = now,
            ExpiresAt = now.AddMinutes(wanted.Minutes ?? most), MostOpenings = options.Access.Openings,
        };
        var watermarked = await catalogue.WriteAsync(db => LinkAsync(db, link, by, ct), ct);
        return new AccessLinkAnswer("/media/access/" + token, link.ExpiresAt, link.MostOpenings, watermarked);
    }

    /// <summary>As events name a link without giving it away.</summary>
    public static string Short(byte[] hash) => Convert.ToHexStringLower(hash)[..16];

    private static void DemandAgreed(AccessRequest request)
    {
        if (!request.IsAgreed)
            throw RequestRefusedException.Conflict($"查阅申请 {request.Id} 未经负责人同意，不能开通 / access request {request.Id} is {request.State}: only what a head has agreed to can be opened");
    }

    private async Task OpenAsync(CatalogueDb db, string id, Caller by, CancellationToken ct)
    {
        var (request, items) = await AccessRegister.LockAsync(db, id, by.Reach, ct);
        DemandAgreed(request);
        var now = time.GetUtcNow();
        var obstacles = new List<string>();
        var opened = 0;
        foreach (var item in items)
        {
            if (await ObstacleAsync(db, request, item, ct) is { } obstacle)
            {
                obstacles.Add(obstacle);
                continue;
            }

            opened++;
            var copy = await db.AccessCopies.SingleOrDefaultAsync(c => c.RequestId == id && c.ItemId == item.Id, ct);
            if (copy is { State: not CopyState.Failed })
                continue;
            if (copy is null)
            {
                db.Add(new AccessCopy
                {
                    RequestId = id, ItemId = item.Id, State = CopyState.Waiting, DueAt = now, Bucket = vault.RenditionBucket,
                    Key = $"renditions/{item.Id}/{AccessCopy.Prefix}{id}",
                });
            }
            else
            {
                (copy.State, copy.Note, copy.Attempts, copy.DueAt) = (CopyState.Waiting, null, 0, now);
            }

            await db.AppendAsync(
                item.Id, now, Actors.Operator(by.Name), CustodyEventKind.AccessOpened, $"{id} for {request.PartyName} ({request.Standing}), agreed by {request.DecidedBy}{(copy is null ? "" : ", tried again")}", ct);
        }

        // Nothing at all is said aloud; some items of several are told by the request itself.
        if (opened == 0)
            throw RequestRefusedException.Conflict(string.Join('\n', obstacles));
        if (request.OpenedAt is null)
            (request.OpenedAt, request.OpenedBy) = (now, by.Name);
    }

    private static async Task<string?> ObstacleAsync(CatalogueDb db, AccessRequest request, EvidenceItem item, CancellationToken ct)
    {
        if (item.State == ItemState.Disposed)
            return $"{item.Id}：已销毁 / it was disposed of after its term";
        if (AccessRules.Obstacle(item.Id, item.Secrecy, request.State, request.Consent) is { } obstacle)
            return obstacle;
        return request.State == AccessState.AgreedWithRedaction && await db.ReleasedRedactionAsync(item.Id, ct) is null
            ? AccessReading.NoRedaction(item.Id)
            : null;
    }

    private static async Task<bool> LinkAsync(CatalogueDb db, AccessLink link, Caller by, CancellationToken ct)
    {
        var (request, items) = await AccessRegister.LockAsync(db, link.RequestId, by.Reach, ct);
        DemandAgreed(request);
        var item = items.SingleOrDefault(i => i.Id == link.ItemId) ?? throw RequestRefusedException.Conflict($"资料 {link.ItemId} 不属于查阅申请 {link.RequestId} / item {link.ItemId} does not belong to access request {link.RequestId}");
        var copy = await db.AccessCopies.SingleOrDefaultAsync(c => c.RequestId == link.RequestId && c.ItemId == link.ItemId, ct);
        if (await db.AccessLinks.AnyAsync(l => l.TokenHash == link.TokenHash, ct))
            return copy!.Watermarked;
        if (await ObstacleAsync(db, request, item, ct) is { } obstacle)
            throw RequestRefusedException.Conflict(obstacle);
        if (copy is not { State: CopyState.Ready })
        {
            throw RequestRefusedException.Conflict(
                copy is null ? $"资料 {link.ItemId} 尚未开通查阅 / the access to item {link.ItemId} was not opened yet" : $"资料 {link.ItemId} 的查看件尚不可用，请稍后再试 / the copy of item {link.ItemId} is {copy.State}: {copy.Note ?? "it is being made"}");
        }

        db.Add(link);
        await db.AppendAsync(
            link.ItemId, link.MadeAt, Actors.Operator(link.MadeBy), CustodyEventKind.LinkMade,
            $"link {Short(link.TokenHash)} to {copy.Rendition} for access request {link.RequestId}, {link.MostOpenings} openings, expires {link.ExpiresAt:O}", ct);
        return copy.Watermarked;
    }
}
