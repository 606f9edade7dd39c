using System.Buffers;

namespace EvidenceIngest.VendorDll;

/// <summary>Lines of a stream whose other end is a stranger: none takes more memory than it may. Compiled into the dock too.</summary>
/// <param name="stream">Read by nobody else.</param>
/// <param name="longest">Bytes without the line's end.</param>
internal sealed class BoundedLines(Stream stream, int longest)
{
    private readonly byte[] _buffer = new byte[4096];
    private readonly ArrayBufferWriter<byte> _line = new();
    private int _at;
    private int _end;

    /// <summary>Blocks until a line is there.</summary>
    /// <returns>Null at the end.</returns>
    /// <exception cref="InvalidDataException">The line is too long, or the stream ended within it.</exception>
    public byte[]? Next()
    {
        while (true)
        {
            if (Taken() is { } line)
                return line;
            (_at, _end) = (0, stream.Read(_buffer));
            if (_end == 0)
                return Ended();
        }
    }

    /// <inheritdoc cref="Next"/>
    public async Task<byte[]?> NextAsync()
    {
        while (true)
        {
            if (Taken() is { } line)
                return line;
            (_at, _end) = (0, await stream.ReadAsync(_buffer));
            if (_end == 0)
                return Ended();
        }
    }

    private byte[]? Taken()
    {
        var rest = _buffer.AsSpan(_at.._end);
        var length = rest.IndexOf((byte)'\n');
        var part = length < 0 ? rest : rest[..length];
        if (_line.WrittenCount + part.Length > longest)
            throw new InvalidDataException($"a line longer than {longest} bytes");
        _line.Write(part);
        _at += length < 0 ? part.Length : length + 1;
        if (length < 0)
            return null;
        var line = _line.WrittenSpan.ToArray();
        _line.Clear();
        return line;
    }

    private byte[]? Ended() => _line.WrittenCount > 0 ? throw new InvalidDataException("it broke off within a line") : null;
}
