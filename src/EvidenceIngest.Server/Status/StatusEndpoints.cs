namespace EvidenceIngest.Server.Status;

internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder readers) =>
        readers.MapGet("/status", async (ServerOverview overview, CancellationToken ct) => TypedResults.Ok(await overview.StatusAsync(ct))).WithTags("Status");

    /// <summary>Open to everybody: container and load balancer checks have no token. 503 while degraded.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app) =>
        app.MapGet("/health", async (ServerOverview overview, CancellationToken ct) =>
        {
            var report = await overview.HealthAsync(ct);
            return TypedResults.Json(report, statusCode: report.Reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).WithTags("Status").Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
}
