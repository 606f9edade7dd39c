using System.Buffers.Binary;
using System.Text;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>
/// Packets on a byte stream: type, length, id, body, all little-endian. Ids have 32 bits until both sides have said
/// hello, then 64.
/// </summary>
internal sealed class RedirStream(Stream stream) : IAsyncDisposable
{
    private const int HelloVersionBytes = 64;
    // Far above what a controller asks for at once, far below what a broken length would make us allocate.
    private const int MaxBodyBytes = 16 << 20;
    private const uint Version = 1 << 1;
    private const uint MaxPacketSizes = 1 << 4;
    private const uint WideIds = 1 << 5;
    private const uint LongBulk = 1 << 6;

    /// <summary>The capabilities that these devices rely on; the shapes of the packets depend on them.</summary>
    public const uint Capabilities = Version | MaxPacketSizes | WideIds | LongBulk;

    private readonly SemaphoreSlim _writing = new(1);
    private bool _wide;

    /// <summary>Exchanges hellos.</summary>
    /// <exception cref="RigException">The other side speaks no usbredir, or one without the needed capabilities.</exception>
    public async Task GreetAsync(CancellationToken ct)
    {
        var hello = new byte[HelloVersionBytes + 4];
        Encoding.ASCII.GetBytes("evidence-ingest rig", hello);
        BinaryPrimitives.WriteUInt32LittleEndian(hello.AsSpan(HelloVersionBytes), Capabilities);
        await WriteAsync(new RedirMessage(RedirType.Hello, 0, hello), ct);

        if (await ReadAsync(ct) is not { Type: RedirType.Hello } answer || answer.Body.Length < HelloVersionBytes + 4)
            throw new RigException("QEMU did not greet as usbredir does");
        var offered = BinaryPrimitives.ReadUInt32LittleEndian(answer.Body.Span[HelloVersionBytes..]);
        if ((offered & Capabilities) != Capabilities)
            throw new RigException($"QEMU's usbredir offers capabilities {offered:X}, {Capabilities:X} are needed");
        _wide = true;
    }

    /// <returns>The next packet; null when the other side has closed.</returns>
    /// <exception cref="RigException">A packet claims an impossible length.</exception>
    public async Task<RedirMessage?> ReadAsync(CancellationToken ct)
    {
        var header = new byte[_wide ? 16 : 12];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, ct) < header.Length)
            return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        if (length > MaxBodyBytes)
            throw new RigException($"a usbredir packet claims {length} bytes");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, ct);
        var id = _wide ? BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        return new RedirMessage((RedirType)BinaryPrimitives.ReadUInt32LittleEndian(header), id, body);
    }

    public async Task WriteAsync(RedirMessage message, CancellationToken ct)
    {
        var header = _wide ? 16 : 12;
        var packet = new byte[header + message.Body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(packet, (uint)message.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(4), (uint)message.Body.Length);
        if (_wide)
            BinaryPrimitives.WriteUInt64LittleEndian(packet.AsSpan(8), message.Id);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), (uint)message.Id);
        message.Body.CopyTo(packet.AsMemory(header));
        await _writing.WaitAsync(ct);
        try
        {
            await stream.WriteAsync(packet, ct);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        _writing.Dispose();
    }
}
