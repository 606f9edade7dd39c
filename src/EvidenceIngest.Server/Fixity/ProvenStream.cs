using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Server.Fixity;

/// <summary>
/// A master on its way into another vault. At its end it throws unless it was the master, so that a store that is given this
/// stream never completes an object of other bytes.
/// </summary>
internal sealed class ProvenStream(Stream source, AuditedObject expected, ReadRate rate) : Stream
{
    private readonly ContentHasher _hasher = new(withSm3: expected.Digest.Sm3 is not null);
    private bool _proven;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="SealedCopyDiffersException">The source is not what was sealed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _proven)
            return 0;
        var read = await source.ReadAsync(buffer, cancellationToken);
        if (read > 0)
        {
            _hasher.Append(buffer.Span[..read]);
            await rate.PassAsync(read, cancellationToken);
            return read;
        }

        var digest = _hasher.Finish();
        if (!digest.Matches(expected.Digest))
            throw new SealedCopyDiffersException(expected.Version.Key, expected.Digest.Sha256, digest.Sha256);
        _proven = true;
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("vaults are read asynchronously");

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hasher.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
