using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>
/// Lets a link be looked through: agreed, open, not expired, not too often, and still allowed by the item's secrecy. Each opening is written into
/// the chain before anything is shown.
/// </summary>
internal sealed class AccessLooks(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    // A player asks for hundreds of ranges. Who paused for longer opens it again.
    private static readonly TimeSpan OneLook = TimeSpan.FromMinutes(5);

    // How exactly the last request of a look is kept.
    private static readonly TimeSpan Exactness = TimeSpan.FromSeconds(30);

    /// <exception cref="RequestRefusedException">404 when unknown, 410 when it is over.</exception>
    public async Task<StoredRendition> OpenAsync(string token, string address, CancellationToken ct)
    {
        var hash = Secret.Hash(token);
        var known = await catalogue.ReadAsync(db => db.AccessLinks.SingleOrDefaultAsync(l => l.TokenHash == hash, ct), ct)
            ?? throw RequestRefusedException.NotFound("链接无效或已过期，请重新取得 / the link is not known");
        return await catalogue.WriteAsync(db => LookAsync(db, known, address, ct), ct);
    }

    private static RequestRefusedException Over(string why) => new(StatusCodes.Status410Gone, why);

    private async Task<StoredRendition> LookAsync(CatalogueDb db, AccessLink known, string address, CancellationToken ct)
    {
        // The request first, as everybody locks: whoever takes it back waits for this look, or ends it.
        await db.Database.ExecuteSqlAsync($"select 1 from access_requests where id = {known.RequestId} for share", ct);
        await db.Database.ExecuteSqlAsync($"select 1 from access_links where token_hash = {known.TokenHash} for update", ct);
        var link = await db.AccessLinks.SingleAsync(l => l.TokenHash == known.TokenHash, ct);
        var request = await db.AccessRequests.AsNoTracking().SingleAsync(r => r.Id == link.RequestId, ct);
        var item = await db.Items.AsNoTracking().SingleAsync(i => i.Id == link.ItemId, ct);
        var now = time.GetUtcNow();
        if (link.ExpiresAt <= now)
            throw Over("链接已过期，请联系执法机关 / the link has expired: ask the agency");
        if (!request.IsAgreed)
            throw Over("查阅已终止 / the access has ended");
        if (item.State == ItemState.Disposed)
            throw Over("资料已到期销毁 / the item was disposed of after its term");
        if (AccessRules.Obstacle(item.Id, item.Secrecy, request.State, request.Consent) is not null)
            throw Over("查阅已终止 / the access has ended");
        var copy = await db.AccessCopies.AsNoTracking().SingleAsync(c => c.RequestId == link.RequestId && c.ItemId == link.ItemId, ct);
        await CountAsync(db, link, copy, request, address, now, ct);
        return await db.Renditions.AsNoTracking().SingleAsync(r => r.ItemId == link.ItemId && r.Name == copy.Rendition, ct);
    }

    private async Task CountAsync(CatalogueDb db, AccessLink link, AccessCopy copy, AccessRequest request, string address, DateTimeOffset now, CancellationToken ct)
    {
        var look = await db.AccessLooks.SingleOrDefaultAsync(l => l.TokenHash == link.TokenHash && l.Address == address, ct);
        if (look is not null && now - look.SeenAt < OneLook)
        {
            if (now - look.SeenAt >= Exactness)
                look.SeenAt = now;
            return;
        }

        if (link.Openings >= link.MostOpenings)
            throw Over($"链接已达到查看次数上限（{link.MostOpenings}次） / the link was opened {link.MostOpenings} times, which is the most");
        link.Openings++;
        if (look is null)
            db.Add(new AccessLook { TokenHash = link.TokenHash, Address = address, BeganAt = now, SeenAt = now });
        else
            (look.BeganAt, look.SeenAt) = (now, now);
        await db.AppendAsync(
            link.ItemId, now, Actors.Server(options.Name), CustodyEventKind.Viewed,
            $"{copy.Rendition} through link {AccessOpening.Short(link.TokenHash)} of access request {request.Id}, by {request.PartyName} or whoever has it, from {address}; opening {link.Openings} of {link.MostOpenings}, made by {link.MadeBy}",
            ct);
    }
}
