using System.Security.Cryptography;

namespace EvidenceIngest.Domain.Digests;

/// <summary>
/// Hashes content as it passes: SHA-256, and SM3 when asked for and the machine has it. Not safe for concurrent use.
/// </summary>
public sealed class ContentHasher(bool withSm3) : IDisposable
{
    private const int Step = 1 << 20;

    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Sm3Hash? _sm3 = withSm3 && Sm3Hash.IsSupported ? new Sm3Hash() : null;

    /// <summary>Bytes appended so far.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> data)
    {
        _sha256.AppendData(data);
        _sm3?.Append(data);
        Length += data.Length;
    }

    /// <summary>
    /// SHA-256 of everything appended so far, without ending the hash. Recorded at chunk borders, it proves a half-copied
    /// file up to there at the cost of one compression, where separate chunk digests would hash everything twice.
    /// </summary>
    public string PrefixSha256() => Convert.ToHexStringLower(_sha256.GetCurrentHash());

    /// <summary>The digest of everything appended; afterwards the hasher starts anew.</summary>
    public ContentDigest Finish()
    {
        Length = 0;
        return new ContentDigest(Convert.ToHexStringLower(_sha256.GetHashAndReset()), _sm3?.Finish());
    }

    /// <summary>Reads a stream to its end. SM3, several times as slow as the rest, is computed beside reading and SHA-256.</summary>
    public static async Task<(ContentDigest Digest, long Bytes)> HashAsync(Stream content, bool withSm3, CancellationToken ct)
    {
        using var hasher = new ContentHasher(withSm3);
        var sm3 = Task.CompletedTask;
        // Packages hold many small files, and large buffers are slow to get.
        var step = content.CanSeek ? (int)Math.Clamp(content.Length, 1, Step) : Step;
        var (buffer, other) = (new byte[step], new byte[withSm3 ? step : 0]);
        try
        {
            int read;
            while ((read = await content.ReadAtLeastAsync(buffer, step, throwOnEndOfStream: false, ct)) > 0)
            {
                await sm3;
                if (hasher._sm3 is { } slow)
                {
                    var (block, length) = (buffer, read);
                    sm3 = Task.Run(() => slow.Append(block.AsSpan(0, length)), CancellationToken.None);
                }

                hasher._sha256.AppendData(buffer, 0, read);
                hasher.Length += read;
                if (withSm3)
                    (buffer, other) = (other, buffer);
            }
        }
        finally
        {
            // It reads the buffer and writes to what is disposed next.
            await sm3;
        }

        var bytes = hasher.Length;
        return (hasher.Finish(), bytes);
    }

    public void Dispose()
    {
        _sha256.Dispose();
        _sm3?.Dispose();
    }
}
