using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Custody;

/// <summary>The service's own chain, for auditors.</summary>
internal static class ServiceCustody
{
    private const int MostPerPage = 1000;

    // About a second of one core.
    private const int MostLookedThrough = 20_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        var auditors = api.MapGroup("/service/custody").RequireToken(TokenKind.Operator, Scopes.Audit).Concerns(Data.Installation).WithTags("Custody log");
        auditors.MapGet("", ListAsync).Produces<ServiceEventView[]>();
        auditors.MapGet("/search", SearchAsync).Produces<ServiceEventPage>().ProducesProblem(StatusCodes.Status400BadRequest);
        auditors.MapGet("/{sequence:int}/proof", async (int sequence, LogRegister log, CancellationToken ct, long? size = null) =>
            TypedResults.Ok(await log.InclusionAsync(CustodyLog.ServiceChain, sequence, size, ct)));
    }

    private static async Task<IResult> ListAsync(EvidenceCatalogue catalogue, CancellationToken ct, int after = 0, int limit = 200)
    {
        limit = Math.Clamp(limit, 1, MostPerPage);
        var page = await catalogue.ReadAsync(
            db => db.CustodyEvents.Where(e => e.ItemId == CustodyLog.ServiceChain && e.Sequence > after).OrderBy(e => e.Sequence).Take(limit).ToListAsync(ct), ct);
        return TypedResults.Ok(page.Select(View).ToArray());
    }

    /// <summary>
    /// The bytes are what was hashed and nothing beside them is indexed, so each page looks through a part of the chain and says where
    /// it stopped.
    /// </summary>
    private static async Task<IResult> SearchAsync(
        EvidenceCatalogue catalogue, ServerOptions options, CancellationToken ct, string? q = null, string? kind = null, string? from = null, string? to = null, string? before = null, int limit = 100)
    {
        var filter = ServiceEventFilter.Parse(q, kind, from, to, options.AgencyZone);
        limit = Math.Clamp(limit, 1, MostPerPage);
        var (next, found) = (Before(before), new List<ServiceEventView>());
        for (var looked = 0; looked < MostLookedThrough; looked += MostPerPage)
        {
            var page = await catalogue.ReadAsync(
                db => db.CustodyEvents.Where(e => e.ItemId == CustodyLog.ServiceChain && e.Sequence < next).OrderByDescending(e => e.Sequence).Take(MostPerPage).ToListAsync(ct), ct);
            foreach (var happened in page.Select(View))
            {
                if (filter.IsPast(happened))
                    return TypedResults.Ok(new ServiceEventPage(found, null));
                next = happened.Sequence;
                if (filter.Takes(happened))
                    found.Add(happened);
                if (found.Count == limit)
                    return TypedResults.Ok(new ServiceEventPage(found, next));
            }

            if (page.Count < MostPerPage)
                return TypedResults.Ok(new ServiceEventPage(found, null));
        }

        return TypedResults.Ok(new ServiceEventPage(found, next));
    }

    private static int Before(string? before) => before is null or "" ? int.MaxValue
        : int.TryParse(before, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var sequence) ? sequence
        : throw RequestRefusedException.Invalid("before", "应为事件序号 / must be a number of an event");

    private static ServiceEventView View(StoredCustodyEvent stored)
    {
        var link = EvidenceJson.FromBytes<CustodyEvent>(stored.Bytes);
        return new ServiceEventView(link.Sequence, link.At, link.Actor, link.Kind, link.Detail, stored.Hash, stored.Bytes);
    }
}

/// <param name="Sequence">From 1, without gaps; the next page begins <c>after</c> the last one's.</param>
/// <param name="At">UTC.</param>
/// <param name="Actor">Who did it: <c>operator:NAME</c>, <c>server:NAME</c>, <c>address:IP</c>.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">Facts.</param>
/// <param name="Hash">SHA-256(0x00 || bytes), lower-case hexadecimal.</param>
/// <param name="Bytes">As hashed, with the hash of the event before; base64 in JSON.</param>
public sealed record ServiceEventView(int Sequence, DateTimeOffset At, string Actor, CustodyEventKind Kind, string Detail, string Hash, byte[] Bytes);

/// <param name="Events">The newest first.</param>
/// <param name="Next">Look on with this as <c>before</c>; null at the beginning of the chain. A page may be empty and the search not at its end.</param>
public sealed record ServiceEventPage(IReadOnlyList<ServiceEventView> Events, int? Next);
