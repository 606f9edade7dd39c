using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace EvidenceIngest.Tests.Unattended;

/// <summary>The end of sd_notify(3) that systemd holds: a real datagram socket.</summary>
internal sealed class ServiceManager : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _receiving;

    /// <param name="address">As in NOTIFY_SOCKET.</param>
    public ServiceManager(string address)
    {
        Address = address;
        _socket.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address));
        _receiving = ReceiveAsync();
    }

    public string Address { get; }

    public ConcurrentQueue<string> Said { get; } = [];

    public int Count(string state) => Said.Count(s => s == state);

    public async Task<string> WaitForAsync(Func<string, bool> wanted, string what)
    {
        var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            if (Said.FirstOrDefault(wanted) is { } found)
                return found;
            Assert.True(Environment.TickCount64 < until, $"{what} was not said, but: {string.Join(" | ", Said)}");
            await Task.Delay(10);
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _receiving.Wait();
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
                Said.Enqueue(Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, SocketFlags.None, _end.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
