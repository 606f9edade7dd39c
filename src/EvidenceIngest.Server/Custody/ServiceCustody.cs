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

    public static void Map(IEndpointRouteBuilder api)
    {
        var auditors = api.MapGroup("/service/custody").RequireToken(TokenKind.Operator, Scopes.Audit).Concerns(Data.Installation).WithTags("Custody log");
        auditors.MapGet("", ListAsync).Produces<ServiceEventView[]>();
        auditors.MapGet("/{sequence:int}/proof", async (int sequence, LogRegister log, CancellationToken ct, long? size = null) =>
            TypedResults.Ok(await log.InclusionAsync(CustodyLog.ServiceChain, sequence, size, ct)));
    }

    private static async Task<IResult> ListAsync(EvidenceCatalogue catalogue, CancellationToken ct, int after = 0, int limit = 200)
    {
        limit = Math.Clamp(limit, 1, MostPerPage);
        var page = await catalogue.ReadAsync(
            db => db.CustodyEvents.Where(e => e.ItemId == CustodyLog.ServiceChain && e.Sequence > after).OrderBy(e => e.Sequence).Take(limit).ToListAsync(ct), ct);
        return TypedResults.Ok(page.Select(stored =>
        {
            var link = EvidenceJson.FromBytes<CustodyEvent>(stored.Bytes);
            return new ServiceEventView(link.Sequence, link.At, link.Actor, link.Kind, link.Detail, stored.Hash, stored.Bytes);
        }).ToArray());
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
