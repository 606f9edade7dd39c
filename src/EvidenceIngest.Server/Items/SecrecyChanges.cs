using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>涉密属性 (article 30): custodians raise it, heads alone lower it; the chain keeps the old level, the new one, who and why.</summary>
internal sealed class SecrecyChanges(EvidenceCatalogue catalogue, TimeProvider time)
{
    /// <summary>Idempotent.</summary>
    public Task<SecrecyView> RaiseAsync(string itemId, SecrecyRequest request, Caller by, CancellationToken ct) => ChangeAsync(
        itemId, request, by,
        item =>
        {
            if (request.Level < item.Secrecy)
                throw new RequestRefusedException(StatusCodes.Status403Forbidden, $"资料 {itemId} 标为{EvidenceWords.Chinese(item.Secrecy)}，只有负责人可以降低 / item {itemId} is {item.Secrecy}: only a head may lower that");
            // Otherwise nobody who deals with it would find it again.
            if (request.Level == Secrecy.StateSecret && !by.Reach.CoversSecretsOf(item.UnitId))
                throw RequestRefusedException.Conflict("涉及国家秘密的资料只在其所在单位可见，标注后您将不能再查看，须由该单位的管理员标注 / state secrets are seen in their own unit alone: a custodian of that unit has to mark it, as you would not see it any more");
        },
        ct);

    /// <summary>Idempotent.</summary>
    public Task<SecrecyView> LowerAsync(string itemId, SecrecyRequest request, Caller by, CancellationToken ct) => ChangeAsync(
        itemId, request, by,
        item =>
        {
            if (request.Level > item.Secrecy)
                throw RequestRefusedException.Conflict($"资料 {itemId} 标为{EvidenceWords.Chinese(item.Secrecy)}，标为{EvidenceWords.Chinese(request.Level)}属于提高，由管理员办理 / item {itemId} is {item.Secrecy}: {request.Level} would raise that, which a custodian does");
        },
        ct);

    private Task<SecrecyView> ChangeAsync(string itemId, SecrecyRequest request, Caller by, Action<EvidenceItem> demand, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        return catalogue.WriteAsync(
            async db =>
            {
                await db.LockItemAsync(itemId, ct);
                var item = await by.Reach.Of(db.Items).SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
                demand(item);
                if (item.Secrecy != request.Level)
                {
                    var now = time.GetUtcNow();
                    await db.AppendAsync(
                        itemId, now, Actors.Operator(by.Name), CustodyEventKind.SecrecyChanged, $"secrecy: from {item.Secrecy} to {request.Level}, as {by.Person.Role}; reason: {request.Why}", ct);
                    item.Secrecy = request.Level;
                    // Whoever got a link may not be one who sees state secrets.
                    if (request.Level == Secrecy.StateSecret)
                        await db.Links.Where(l => l.ItemId == itemId && l.ExpiresAt > now).ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAt, now), ct);
                }

                return new SecrecyView(itemId, item.Secrecy);
            },
            ct);
    }
}

/// <param name="Level">None, PersonalPrivacy, TradeSecret or StateSecret.</param>
/// <param name="Why">Enters the item's chain.</param>
public sealed record SecrecyRequest(Secrecy Level, string Why);

/// <param name="Item">Which.</param>
/// <param name="Level">As it is now.</param>
public sealed record SecrecyView(string Item, Secrecy Level);

internal static class SecrecyEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder writers)
    {
        writers.MapPut("/items/{id}/secrecy", async (string id, HttpContext http, SecrecyChanges secrecy, CancellationToken ct) =>
                TypedResults.Ok(await secrecy.RaiseAsync(id, await http.ReadJsonAsync<SecrecyRequest>(MaxBody), http.Caller(), ct)))
            .Concerns(Data.Item).WithTags("Items").Accepts<SecrecyRequest>("application/json");
        api.MapPost("/items/{id}/secrecy/lower", async (string id, HttpContext http, SecrecyChanges secrecy, CancellationToken ct) =>
                TypedResults.Ok(await secrecy.LowerAsync(id, await http.ReadJsonAsync<SecrecyRequest>(MaxBody), http.Caller(), ct)))
            .RequireToken(TokenKind.Operator, Scopes.DecideAccess).Concerns(Data.Item).WithTags("Items").Accepts<SecrecyRequest>("application/json");
    }
}
