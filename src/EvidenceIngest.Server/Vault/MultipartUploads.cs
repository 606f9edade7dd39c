using System.Globalization;
using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace EvidenceIngest.Server.Vault;

/// <summary>Multipart uploads: begun by the server, filled by docks through grants, completed by the server.</summary>
internal sealed class MultipartUploads(IAmazonS3 s3, StoreCall store)
{
    public async Task<string> BeginAsync(VaultObject target, string contentType, CancellationToken ct)
    {
        var answer = await store.RunAsync(
            $"begin the upload of {target.Key}",
            token => s3.InitiateMultipartUploadAsync(
                new InitiateMultipartUploadRequest { BucketName = target.Bucket, Key = target.Key, ContentType = contentType }, token),
            ct);
        return answer.UploadId;
    }

    public async Task<StoredPart> SendPartAsync(
        VaultObject target, string uploadId, int part, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        MemoryMarshal.TryGetArray(content, out var bytes);
        var answer = await store.RunAsync(
            $"store part {part} of {target.Key}",
            token => s3.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = target.Bucket,
                    Key = target.Key,
                    UploadId = uploadId,
                    PartNumber = part,
                    PartSize = bytes.Count,
                    InputStream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false),
                    UseChunkEncoding = false,
                },
                token),
            ct);
        return new StoredPart(part, answer.ETag, bytes.Count);
    }

    public async Task<IReadOnlyList<StoredPart>?> ListPartsAsync(VaultObject target, string uploadId, CancellationToken ct)
    {
        var parts = new List<StoredPart>();
        string? after = null;
        try
        {
            do
            {
                var marker = after;
                var page = await store.RunAsync(
                    $"list the parts of {target.Key}",
                    token => s3.ListPartsAsync(
                        new ListPartsRequest
                        {
                            BucketName = target.Bucket, Key = target.Key, UploadId = uploadId, PartNumberMarker = marker,
                        },
                        token),
                    ct,
                    "NoSuchUpload",
                    // Ceph 16, whose upload is an object of its own.
                    "NoSuchKey");
                parts.AddRange((page.Parts ?? []).Select(p => new StoredPart(p.PartNumber ?? 0, p.ETag, p.Size ?? 0)));
                after = page.IsTruncated == true ? page.NextPartNumberMarker?.ToString(CultureInfo.InvariantCulture) : null;
            }
            while (after is not null);
            return parts;
        }
        catch (AmazonS3Exception)
        {
            return null;
        }
    }

    public async Task<VaultVersion> CompleteAsync(
        VaultObject target, string uploadId, IReadOnlyList<StoredPart> parts, CancellationToken ct)
    {
        try
        {
            var answer = await store.RunAsync(
                $"complete the upload of {target.Key}",
                token => s3.CompleteMultipartUploadAsync(
                    new CompleteMultipartUploadRequest
                    {
                        BucketName = target.Bucket,
                        Key = target.Key,
                        UploadId = uploadId,
                        PartETags = [.. parts.OrderBy(p => p.Part).Select(p => new PartETag(p.Part, p.ETag))],
                    },
                    token),
                ct,
                "NoSuchUpload",
                "InvalidPart",
                "InvalidPartOrder",
                "EntityTooSmall",
                "MalformedXML");
            if (!string.IsNullOrEmpty(answer.VersionId))
                return target.Version(answer.VersionId);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode != "NoSuchUpload")
        {
            throw new VaultUploadLostException($"the upload of {target.Key} can't be completed: {StoreAnswer.Words(e)}");
        }
        catch (AmazonS3Exception)
        {
            // An earlier call completed it and its answer was lost, or somebody aborted it: the key knows.
        }
        catch (VaultUnavailableException e) when (e.InnerException is AmazonS3Exception)
        {
            // Ceph 16 says "500 This multipart completion is already in progress" for an upload that is gone.
            if (await ListPartsAsync(target, uploadId, ct) is not null)
                throw;
        }

        return await FindVersionAsync(target, ct)
            ?? throw new VaultUploadLostException($"the vault knows neither the upload of {target.Key} nor a version of it");
    }

    public async Task AbortAsync(VaultObject target, string uploadId, CancellationToken ct)
    {
        try
        {
            await store.RunAsync(
                $"abort the upload of {target.Key}",
                token => s3.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = target.Bucket, Key = target.Key, UploadId = uploadId }, token),
                ct,
                "NoSuchUpload");
        }
        catch (AmazonS3Exception)
        {
            // Completed or aborted before.
        }
    }

    // Keys are used for one upload only, so the newest version of the key is the one that this upload became.
    private async Task<VaultVersion?> FindVersionAsync(VaultObject target, CancellationToken ct)
    {
        // The shortest key with a prefix is listed first: one page holds it.
        var page = await store.RunAsync(
            $"look for versions of {target.Key}",
            token => s3.ListVersionsAsync(new ListVersionsRequest { BucketName = target.Bucket, Prefix = target.Key }, token),
            ct);
        var found = page.Versions?.FirstOrDefault(v => v.Key == target.Key && v.IsDeleteMarker != true);
        return found is null ? null : target.Version(found.VersionId);
    }
}
