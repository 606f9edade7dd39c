using System.Collections.Concurrent;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Web.Assets;

/// <summary>Style, scripts and pictures of the pages, out of this assembly. Their addresses change with their content, so browsers keep them.</summary>
internal sealed class EmbeddedAssets
{
    private const string Prefix = "assets/";

    private static readonly Assembly Own = typeof(EmbeddedAssets).Assembly;

    private readonly ConcurrentDictionary<string, byte[]> _compressed = new(StringComparer.Ordinal);

    private readonly Dictionary<string, byte[]> _files = Own.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(n => n[Prefix.Length..], Read, StringComparer.Ordinal);

    /// <summary>Where a page finds it.</summary>
    public string Address(string name) => $"/assets/{Convert.ToHexStringLower(SHA256.HashData(_files[name]))[..12]}/{name}";

    public static string? TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => null,
    };

    public byte[]? Find(string name) => _files.GetValueOrDefault(name);

    public byte[] Compressed(string name) => _compressed.GetOrAdd(name, n =>
    {
        using var small = new MemoryStream();
        using (var brotli = new BrotliStream(small, CompressionLevel.SmallestSize, leaveOpen: true))
            brotli.Write(_files[n]);
        return small.ToArray();
    });

    private static byte[] Read(string resource)
    {
        using var stream = Own.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

internal static class AssetEndpoints
{
    public static void MapAssets(this IEndpointRouteBuilder web) => web.MapGet("/assets/{digest}/{name}", Send).ExcludeFromDescription();

    private static Task Send(HttpContext http)
    {
        var assets = http.RequestServices.GetRequiredService<EmbeddedAssets>();
        var name = (string)http.GetRouteValue("name")!;
        if (assets.Find(name) is not { } content || EmbeddedAssets.TypeOf(name) is not { } type)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var response = http.Response;
        response.ContentType = type;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = "Accept-Encoding";
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            response.Headers.ContentEncoding = "br";
            content = assets.Compressed(name);
        }

        response.ContentLength = content.Length;
        return response.Body.WriteAsync(content, http.RequestAborted).AsTask();
    }
}
