using System.Security.Cryptography;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain.Deliveries;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>One part of a staged file that the vault doesn't hold yet.</summary>
internal sealed record StagedPart(string Path, int File, int Part, long Offset, int Bytes);

/// <summary>
/// Sends parts to the vault: hashes each from staging, asks the server for a grant bound to that hash, and streams it. The
/// bytes pass through pooled 1 MiB buffers twice, so that memory doesn't grow with the part size.
/// </summary>
internal sealed class PartUpload(
    HttpClient vault, ServerApi api, BufferPool buffers, DeadlineGate parts, IoPace pace, DockOptions options, TimeProvider time)
{
    private const int GrantsAtOnce = 8;
    private const int MaxAttempts = 5;
    private const int MaxRefusals = 3;

    /// <exception cref="PartRefusedException">The vault refused a part again and again.</exception>
    public Task SendAsync(string deliveryId, IReadOnlyList<StagedPart> missing, DateTimeOffset deadline, CancellationToken ct) =>
        Parallel.ForEachAsync(
            GrantedAsync(deliveryId, missing, ct),
            new ParallelOptions { MaxDegreeOfParallelism = options.Upload.ParallelParts, CancellationToken = ct },
            async (granted, token) =>
            {
                using var place = await parts.EnterAsync(deadline, token);
                await SendAsync(deliveryId, granted.Part, granted.Md5, granted.Grant, token);
            });

    private async IAsyncEnumerable<(StagedPart Part, byte[] Md5, PartGrant Grant)> GrantedAsync(
        string deliveryId, IReadOnlyList<StagedPart> missing, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var batch in missing.Chunk(GrantsAtOnce))
        {
            var hashes = new List<byte[]>(batch.Length);
            foreach (var part in batch)
                hashes.Add(await Md5Async(part, ct));
            var answer = await api.GrantsAsync(deliveryId, RequestFor(batch, hashes), ct);
            for (var i = 0; i < batch.Length; i++)
                yield return (batch[i], hashes[i], answer.Grants[i]);
        }
    }

    private async Task SendAsync(string deliveryId, StagedPart part, byte[] md5, PartGrant grant, CancellationToken ct)
    {
        var refusals = 0;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await PutAsync(part, md5, grant.Url, ct);
                return;
            }
            catch (PartRefusedException) when (++refusals < MaxRefusals)
            {
                // The grant ran out, or the bytes were not what had been hashed: both anew.
                md5 = await Md5Async(part, ct);
                grant = (await api.GrantsAsync(deliveryId, RequestFor([part], [md5]), ct)).Grants[0];
            }
            catch (ServerBusyException e) when (attempt < MaxAttempts)
            {
                await Task.Delay(e.RetryAfter ?? Backoff.After(attempt), time, ct);
            }
        }
    }

    private async Task PutAsync(StagedPart part, byte[] md5, Uri url, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new StagedPartContent(part, buffers, pace) };
        request.Content.Headers.ContentMD5 = md5;
        try
        {
            using var response = await vault.SendAsync(request, ct);
            if (response.IsSuccessStatusCode)
                return;
            var status = (int)response.StatusCode;
            throw status is >= 500 or 429 or 408
                ? new ServerBusyException($"the vault answered {status}", response.Headers.RetryAfter?.Delta)
                : new PartRefusedException($"the vault refused part {part.Part} of file {part.File} with {status}");
        }
        catch (Exception e) when (e is HttpRequestException { InnerException: not StagedCopySpoiledException }
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new ServerBusyException($"the vault: {e.Message}", cause: e);
        }
        catch (HttpRequestException e) when (e.InnerException is StagedCopySpoiledException spoiled)
        {
            throw new StagedCopySpoiledException(spoiled.Message);
        }
    }

    private async Task<byte[]> Md5Async(StagedPart part, CancellationToken ct)
    {
        // CA5351: Content-MD5 is what S3 stores check on arrival. It guards the line, not the evidence: SHA-256 does that.
#pragma warning disable CA5351
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        await StagedPartContent.ReadAsync(part, buffers, bytes =>
        {
            md5.AppendData(bytes.Span);
            return ValueTask.CompletedTask;
        }, ct);
        return md5.GetHashAndReset();
    }

    private static GrantRequest RequestFor(IEnumerable<StagedPart> parts, IEnumerable<byte[]> md5) =>
        new([.. parts.Zip(md5, (p, hash) => new PartToUpload(p.File, p.Part, p.Bytes, Convert.ToBase64String(hash)))]);
}
