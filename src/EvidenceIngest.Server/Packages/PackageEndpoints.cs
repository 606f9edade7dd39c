using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using Microsoft.Net.Http.Headers;

namespace EvidenceIngest.Server.Packages;

internal static class PackageEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder writers)
    {
        // Reading is handing out: it takes the right that making takes.
        writers.MapPost("/packages", MakeAsync).Concerns(Data.Checked).WithTags("Packages").Accepts<PackageRequest>("application/json").Produces<PackageView>(StatusCodes.Status201Created);
        var packages = writers.MapGroup("/packages").Concerns(Data.Package).WithTags("Packages");
        packages.MapGet("/{id}", FindAsync).Produces<PackageView>().ProducesProblem(StatusCodes.Status404NotFound);
        packages.MapGet("/{id}/files/{**path}", ReadAsync).Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> MakeAsync(HttpContext http, PackageMaking packages, EvidenceCatalogue catalogue, TimeProvider time, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<PackageRequest>(MaxBody);
        await catalogue.DemandItemsAsync(http.Caller().Reach, request.Items, ct);
        var package = await packages.MakeAsync(Repeats.MadeId(http, time), request, http.Caller().Name, ct);
        return TypedResults.Created($"/api/v1/packages/{package.Package}", package);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext http, PackageMaking packages, CancellationToken ct) =>
        http.Tagged(await packages.FindAsync(Id(id), ct));

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
