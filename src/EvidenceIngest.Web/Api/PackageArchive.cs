using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Web.Sessions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Web.Api;

/// <summary>
/// An evidence package as one file for a browser. Nothing is staged: each file of the package goes through as it comes from the API,
/// which has signed its digest; an archive that broke off lacks its end, and no program opens it as whole.
/// </summary>
internal static class PackageArchive
{
    // Longer than any clock of ours: what was written into a package is older than the archive.
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void MapPackageArchive(this IEndpointRouteBuilder web) =>
        web.MapGet("/export/{id}.zip", SendAsync).RequireAuthorization().ExcludeFromDescription();

    private static async Task SendAsync(HttpContext http)
    {
        if (!Downloads.IsOurs(http))
            return;
        var (service, ct) = (http.RequestServices.GetRequiredService<ServiceAddress>(), http.RequestAborted);
        var address = "packages/" + Uri.EscapeDataString((string)http.GetRouteValue("id")!);
        using var found = await AskAsync(http, service, address, ct);
        if (!found.IsSuccessStatusCode)
        {
            http.Response.StatusCode = (int)found.StatusCode;
            return;
        }

        var package = (await found.Content.ReadFromJsonAsync<PackageView>(EvidenceJson.Options, ct))!;
        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{package.Package}.zip\"";
        http.Response.Headers.CacheControl = "no-store";
        // ZipArchive ends its entries with small writes that know no other way.
        http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        await using var archive = await ZipArchive.CreateAsync(http.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        foreach (var file in package.Files)
        {
            using var content = await AskAsync(http, service, $"{address}/files/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}", ct);
            if (!content.IsSuccessStatusCode)
            {
                // The answer has begun: only breaking it off tells that something is missing.
                http.Abort();
                return;
            }

            // Footage doesn't become smaller.
            var entry = archive.CreateEntry(file.Path, CompressionLevel.NoCompression);
            entry.LastWriteTime = package.MadeAt < Earliest ? Earliest : package.MadeAt;
            await using var target = await entry.OpenAsync(ct);
            await content.Content.CopyToAsync(target, ct);
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpContext http, ServiceAddress service, string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", SessionCookie.TokenOf(http.User));
        return await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }
}
