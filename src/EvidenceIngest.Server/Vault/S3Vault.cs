using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Vault;

/// <summary>The vault on any S3 store with versioning and Object Lock; proven against Ceph RADOS Gateway.</summary>
internal sealed class S3Vault : IVault, IDisposable
{
    // Also what PutAsync holds in memory: an attempt that fails is repeated from there, whatever the stream can do.
    private const int PutPartBytes = 16 << 20;

    private readonly AmazonS3Client _s3;
    private readonly VaultOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<S3Vault> _logger;
    private readonly StoreCall _store;
    private readonly MultipartUploads _uploads;
    private readonly ObjectLocks _locks;

    public S3Vault(VaultOptions options, TimeProvider time, ILogger<S3Vault> logger)
    {
        _s3 = S3Client.Create(options);
        _options = options;
        _time = time;
        _logger = logger;
        _store = new StoreCall(options, time, logger);
        _uploads = new MultipartUploads(_s3, _store);
        _locks = new ObjectLocks(_s3, _store);
    }

    public Task PrepareAsync(CancellationToken ct) => new VaultBuckets(_s3, _store, _options, _logger).PrepareAsync(ct);

    public Task<string> BeginUploadAsync(VaultObject target, string contentType, CancellationToken ct) =>
        _uploads.BeginAsync(target, contentType, ct);

    public Uri GrantPart(VaultObject target, string uploadId, int part, string contentMd5, TimeSpan validFor)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = target.Bucket,
            Key = target.Key,
            Verb = HttpVerb.PUT,
            UploadId = uploadId,
            PartNumber = part,
            Expires = (_time.GetUtcNow() + validFor).UtcDateTime,
            Protocol = _options.Endpoint.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
        };
        // Signed with the URL: the store takes the grant only with this header, and the header only with this body.
        request.Headers["Content-MD5"] = contentMd5;
        return new Uri(_s3.GetPreSignedURL(request));
    }

    public Task<IReadOnlyList<StoredPart>?> ListPartsAsync(VaultObject target, string uploadId, CancellationToken ct) =>
        _uploads.ListPartsAsync(target, uploadId, ct);

    public Task<VaultVersion> CompleteUploadAsync(
        VaultObject target, string uploadId, IReadOnlyList<StoredPart> parts, CancellationToken ct) =>
        _uploads.CompleteAsync(target, uploadId, parts, ct);

    public Task AbortUploadAsync(VaultObject target, string uploadId, CancellationToken ct) =>
        _uploads.AbortAsync(target, uploadId, ct);

    public async Task<VaultVersion> PutAsync(VaultObject target, Stream content, string contentType, CancellationToken ct)
    {
        var part = ArrayPool<byte>.Shared.Rent(PutPartBytes);
        try
        {
            var filled = await content.ReadAtLeastAsync(part.AsMemory(0, PutPartBytes), PutPartBytes, throwOnEndOfStream: false, ct);
            return filled < PutPartBytes
                ? await PutWholeAsync(target, part, filled, contentType, ct)
                : await PutInPartsAsync(target, part, content, contentType, ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
    }

    public async Task<Stream> OpenAsync(VaultVersion version, long offset, long? length, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (length == 0)
            return Stream.Null;
        var whole = offset == 0 && length is null;
        try
        {
            var response = await _store.RunAsync(
                $"open {version.Key}",
                token => _s3.GetObjectAsync(
                    new GetObjectRequest
                    {
                        BucketName = version.Bucket,
                        Key = version.Key,
                        VersionId = version.VersionId,
                        ByteRange = whole ? null : new ByteRange(offset, length is { } l ? offset + l - 1 : long.MaxValue),
                    },
                    token),
                ct,
                "InvalidRange");
            if (whole || response.HttpStatusCode == HttpStatusCode.PartialContent)
                return new VaultStream(response, version, _options.CallTimeout, _time);
            response.Dispose();
            throw new VaultBrokenPromiseException($"the vault ignores ranges: it answered {(int)response.HttpStatusCode} for a part of {version.Key}");
        }
        catch (AmazonS3Exception)
        {
            // The offset lies at or behind the end.
            return Stream.Null;
        }
    }

    public Task LockAsync(VaultVersion version, DateTimeOffset until, CancellationToken ct) => _locks.LockAsync(version, until, ct);

    public Task<VaultLock?> ReadLockAsync(VaultVersion version, CancellationToken ct) => _locks.ReadAsync(version, ct);

    public async IAsyncEnumerable<StoredVersion> ListAsync(string bucket, string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListVersionsRequest { BucketName = bucket, Prefix = prefix };
        ListVersionsResponse page;
        do
        {
            page = await _store.RunAsync($"list {prefix}", token => _s3.ListVersionsAsync(request, token), ct);
            foreach (var found in (page.Versions ?? []).Where(v => v.IsDeleteMarker != true))
                yield return new StoredVersion(new VaultObject(bucket, found.Key).Version(found.VersionId), found.Size ?? 0);
            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (page.IsTruncated == true);
    }

    public Task<VaultProbeReport> ProbeAsync(CancellationToken ct) =>
        VaultProbes.RunAsync(_options, _s3, VaultUser.Server, keys: null, _time, _logger, ct);

    public void Dispose() => _s3.Dispose();

    private async Task<VaultVersion> PutWholeAsync(VaultObject target, byte[] content, int bytes, string contentType, CancellationToken ct)
    {
        var answer = await _store.RunAsync(
            $"store {target.Key}",
            token => _s3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = target.Bucket,
                    Key = target.Key,
                    ContentType = contentType,
                    InputStream = new MemoryStream(content, 0, bytes, writable: false),
                    UseChunkEncoding = false,
                },
                token),
            ct);
        return target.Version(answer.VersionId);
    }

    private async Task<VaultVersion> PutInPartsAsync(
        VaultObject target, byte[] part, Stream content, string contentType, CancellationToken ct)
    {
        var upload = await _uploads.BeginAsync(target, contentType, ct);
        try
        {
            var sent = new List<StoredPart>();
            for (var filled = PutPartBytes; filled > 0;)
            {
                sent.Add(await _uploads.SendPartAsync(target, upload, sent.Count + 1, part.AsMemory(0, filled), ct));
                filled = await content.ReadAtLeastAsync(part.AsMemory(0, PutPartBytes), PutPartBytes, throwOnEndOfStream: false, ct);
            }

            return await _uploads.CompleteAsync(target, upload, sent, ct);
        }
        catch
        {
            await ForgetAsync(target, upload);
            throw;
        }
    }

    private async Task ForgetAsync(VaultObject target, string upload)
    {
        try
        {
            // The caller's token may be what ended the upload; the call ends by its own limit.
            await _uploads.AbortAsync(target, upload, CancellationToken.None);
        }
        catch (VaultUnavailableException e)
        {
            Log.AbortFailed(_logger, e.Message);
        }
    }
}
