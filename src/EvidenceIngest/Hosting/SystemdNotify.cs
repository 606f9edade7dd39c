using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EvidenceIngest.Hosting;

/// <summary>What a service tells systemd, see sd_notify(3): datagrams to the socket that it named. The manager never answers.</summary>
internal sealed class SystemdNotify : IDisposable
{
    private const string SocketVariable = "NOTIFY_SOCKET";

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _manager;

    private SystemdNotify(UnixDomainSocketEndPoint manager, TimeSpan? watchdog) => (_manager, Watchdog) = (manager, watchdog);

    /// <summary>Longest time between two signs of life; null when nobody waits for them.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>Null outside systemd. Takes the socket out of the environment, since this process's workers are no services.</summary>
    public static SystemdNotify? FromEnvironment()
    {
        var notify = Of(
            Environment.GetEnvironmentVariable(SocketVariable),
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
            Environment.GetEnvironmentVariable("WATCHDOG_PID"));
        Environment.SetEnvironmentVariable(SocketVariable, null);
        return notify;
    }

    /// <param name="socket">A path, or a name after @ for one without a file.</param>
    /// <param name="watchdogMicroseconds">As systemd writes it.</param>
    /// <param name="watchdogProcess">Whose watchdog it is; any process's when not given.</param>
    public static SystemdNotify? Of(string? socket, string? watchdogMicroseconds, string? watchdogProcess)
    {
        if (OperatingSystem.IsWindows() || socket is not { Length: > 1 } || socket[0] is not ('/' or '@'))
            return null;
        var ours = watchdogProcess is null or "" || watchdogProcess == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var watchdog = ours && long.TryParse(watchdogMicroseconds, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : (TimeSpan?)null;
        return new SystemdNotify(new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket), watchdog);
    }

    /// <summary>The service works from now on.</summary>
    public void Ready() => Send("READY=1");

    public void Alive() => Send("WATCHDOG=1");

    public void Stopping() => Send("STOPPING=1");

    /// <param name="line">What <c>systemctl status</c> shows.</param>
    public void Status(string line) => Send("STATUS=" + line.ReplaceLineEndings(" "));

    public void Dispose() => _socket.Dispose();

    private void Send(string state)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), SocketFlags.None, _manager);
        }
        catch (SocketException)
        {
            // The manager is being replaced. A sign that it missed is followed by the next one; a lost READY=1 ends in its time-out.
        }
    }
}
