using Amazon.S3.Model;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// The body of one read. It never waits longer than the limit for the next bytes, and an end that comes too early is an
/// error instead of a short file.
/// </summary>
internal sealed class VaultStream(GetObjectResponse response, VaultVersion version, TimeSpan limit, TimeProvider time) : Stream
{
    private readonly long _expected = response.ContentLength;
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>Bytes that this read will give, not the object's size.</summary>
    public override long Length => _expected;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _read == _expected)
            return 0;
        using var patience = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        int read;
        try
        {
            read = await response.ResponseStream.ReadAsync(buffer, either.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Broken(patience.IsCancellationRequested ? $"no byte for {limit.TotalSeconds:0.#} s" : e.Message, e);
        }

        if (read == 0)
            throw Broken("the store closed the connection", null);
        _read += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A blocking read has no time limit, so a hung store would hold its thread for ever.
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("a vault stream is read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }

    private VaultUnavailableException Broken(string why, Exception? cause) =>
        new($"reading {version.Key} broke off after {_read} of {_expected} bytes: {why}", cause);
}
