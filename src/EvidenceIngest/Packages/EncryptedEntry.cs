using System.Security.Cryptography;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Packages;

internal delegate void ReadsAt(long offset, Span<byte> target);

internal delegate void Appends(ReadOnlySpan<byte> content);

/// <summary>One file's content as a download fills it, hashed as it passes; what lies there already is read and hashed first.</summary>
/// <param name="place">Which.</param>
/// <param name="append">To the archive.</param>
/// <param name="cut">The archive to a length.</param>
internal sealed class EncryptedEntry(TarPlace place, Appends append, Action<long> cut) : Stream
{
    private const int Step = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    /// <summary>Takes in what an interrupted export has left of it.</summary>
    /// <param name="read">From the archive.</param>
    /// <param name="written">The archive's length.</param>
    public void Resume(ReadsAt read, long written)
    {
        var there = Math.Clamp(written - place.Content, 0, place.Bytes);
        var buffer = new byte[Math.Min(Step, there)];
        while (_length < there)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(Step, there - _length));
            read(place.Content + _length, part);
            _hash.AppendData(part);
            _length += part.Length;
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>Lower-case hexadecimal.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > place.Bytes - _length)
            throw new ServiceException($"{place.Path} 比公布的长 / is longer than announced");
        append(buffer);
        _hash.AppendData(buffer);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>To the end, or to the beginning, which throws away what is there: a service that knows no ranges sends it all again.</summary>
    public override long Seek(long offset, SeekOrigin origin)
    {
        if (origin != SeekOrigin.Begin || (offset != _length && offset != 0))
            throw new NotSupportedException();
        if (offset != _length)
        {
            cut(place.Content);
            _hash.GetHashAndReset();
            _length = 0;
        }

        return offset;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
        // Every write reaches the archive at once.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
