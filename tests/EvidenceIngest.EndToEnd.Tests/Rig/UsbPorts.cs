using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>The 15 ports of the guest's USB controller; port n is <c>/sys/bus/usb/devices/1-n</c>.</summary>
/// <remarks>
/// A device with ids and answers of its own would come in here as a <c>usb-redir</c> device whose chardev is a
/// socket of the test; QEMU's own <c>usb-storage</c> is always 46f4:0001.
/// </remarks>
internal sealed class UsbPorts(QmpClient qmp)
{
    private readonly ConcurrentDictionary<int, Disk> _plugged = new();
    private int _count;

    /// <summary>
    /// Plugs a disk; its image stays open until it is unplugged. <paramref name="bytesPerSecond"/> slows it down,
    /// so that a test can meet it in the middle of a read.
    /// </summary>
    public async Task PlugDiskAsync(int port, string image, string serial, long? bytesPerSecond, CancellationToken ct)
    {
        var disk = new Disk($"disk{Interlocked.Increment(ref _count)}", bytesPerSecond is not null);
        if (!_plugged.TryAdd(port, disk))
            throw new RigException($"USB port {port} is taken");
        try
        {
            await AddDriveAsync(disk, image, bytesPerSecond, ct);
            await qmp.ExecuteAsync("device_add", new JsonObject
            {
                ["driver"] = "usb-storage",
                ["id"] = disk.Id,
                ["bus"] = "xhci.0",
                ["port"] = $"{port}",
                ["drive"] = disk.Drive,
                ["serial"] = serial,
                ["removable"] = true,
            }, ct);
        }
        catch
        {
            _plugged.TryRemove(port, out _);
            throw;
        }
    }

    /// <summary>Pulls the cable. When this returns, QEMU has closed the image and no request is under way.</summary>
    public async Task UnplugAsync(int port, CancellationToken ct)
    {
        if (!_plugged.TryRemove(port, out var disk))
            throw new RigException($"nothing is plugged into USB port {port}");
        await qmp.RemoveDeviceAsync(disk.Id, ct);
        if (disk.Throttled)
            await qmp.ExecuteAsync("blockdev-del", new JsonObject { ["node-name"] = disk.Drive }, ct);
        await qmp.ExecuteAsync("blockdev-del", new JsonObject { ["node-name"] = disk.File }, ct);
        if (disk.Throttled)
            await qmp.ExecuteAsync("object-del", new JsonObject { ["id"] = disk.Limit }, ct);
    }

    private async Task AddDriveAsync(Disk disk, string image, long? bytesPerSecond, CancellationToken ct)
    {
        await qmp.ExecuteAsync("blockdev-add", new JsonObject
        {
            ["driver"] = "raw",
            ["node-name"] = disk.File,
            ["file"] = new JsonObject { ["driver"] = "file", ["filename"] = image },
        }, ct);
        if (bytesPerSecond is not { } limit)
            return;
        await qmp.ExecuteAsync("object-add", new JsonObject
        {
            ["qom-type"] = "throttle-group",
            ["id"] = disk.Limit,
            ["limits"] = new JsonObject { ["bps-total"] = limit },
        }, ct);
        await qmp.ExecuteAsync("blockdev-add", new JsonObject
        {
            ["driver"] = "throttle",
            ["node-name"] = disk.Drive,
            ["throttle-group"] = disk.Limit,
            ["file"] = disk.File,
        }, ct);
    }

    private sealed record Disk(string Id, bool Throttled)
    {
        public string File => $"{Id}-file";

        public string Drive => Throttled ? $"{Id}-slow" : File;

        public string Limit => $"{Id}-limit";
    }
}
