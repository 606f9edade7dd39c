using System.Net;
using System.Security.Cryptography;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>Sends parts as a dock does: with nothing but the granted URL.</summary>
internal static class Uploads
{
    public const int PartBytes = 8 << 20;

    private static readonly HttpClient Http = new();

    public static byte[] RandomBytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

#pragma warning disable CA5351 // S3's own transport check; what proves the content is the SHA-256 of the read-back.
    public static string Md5(ReadOnlySpan<byte> content) => Convert.ToBase64String(MD5.HashData(content));
#pragma warning restore CA5351

    public static async Task<HttpStatusCode> SendAsync(Uri grant, byte[] content, string? contentMd5)
    {
        using var body = new ByteArrayContent(content);
        if (contentMd5 is not null)
            body.Headers.TryAddWithoutValidation("Content-MD5", contentMd5);
        using var answer = await Http.PutAsync(grant, body);
        return answer.StatusCode;
    }

    public static async Task<HttpStatusCode> SendPartAsync(this IVault vault, VaultObject target, string upload, int part, byte[] content)
    {
        var md5 = Md5(content);
        return await SendAsync(vault.GrantPart(target, upload, part, md5, TimeSpan.FromMinutes(10)), content, md5);
    }

    /// <summary>Begins an upload and sends everything; the caller completes it.</summary>
    public static async Task<(string Upload, IReadOnlyList<StoredPart> Parts)> SendAllAsync(
        this IVault vault, VaultObject target, byte[] content, CancellationToken ct)
    {
        var upload = await vault.BeginUploadAsync(target, "video/mp4", ct);
        var number = 0;
        foreach (var part in content.Chunk(PartBytes))
            Assert.Equal(HttpStatusCode.OK, await vault.SendPartAsync(target, upload, ++number, part));
        return (upload, await vault.ListPartsAsync(target, upload, ct) ?? []);
    }

    public static async Task<VaultVersion> UploadAsync(this IVault vault, VaultObject target, byte[] content, CancellationToken ct)
    {
        var (upload, parts) = await vault.SendAllAsync(target, content, ct);
        return await vault.CompleteUploadAsync(target, upload, parts, ct);
    }

    public static async Task<byte[]> ReadAsync(
        this IVault vault, VaultVersion version, CancellationToken ct, long offset = 0, long? length = null)
    {
        await using var stream = await vault.OpenAsync(version, offset, length, ct);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, ct);
        return read.ToArray();
    }
}
