using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;

namespace EvidenceIngest.Server.Status;

internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder api)
    {
        api.MapGet("/status", async (ServerOverview overview, CancellationToken ct) => TypedResults.Ok(await overview.StatusAsync(ct)))
            .RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System).Concerns(Data.Installation).WithTags("Status");
        api.MapGet("/status/beginning", async (EvidenceCatalogue catalogue, CancellationToken ct) => TypedResults.Ok(await catalogue.ReadAsync(db => Beginning.OfAsync(db, ct), ct)))
            .RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System, Scopes.Accounts).Concerns(Data.Installation).WithTags("Status");
    }

    /// <summary>Open to everybody: container and load balancer checks have no token. 503 while degraded.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app) =>
        app.MapGet("/health", async (ServerOverview overview, CancellationToken ct) =>
        {
            var report = await overview.HealthAsync(ct);
            return TypedResults.Json(report, statusCode: report.Reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).WithTags("Status").Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
}
