using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>Makes and opens links to renditions. Masters are never linked.</summary>
internal sealed class MediaLinks(EvidenceCatalogue catalogue, VaultOptions vault, ServerOptions options, TimeProvider time)
{
    private const int MostMinutes = 24 * 60;

    // A player asks for hundreds of ranges; that is one look.
    private static readonly TimeSpan OneLook = TimeSpan.FromMinutes(5);

    // How exactly the last request of a look is kept, where it matters.
    private static readonly TimeSpan Exactness = TimeSpan.FromSeconds(30);

    public async Task<LinkAnswer> MakeAsync(string itemId, LinkRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Rendition, "rendition", 64);
        if (request.Rendition.StartsWith(AccessCopy.Prefix, StringComparison.Ordinal))
            throw RequestRefusedException.Invalid("rendition", "是某一查阅申请专用的查看件，只能通过该申请的链接查看 / was made for an access request: it is shown through that request's own links alone");
        if (request.Rendition.StartsWith(LinkMark.Prefix, StringComparison.Ordinal))
            throw RequestRefusedException.Invalid("rendition", "是某一水印链接专用的衍生件，请对原衍生件另行生成链接 / was made for another link: make one to the rendition itself");
        if (request.Minutes is < 1 or > MostMinutes)
            throw RequestRefusedException.Invalid("minutes", $"有效时间应为 1 至 {MostMinutes} 分钟 / must lie between 1 and {MostMinutes}");
        return await MakeAsync(itemId, request, isPreview: false, by, ct);
    }

    /// <summary>To a redacted copy that nobody has released, for those who have to.</summary>
    public Task<LinkAnswer> PreviewAsync(string itemId, string rendition, int minutes, string by, CancellationToken ct) =>
        MakeAsync(itemId, new LinkRequest(rendition, minutes), isPreview: true, by, ct);

    private async Task<LinkAnswer> MakeAsync(string itemId, LinkRequest request, bool isPreview, string by, CancellationToken ct)
    {
        var token = Secret.NewToken();
        var hash = Secret.Hash(token);
        var now = time.GetUtcNow();
        var link = new MediaLink
        {
            TokenHash = hash,
            ItemId = itemId,
            Rendition = request.Rendition,
            MadeBy = by,
            MadeAt = now,
            ExpiresAt = now.AddMinutes(request.Minutes),
            Addresses = Networks.Demand(request.Addresses, "addresses"),
            SingleUse = request.SingleUse == true,
        };
        var mark = request.Watermark != true ? null : new LinkMark
        {
            TokenHash = hash, ItemId = itemId, Viewer = by, DueAt = now, Bucket = vault.RenditionBucket, Key = $"renditions/{itemId}/{LinkMark.Prefix}{Short(hash)}",
        };
        var made = await catalogue.WriteAsync(db => MakeAsync(db, link, mark, isPreview, ct), ct);
        return made
            ? new LinkAnswer("/media/" + token + LinkedFiles.Suffix(link.Rendition), link.ExpiresAt, Ready: mark is null)
            : throw RequestRefusedException.NotFound($"资料 {itemId} 没有衍生件 {request.Rendition} / item {itemId} has no rendition '{request.Rendition}'");
    }

    /// <summary>Checks the link and writes the look into the chain before anything is shown.</summary>
    /// <param name="token">Of the link.</param>
    /// <param name="file">Of what belongs to the linked rendition; null for the rendition itself.</param>
    /// <param name="from">Who looks.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RequestRefusedException">404 when unknown, 403 from elsewhere, 410 when expired or used.</exception>
    public async Task<StoredRendition> OpenAsync(string token, string? file, IPAddress? from, CancellationToken ct)
    {
        var (hash, address, now) = (Secret.Hash(token), from?.ToString() ?? "unknown", time.GetUtcNow());
        // Each range costs one question, and only the first one of a look writes.
        var found = await catalogue.ReadAsync(db => OpenedLink.FindAsync(db, hash, address, ct), ct) ?? throw RequestRefusedException.NotFound("链接无效或已过期，请重新取得 / the link is not known");
        if (!Networks.Allow(found.Link.Addresses, from))
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, $"该链接不能在此电脑上使用 / link {Short(hash)} of item {found.Link.ItemId} does not work from this address");
        if (found.Link.ExpiresAt <= now)
            throw Over("链接已过期，请重新取得 / the link has expired");
        if (found.IsDisposed)
            throw Over("资料已到期销毁 / the item was disposed of after its term");
        if (found.IsRejected)
            throw Over("该遮蔽件未通过复核，不再提供查看 / the redacted copy was rejected");
        var shown = found.Mark is { } mark ? await MarkedAsync(mark, ct) : found.Rendition;
        if (!(found.LookedAt > now - (found.Link.SingleUse ? Exactness : OneLook)))
            await catalogue.WriteAsync(db => LookAsync(db, found.Link, shown.Name, address, ct), ct);
        return file is null ? shown : await PartAsync(found.Link, file, ct);
    }

    private async Task<StoredRendition> MarkedAsync(LinkMark mark, CancellationToken ct)
    {
        if (mark.State == CopyState.Failed)
            throw Over($"带水印的查看件无法制作，请联系链接提供者：{mark.Note} / the watermarked copy can't be made");
        if (mark.State == CopyState.Waiting)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, "带水印的查看件正在制作，请稍后再打开此链接 / the watermarked copy is being made: open the link again soon")
            {
                RetryAfter = TimeSpan.FromSeconds(10),
            };
        }

        return await catalogue.ReadAsync(db => db.Renditions.SingleAsync(r => r.ItemId == mark.ItemId && r.Name == mark.Rendition, ct), ct);
    }

    private async Task<StoredRendition> PartAsync(MediaLink link, string file, CancellationToken ct)
    {
        var part = LinkedFiles.Of(link.Rendition, file) is not { } name
            ? null
            : await catalogue.ReadAsync(db => db.Renditions.AsNoTracking().SingleOrDefaultAsync(r => r.ItemId == link.ItemId && r.Name == name, ct), ct);
        return part ?? throw RequestRefusedException.NotFound("链接无效或已过期，请重新取得 / the link is not known");
    }

    private static RequestRefusedException Over(string why) => new(StatusCodes.Status410Gone, why);

    /// <summary>As events name a link without giving it away.</summary>
    public static string Short(byte[] hash) => Convert.ToHexStringLower(hash)[..16];

    private static async Task<bool> MakeAsync(CatalogueDb db, MediaLink link, LinkMark? mark, bool isPreview, CancellationToken ct)
    {
        if (await db.Links.AnyAsync(l => l.TokenHash == link.TokenHash, ct))
            return true;
        if (await db.Renditions.Where(r => r.ItemId == link.ItemId && r.Name == link.Rendition).Select(r => r.ContentType).SingleOrDefaultAsync(ct) is not { } type)
            return false;
        if (mark is not null && !type.StartsWith("video/", StringComparison.Ordinal) && !type.StartsWith("image/", StringComparison.Ordinal))
            throw RequestRefusedException.Conflict($"{link.Rendition} 不是画面，无法加水印；可对 proxy、poster 或片段、截图使用 / {link.Rendition} holds no pictures that can be marked");
        if (!isPreview)
            await db.DemandReleasedAsync(link.ItemId, link.Rendition, ct);
        if (await db.Items.AnyAsync(i => i.Id == link.ItemId && i.State == ItemState.Disposed, ct))
            throw RequestRefusedException.Conflict($"资料 {link.ItemId} 已到期销毁 / item {link.ItemId} was disposed of after its term");
        db.Add(link);
        if (mark is not null)
        {
            await db.SaveChangesAsync(ct);
            db.Add(mark);
        }

        await db.AppendAsync(
            link.ItemId, link.MadeAt, Actors.Operator(link.MadeBy), CustodyEventKind.LinkMade,
            $"link {Short(link.TokenHash)} to {link.Rendition}{(mark is not null ? ", watermarked" : "")}{(isPreview ? ", to be reviewed" : "")}, expires {link.ExpiresAt:O}{(link.SingleUse ? ", for one use" : "")}{(link.Addresses is { } networks ? $", from {string.Join(' ', networks)}" : "")}", ct);
        return true;
    }

    private async Task LookAsync(CatalogueDb db, MediaLink link, string shown, string address, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (await (link.SingleUse ? ClaimAsync(db, link, address, now, ct) : BeginAsync(db, link, address, now, ct)))
        {
            await db.AppendAsync(
                link.ItemId, now, Actors.Server(options.Name), CustodyEventKind.Viewed,
                $"{shown} through link {Short(link.TokenHash)}, made by {link.MadeBy}, from {address}", ct);
        }
    }

    /// <returns>True when it is a new look.</returns>
    private static async Task<bool> BeginAsync(CatalogueDb db, MediaLink link, string address, DateTimeOffset now, CancellationToken ct)
    {
        var before = now - OneLook;
        return await db.Database.ExecuteSqlAsync(
            $"""
             insert into link_views (token_hash, address, viewed_at) values ({link.TokenHash}, {address}, {now})
             on conflict (token_hash, address) do update set viewed_at = excluded.viewed_at where link_views.viewed_at <= {before}
             """,
            ct) > 0;
    }

    /// <summary>The link is whose who comes first, for as long as they go on asking.</summary>
    private static async Task<bool> ClaimAsync(CatalogueDb db, MediaLink link, string address, DateTimeOffset now, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from links where token_hash = {link.TokenHash} for update", ct);
        var claim = await db.LinkViews.SingleOrDefaultAsync(v => v.TokenHash == link.TokenHash, ct);
        if (claim is null)
        {
            db.Add(new LinkView { TokenHash = link.TokenHash, Address = address, ViewedAt = now });
            return true;
        }

        if (claim.Address != address || now - claim.ViewedAt >= OneLook)
            throw Over("链接只能使用一次，已经用过 / the link was for one use, and was used");
        claim.ViewedAt = now;
        return false;
    }
}
