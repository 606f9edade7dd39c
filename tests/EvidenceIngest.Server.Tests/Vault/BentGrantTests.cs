using System.Net;
using Amazon.S3.Model;
using EvidenceIngest.Server.Vault;
using static EvidenceIngest.Server.Tests.Vault.Uploads;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>
/// A dock holds no keys, only URLs for single parts. What a stolen URL can be bent to, tried on a real RADOS Gateway.
/// </summary>
[Collection(VaultCollection.Name)]
public sealed class BentGrantTests(PrivateStore store) : IAsyncLifetime
{
    private static readonly HttpClient Http = new();

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));
    private readonly S3Vault _vault = PrivateStore.Open(store.Options());
    private readonly byte[] _content = RandomBytes(1000);
    private readonly string _key = $"masters/{Guid.NewGuid():N}";
    private VaultVersion? _sealed;
    private string? _upload;
    private string _grant = "";

    /// <summary>The sealed version that the thief is after lies beside the upload, and its name is known.</summary>
    public async ValueTask InitializeAsync()
    {
        _sealed = await _vault.PutAsync(new VaultObject(store.Options().Bucket, _key + "/sealed"), new MemoryStream([1, 2, 3]), "video/mp4", _limit.Token);
        await _vault.LockAsync(_sealed, TimeProvider.System.GetUtcNow().AddMinutes(2), _limit.Token);
        var target = new VaultObject(store.Options().Bucket, _key + "/upload");
        _upload = await _vault.BeginUploadAsync(target, "video/mp4", _limit.Token);
        _grant = _vault.GrantPart(target, _upload, 1, Md5(_content), TimeSpan.FromMinutes(5)).AbsoluteUri;
    }

    [Theory]
    [InlineData("DELETE", "", "")]
    [InlineData("GET", "", "")]
    [InlineData("HEAD", "", "")]
    [InlineData("POST", "", "")]
    [InlineData("DELETE", "/upload", "/sealed")]
    [InlineData("GET", "/upload", "/sealed")]
    [InlineData("PUT", "/upload", "/sealed")]
    [InlineData("PUT", "/upload", "")]
    [InlineData("PUT", "partNumber=1", "partNumber=2")]
    [InlineData("PUT", "partNumber=1", "partNumber=1&retention")]
    [InlineData("PUT", "partNumber=1", "partNumber=1&legal-hold")]
    [InlineData("PUT", "partNumber=1", "partNumber=1&acl")]
    [InlineData("PUT", "partNumber=1", "partNumber=1&tagging")]
    [InlineData("PUT", "partNumber=1", "retention")]
    [InlineData("PUT", "partNumber=1&", "")]
    [InlineData("DELETE", "partNumber=1&", "")]
    [InlineData("GET", "partNumber=1&", "")]
    [InlineData("POST", "partNumber=1&", "")]
    [InlineData("PUT", "X-Amz-Expires=", "X-Amz-Expires=9")]
    [InlineData("PUT", "X-Amz-SignedHeaders=content-md5%3Bhost", "X-Amz-SignedHeaders=host")]
    public async Task The_store_refuses(string method, string replaced, string by)
    {
        var bent = replaced.Length == 0 ? _grant : _grant.Replace(replaced, by, StringComparison.Ordinal);
        Assert.True(replaced.Length == 0 || bent != _grant, $"nothing to replace in {_grant}");
        using var request = new HttpRequestMessage(new HttpMethod(method), bent);
        if (method is "PUT" or "POST")
            request.Content = Body();
        using var answer = await Http.SendAsync(request, _limit.Token);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        await NothingHappenedAsync();
    }

    [Theory]
    [InlineData("x-amz-object-lock-mode", "GOVERNANCE")]
    [InlineData("x-amz-object-lock-legal-hold", "ON")]
    [InlineData("x-amz-acl", "public-read")]
    [InlineData("x-amz-tagging", "a=b")]
    [InlineData("x-http-method-override", "DELETE")]
    public async Task A_header_that_was_not_signed_changes_nothing_but_the_part(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, _grant) { Content = Body() };
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await Http.SendAsync(request, _limit.Token);
        Assert.True((int)answer.StatusCode is 200 or (>= 400 and < 500), $"{answer.StatusCode}");
        Assert.Equal([1, 2, 3], await _vault.ReadAsync(_sealed!, _limit.Token));
        using var s3 = S3Client.Create(store.Options(), store.Admin);
        Assert.DoesNotContain(
            (await s3.ListVersionsAsync(new ListVersionsRequest { BucketName = _sealed!.Bucket, Prefix = _key }, _limit.Token)).Versions,
            v => v.Key != _sealed.Key || v.VersionId != _sealed.VersionId);
    }

    [Fact]
    public async Task A_copy_source_makes_no_part_of_another_objects_bytes()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, _grant) { Content = Body(empty: true) };
        request.Headers.TryAddWithoutValidation("x-amz-copy-source", $"/{_sealed!.Bucket}/{_sealed.Key}");
        using var answer = await Http.SendAsync(request, _limit.Token);
        var text = await answer.Content.ReadAsStringAsync(_limit.Token);
        Assert.True((int)answer.StatusCode >= 400, $"{answer.StatusCode} {text}");
        await NothingHappenedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _vault.AbortUploadAsync(new VaultObject(_sealed!.Bucket, _key + "/upload"), _upload!, CancellationToken.None);
        _vault.Dispose();
        _limit.Dispose();
    }

    private ByteArrayContent Body(bool empty = false)
    {
        var body = new ByteArrayContent(empty ? [] : _content);
        body.Headers.TryAddWithoutValidation("Content-MD5", Md5(_content));
        return body;
    }

    private async Task NothingHappenedAsync()
    {
        Assert.Equal([1, 2, 3], await _vault.ReadAsync(_sealed!, _limit.Token));
        Assert.True((await _vault.ReadLockAsync(_sealed!, _limit.Token))!.Compliance);
        Assert.Equal([_sealed!], await _vault.ListAsync(_sealed!.Bucket, _key, _limit.Token).Select(v => v.Version).ToListAsync(_limit.Token));
        Assert.Empty((await _vault.ListPartsAsync(new VaultObject(_sealed.Bucket, _key + "/upload"), _upload!, _limit.Token))!);
    }
}
