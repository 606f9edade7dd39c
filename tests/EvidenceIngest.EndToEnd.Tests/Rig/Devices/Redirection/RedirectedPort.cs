using System.Net.Sockets;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>
/// A port of the guest whose devices live in this process: QEMU's <c>usb-redir</c> at the other end of a socket. Devices
/// come, go and follow each other here without QEMU's machine protocol, as fast as a hand or a firmware does it.
/// </summary>
internal sealed class RedirectedPort : IUsbCable, IAsyncDisposable
{
    /// <summary>How long a device that changes its mode still answers.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(150);

    /// <summary>How long the port is empty between two devices; hubs report no gap shorter than a tenth of a second.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(300);

    private readonly RedirStream _stream;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Task _serving;
    private volatile Connection? _connection;
    private Exception? _fault;

    private RedirectedPort(RedirStream stream)
    {
        _stream = stream;
        _serving = ServeAsync();
    }

    /// <summary>The device that is connected now, null while the port is empty.</summary>
    public SimulatedDevice? Device => _connection?.Device;

    /// <summary>Takes QEMU's connection from <paramref name="listener"/> and greets it.</summary>
    public static async Task<RedirectedPort> AcceptAsync(Socket listener, CancellationToken ct)
    {
        var stream = new RedirStream(new NetworkStream(await listener.AcceptAsync(ct), ownsSocket: true));
        await stream.GreetAsync(ct);
        return new RedirectedPort(stream);
    }

    /// <summary>Plugs a device into the empty port.</summary>
    /// <exception cref="RigException">Another device is connected, or QEMU has gone.</exception>
    public async Task ConnectAsync(SimulatedDevice device)
    {
        await _changing.WaitAsync();
        try
        {
            if (_connection is not null)
                throw new RigException("another device is still connected to this port");
            if (_fault is not null)
                throw new RigException("the port has failed before", _fault);
            device.Connect(this);
            _connection = new Connection(device, AnswerAsync, e => _fault ??= e);
            foreach (var message in DeviceAnnouncement.Of(device))
                await _stream.WriteAsync(message, CancellationToken.None);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task PullAsync()
    {
        await _changing.WaitAsync();
        try
        {
            if (_connection is not { } connection)
                return;
            _connection = null;
            await connection.DisposeAsync();
            await _stream.WriteAsync(new RedirMessage(RedirType.DeviceDisconnect, 0, default), CancellationToken.None);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Pulls the device and plugs another one into the same bay.</summary>
    public async Task SwapAsync(SimulatedDevice next)
    {
        await PullAsync();
        await Task.Delay(Gap);
        await ConnectAsync(next);
    }

    /// <inheritdoc/>
    public void LeaveSoon(SimulatedDevice? successor) => _ = LeaveAsync(_connection, successor);

    /// <summary>Closes the socket. Throws when a device failed in a way that no guest could see.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
        await _stream.DisposeAsync();
        await _serving;
        if (_fault is not null)
            throw new RigException($"a simulated device failed: {_fault.Message}", _fault);
    }

    private async Task LeaveAsync(Connection? leaving, SimulatedDevice? successor)
    {
        try
        {
            await Task.Delay(Farewell);
            if (_connection != leaving)
                return; // it was pulled meanwhile
            if (successor is null)
                await PullAsync();
            else
                await SwapAsync(successor);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The guest ended or the port was unplugged meanwhile.
        }
        catch (Exception e)
        {
            _fault ??= e;
        }
    }

    private async Task AnswerAsync(Connection connection, RedirMessage message)
    {
        // What a device says after it has gone would be taken for its successor's.
        if (_connection != connection)
            return;
        try
        {
            await _stream.WriteAsync(message, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The guest ended or the port was unplugged meanwhile; the reader sees it too.
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (await _stream.ReadAsync(CancellationToken.None) is { } request)
            {
                if (_connection is { } connection)
                    await connection.TakeAsync(request);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The guest ended or the port was unplugged.
        }
        catch (Exception e)
        {
            _fault ??= e;
        }
    }
}
