using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Items;

/// <summary>A version in the vault as a stream that can be positioned, so that ranges are answered without reading what lies before or behind.</summary>
/// <param name="vault">Where it is.</param>
/// <param name="version">Which.</param>
/// <param name="length">Of the whole version.</param>
/// <param name="end">Where nobody will read on.</param>
internal sealed class RenditionStream(IVault vault, VaultVersion version, long length, long end) : Stream
{
    private Stream? _open;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= end)
            return 0;
        _open ??= await vault.OpenAsync(version, _position, end - _position, cancellationToken);
        var read = await _open.ReadAsync(buffer, cancellationToken);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => length + offset,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        if (target != _position)
        {
            _open?.Dispose();
            _open = null;
            _position = target;
        }

        return _position;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("the vault is read asynchronously");

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _open?.Dispose();
        base.Dispose(disposing);
    }
}
