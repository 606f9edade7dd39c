using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.AspNetCore.Mvc;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>The deliveries of <c>DeliveryProtocol.cs</c>. A dock reaches only deliveries that it announced itself.</summary>
internal static class DeliveryEndpoints
{
    private const int MaxWaitSeconds = 30;
    private const int MaxGrantBody = 64 << 10;
    private const int MaxEventsBody = 4 << 20;

    public static void MapDeliveries(this IEndpointRouteBuilder docks)
    {
        var deliveries = docks.MapGroup("/deliveries").WithTags("Deliveries");
        deliveries.MapPost("", AnnounceAsync)
            .Accepts<DeliveryManifest>("application/json")
            .Produces<DeliveryStatus>(StatusCodes.Status201Created).Produces<DeliveryStatus>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        deliveries.MapGet("/{id}", WaitAsync).Produces<DeliveryStatus>().ProducesProblem(StatusCodes.Status404NotFound);
        deliveries.MapPost("/{id}/grants", GrantAsync).Accepts<GrantRequest>("application/json").Produces<GrantAnswer>();
        deliveries.MapPost("/{id}/complete", CompleteAsync).Produces<DeliveryStatus>();
        deliveries.MapPost("/{id}/events", TellAsync).Accepts<DockEvent[]>("application/json").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> AnnounceAsync(
        HttpContext http, DeliveryAnnouncements announcements, DeliveryProgress progress, CancellationToken ct)
    {
        var manifest = await http.ReadJsonAsync<DeliveryManifest>(ManifestRules.MaxBodyBytes);
        ManifestRules.Check(manifest);
        var (id, isNew) = await announcements.AnnounceAsync(http.DockId(), manifest, ct);
        var status = await progress.StatusAsync(await progress.FindAsync(id, http.DockId(), ct), ct);
        return isNew ? TypedResults.Created($"/api/v1/deliveries/{id}", status) : TypedResults.Ok(status);
    }

    private static async Task<IResult> WaitAsync(
        string id, HttpContext http, DeliveryProgress progress, CancellationToken ct, [FromQuery] int waitSeconds = 0) =>
        TypedResults.Ok(await progress.WaitAsync(
            id, http.DockId(), TimeSpan.FromSeconds(Math.Clamp(waitSeconds, 0, MaxWaitSeconds)), ct));

    private static async Task<IResult> GrantAsync(
        string id, HttpContext http, DeliveryProgress progress, UploadGrants grants, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<GrantRequest>(MaxGrantBody);
        return TypedResults.Ok(await grants.GrantAsync(await progress.FindAsync(id, http.DockId(), ct), request, ct));
    }

    private static async Task<IResult> CompleteAsync(
        string id, HttpContext http, DeliveryProgress progress, DeliveryCompletion completion, CancellationToken ct) =>
        TypedResults.Ok(await completion.CompleteAsync(await progress.FindAsync(id, http.DockId(), ct), http.DockId(), ct));

    private static async Task<IResult> TellAsync(
        string id, HttpContext http, DeliveryProgress progress, EvidenceCatalogue catalogue, CancellationToken ct)
    {
        var events = await http.ReadJsonAsync<DockEvent[]>(MaxEventsBody);
        ManifestRules.CheckEvents(events, "events");
        var delivery = await progress.FindAsync(id, http.DockId(), ct);
        await catalogue.WriteAsync(db => db.AppendDockEventsAsync(delivery.ItemId, http.DockId(), events, ct), ct);
        return TypedResults.NoContent();
    }
}
