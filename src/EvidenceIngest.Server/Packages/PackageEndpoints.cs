using EvidenceIngest.Server.Access;
using Microsoft.Net.Http.Headers;

namespace EvidenceIngest.Server.Packages;

internal static class PackageEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder writers)
    {
        // Reading is handing out: it takes the right that making takes.
        var packages = writers.MapGroup("/packages").WithTags("Packages");
        packages.MapPost("", MakeAsync).Accepts<PackageRequest>("application/json").Produces<PackageView>(StatusCodes.Status201Created);
        packages.MapGet("/{id}", FindAsync).Produces<PackageView>().ProducesProblem(StatusCodes.Status404NotFound);
        packages.MapGet("/{id}/files/{**path}", ReadAsync).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> MakeAsync(HttpContext http, PackageMaking packages, CancellationToken ct)
    {
        var package = await packages.MakeAsync(await http.ReadJsonAsync<PackageRequest>(MaxBody), http.Caller().Name, ct);
        return TypedResults.Created($"/api/v1/packages/{package.Package}", package);
    }

    private static async Task<IResult> FindAsync(string id, PackageMaking packages, CancellationToken ct) =>
        TypedResults.Ok(await packages.FindAsync(Id(id), ct));

    private static async Task<IResult> ReadAsync(string id, string path, HttpContext http, PackageReading packages, CancellationToken ct)
    {
        Texts.Demand(path, "path", 300);
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        var (file, content) = await packages.OpenAsync(Id(id), path, http.Caller().Name, address, ct);
        return TypedResults.Stream(
            content, "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""), enableRangeProcessing: true);
    }

    private static string Id(string id)
    {
        Texts.Demand(id, "package", 100);
        return id;
    }
}
