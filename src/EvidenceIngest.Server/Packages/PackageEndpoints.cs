using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Vault;
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

    private static async Task<IResult> ReadAsync(string id, string path, PackageMaking packages, IVault vault, CancellationToken ct)
    {
        Texts.Demand(path, "path", 300);
        var file = await packages.OpenAsync(Id(id), path, ct);
#pragma warning disable CA2000 // The result disposes it when it is written.
        Stream content = file.Content is { } small
            ? new MemoryStream(small, writable: false)
            : new RenditionStream(vault, new VaultVersion(file.Bucket!, file.Key!, file.VersionId!), file.Bytes);
#pragma warning restore CA2000
        return TypedResults.Stream(
            content, "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""), enableRangeProcessing: true);
    }

    private static string Id(string id)
    {
        Texts.Demand(id, "package", 100);
        return id;
    }
}
