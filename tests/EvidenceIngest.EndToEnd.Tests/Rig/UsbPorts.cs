using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>
/// The 15 ports of the guest's USB controller, and those of hubs in them: port "3" is <c>/sys/bus/usb/devices/1-3</c>,
/// the second port of a hub in 15 is "15.2" and <c>1-15.2</c>.
/// Sockets of redirected devices are made in <paramref name="folder"/>, whose path is short: a socket's has 107 bytes.
/// </summary>
internal sealed class UsbPorts(QmpClient qmp, string folder) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Plugged> _plugged = new();
    private int _count;

    /// <summary>
    /// Plugs a disk of QEMU's own; its image stays open until it is unplugged. <paramref name="bytesPerSecond"/> slows
    /// it down, so that a test can meet it in the middle of a read.
    /// </summary>
    public Task PlugDiskAsync(string port, string image, string serial, long? bytesPerSecond, CancellationToken ct) =>
        PlugAsync(port, async plugged =>
        {
            var drive = await AddDriveAsync(plugged, image, bytesPerSecond, ct);
            await AddDeviceAsync(plugged, port, "usb-storage", ct, ("drive", drive), ("serial", serial), ("removable", true));
        });

    /// <summary>Plugs QEMU's own media player (46f4:0004), which shows a folder of the host by MTP.</summary>
    public Task PlugMtpAsync(string port, string root, string name, CancellationToken ct) =>
        PlugAsync(port, plugged => AddDeviceAsync(plugged, port, "usb-mtp", ct, ("rootdir", root), ("desc", name), ("readonly", true)));

    /// <summary>Plugs QEMU's own hub of eight full-speed ports.</summary>
    public Task PlugHubAsync(string port, CancellationToken ct) =>
        PlugAsync(port, plugged => AddDeviceAsync(plugged, port, "usb-hub", ct, ("ports", 8)));

    /// <summary>Plugs a cable whose other end is in this process; nothing is seen until a device is connected to it.</summary>
    public async Task<RedirectedPort> PlugRedirectedAsync(string port, CancellationToken ct)
    {
        RedirectedPort? redirected = null;
        await PlugAsync(port, async plugged =>
        {
            var path = Path.Combine(folder, $"{plugged.Id}.sock");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            var socket = await AddSocketAsync(plugged, path, ct);
            await AddDeviceAsync(plugged, port, "usb-redir", ct, ("chardev", socket));
            redirected = plugged.Redirected = await RedirectedPort.AcceptAsync(listener, ct);
        });
        return redirected!;
    }

    /// <summary>Pulls the cable. When this returns, QEMU has closed the image and no request is under way.</summary>
    public async Task UnplugAsync(string port, CancellationToken ct)
    {
        if (_plugged.Keys.FirstOrDefault(other => other.StartsWith($"{port}.", StringComparison.Ordinal)) is { } behind)
            throw new RigException($"USB port {behind} behind the hub in {port} is still plugged");
        if (!_plugged.TryRemove(port, out var plugged))
            throw new RigException($"nothing is plugged into USB port {port}");
        await qmp.RemoveDeviceAsync(plugged.Id, ct);
        foreach (var (command, arguments) in plugged.Remains)
            await qmp.ExecuteAsync(command, arguments, ct);
        if (plugged.Redirected is { } redirected)
            await redirected.DisposeAsync();
    }

    /// <summary>Pulls everything, what is behind a hub before the hub.</summary>
    public async Task UnplugAllAsync(CancellationToken ct)
    {
        RigException? failed = null;
        foreach (var port in _plugged.Keys.OrderByDescending(port => port.Count(c => c == '.')).ToList())
        {
            try
            {
                await UnplugAsync(port, ct);
            }
            catch (RigException e)
            {
                failed ??= e; // the others have to go as well
            }
        }

        if (failed is not null)
            throw new RigException(failed.Message, failed);
    }

    /// <summary>Ends the devices of this process; the guest is gone by then.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var plugged in _plugged.Values)
        {
            if (plugged.Redirected is { } redirected)
                await redirected.DisposeAsync();
        }
    }

    private async Task PlugAsync(string port, Func<Plugged, Task> add)
    {
        var plugged = new Plugged(string.Create(CultureInfo.InvariantCulture, $"usb{Interlocked.Increment(ref _count)}"));
        if (!_plugged.TryAdd(port, plugged))
            throw new RigException($"USB port {port} is taken");
        try
        {
            await add(plugged);
        }
        catch
        {
            _plugged.TryRemove(port, out _);
            throw;
        }
    }

    private async Task AddDeviceAsync(
        Plugged plugged, string port, string driver, CancellationToken ct, params (string Name, JsonNode Value)[] properties)
    {
        var arguments = new JsonObject { ["driver"] = driver, ["id"] = plugged.Id, ["bus"] = "xhci.0", ["port"] = port };
        foreach (var (name, value) in properties)
            arguments[name] = value;
        await qmp.ExecuteAsync("device_add", arguments, ct);
    }

    /// <returns>The name of QEMU's end, which goes together with the device that is given it.</returns>
    private async Task<string> AddSocketAsync(Plugged plugged, string path, CancellationToken ct)
    {
        var id = $"{plugged.Id}-socket";
        await qmp.ExecuteAsync("chardev-add", new JsonObject
        {
            ["id"] = id,
            ["backend"] = new JsonObject
            {
                ["type"] = "socket",
                ["data"] = new JsonObject
                {
                    ["addr"] = new JsonObject { ["type"] = "unix", ["data"] = new JsonObject { ["path"] = path } },
                    ["server"] = false,
                },
            },
        }, ct);
        return id;
    }

    /// <returns>The name of the drive.</returns>
    private async Task<string> AddDriveAsync(Plugged plugged, string image, long? bytesPerSecond, CancellationToken ct)
    {
        var file = $"{plugged.Id}-file";
        await qmp.ExecuteAsync("blockdev-add", new JsonObject
        {
            ["driver"] = "raw",
            ["node-name"] = file,
            ["file"] = new JsonObject { ["driver"] = "file", ["filename"] = image },
        }, ct);
        if (bytesPerSecond is not { } rate)
        {
            plugged.Remains.Push(("blockdev-del", new JsonObject { ["node-name"] = file }));
            return file;
        }

        var (limit, slow) = ($"{plugged.Id}-limit", $"{plugged.Id}-slow");
        await qmp.ExecuteAsync("object-add", new JsonObject
        {
            ["qom-type"] = "throttle-group",
            ["id"] = limit,
            ["limits"] = new JsonObject { ["bps-total"] = rate },
        }, ct);
        await qmp.ExecuteAsync("blockdev-add", new JsonObject
        {
            ["driver"] = "throttle",
            ["node-name"] = slow,
            ["throttle-group"] = limit,
            ["file"] = file,
        }, ct);
        plugged.Remains.Push(("object-del", new JsonObject { ["id"] = limit }));
        plugged.Remains.Push(("blockdev-del", new JsonObject { ["node-name"] = file }));
        plugged.Remains.Push(("blockdev-del", new JsonObject { ["node-name"] = slow }));
        return slow;
    }

    /// <summary>What is in a port, and what has to be removed from QEMU after it, last added first.</summary>
    private sealed record Plugged(string Id)
    {
        public Stack<(string Command, JsonObject Arguments)> Remains { get; } = new();

        public RedirectedPort? Redirected { get; set; }
    }
}
