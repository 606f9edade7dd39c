using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace EvidenceIngest.Recorders.Dialogues.Tcp;

/// <summary>Frames over TCP: four bytes of length, then that many bytes. Closing the connection is all the device notices of an end.</summary>
internal sealed class FrameLink : IDeviceLink
{
    private const int LengthBytes = 4;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly bool _bigEndian;

    private FrameLink(Socket socket, bool bigEndian)
    {
        (_socket, _bigEndian) = (socket, bigEndian);
        _stream = new NetworkStream(socket, ownsSocket: false);
    }

    /// <param name="endpoint">On the device.</param>
    /// <param name="networkInterface">Goes through this one only: recorders of one make all have the same address.</param>
    /// <param name="bigEndian">Byte order of the length.</param>
    /// <param name="ct">With the caller's time limit.</param>
    public static async Task<FrameLink> ConnectAsync(IPEndPoint endpoint, string? networkInterface, bool bigEndian, CancellationToken ct)
    {
        Socket? socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (networkInterface is not null)
                UsbNetwork.Bind(socket, networkInterface);
            await socket.ConnectAsync(endpoint, ct);
            var link = new FrameLink(socket, bigEndian);
            socket = null; // the link's now
            return link;
        }
        catch (SocketException e)
        {
            throw new DeviceTalkException($"connecting to {endpoint}: {e.SocketErrorCode}", e);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    public async Task<ReadOnlyMemory<byte>> ExchangeAsync(Exchange exchange, TimeSpan timeout, CancellationToken ct)
    {
        if (exchange is not FrameExchange)
            throw new ArgumentException("no frame", nameof(exchange));
        try
        {
            if (!exchange.Data.IsEmpty)
                await SendAsync(exchange.Data, ct);
            return exchange.Read > 0 ? await ReceiveAsync(exchange.Read, ct) : default(ReadOnlyMemory<byte>);
        }
        catch (EndOfStreamException e)
        {
            throw new DeviceTalkException("the device closed the connection in the middle of a frame or instead of one", e);
        }
        catch (IOException e) when (e.InnerException is SocketException socket)
        {
            throw new DeviceTalkException($"connection: {socket.SocketErrorCode}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task SendAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        var frame = new byte[LengthBytes + data.Length];
        if (_bigEndian)
            BinaryPrimitives.WriteInt32BigEndian(frame, data.Length);
        else
            BinaryPrimitives.WriteInt32LittleEndian(frame, data.Length);
        data.CopyTo(frame.AsMemory(LengthBytes));
        await _stream.WriteAsync(frame, ct);
    }

    private async Task<ReadOnlyMemory<byte>> ReceiveAsync(int most, CancellationToken ct)
    {
        var prefix = new byte[LengthBytes];
        await _stream.ReadExactlyAsync(prefix, ct);
        var length = _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(prefix) : BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        // Believed only up to what an honest device sends: a length is four bytes that a stranger chose.
        if (length > most)
            throw new DeviceTalkException($"the device announces a frame of {length} bytes; at most {most} are taken");
        var frame = new byte[length];
        await _stream.ReadExactlyAsync(frame, ct);
        return frame;
    }
}
