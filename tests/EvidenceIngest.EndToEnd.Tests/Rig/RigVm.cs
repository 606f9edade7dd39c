using System.Diagnostics;
using System.Globalization;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>
/// A running guest: the host's own userland on a kernel with USB, vfat and exfat. It ends with the test process,
/// however that ends. Every error shows the guest's console.
/// </summary>
internal sealed class RigVm : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;
    private readonly QmpClient _qmp;
    private readonly GuestAgent _agent;
    private readonly UsbPorts _ports;
    private int _lastCommand;

    private RigVm(string folder, Process process, QmpClient qmp, GuestAgent agent)
    {
        (_folder, _process, _qmp, _agent) = (folder, process, qmp, agent);
        _ports = new UsbPorts(qmp, folder);
    }

    /// <summary>Where the guest sees <see cref="ShareFolder"/>.</summary>
    public const string GuestShareFolder = "/mnt/rig";

    /// <summary>The host's folder that both sides write; neither side caches it.</summary>
    public string ShareFolder => Path.Combine(_folder, "share");

    /// <summary>The guest's path of a file below <see cref="ShareFolder"/>.</summary>
    public string InGuest(string sharedPath) => $"{GuestShareFolder}/{Path.GetRelativePath(ShareFolder, sharedPath)}";

    public string ConsoleLog => Path.Combine(_folder, "console.log");

    /// <summary>Whether the logs and the share stay after disposal; every failure of the rig sets it.</summary>
    public bool KeepFolder { get; set; } = Environment.GetEnvironmentVariable("RIG_KEEP") == "1";

    public required string KernelRelease { get; init; }

    /// <summary>From the start of QEMU to the agent's first word.</summary>
    public required TimeSpan BootTime { get; init; }

    /// <summary>Builds the kernel image when it is not there yet, boots and waits for the agent.</summary>
    /// <exception cref="RigException">A package is missing, or the guest did not come up within the boot limit.</exception>
    public static async Task<RigVm> StartAsync(RigOptions options, CancellationToken ct)
    {
        await HostTool.RunAsync(Path.Combine(HostTool.RigFolder, "build"), [], TimeSpan.FromMinutes(5), ct);
        // Below the temporary folder: the path of a Unix socket has 107 bytes at most.
        var folder = Directory.CreateTempSubdirectory("rig.").FullName;
        var watch = Stopwatch.StartNew();
        var process = StartQemu(folder, options);
        QmpClient? qmp = null;
        GuestAgent? agent = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.BootLimit);
        try
        {
            while (!File.Exists(Path.Combine(folder, "agent.sock")))
            {
                if (process.HasExited)
                    throw new RigException("QEMU ended at once");
                await Task.Delay(20, limit.Token);
            }

            agent = await GuestAgent.ConnectAsync(Path.Combine(folder, "agent.sock"), limit.Token);
            qmp = await QmpClient.ConnectAsync(Path.Combine(folder, "qmp.sock"), limit.Token);
            var kernel = await agent.Ready.WaitAsync(limit.Token);
            return new RigVm(folder, process, qmp, agent) { KernelRelease = kernel, BootTime = watch.Elapsed };
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await StopAsync(process, qmp, agent);
            throw RigException.InFolder($"the guest did not boot: {e.Message}", folder, e);
        }
        catch
        {
            await StopAsync(process, qmp, agent);
            throw;
        }
    }

    /// <summary>Runs a shell command in the guest, as root, in <c>/</c>.</summary>
    /// <exception cref="RigException">It took longer than <paramref name="limit"/>, or the guest ended.</exception>
    public async Task<GuestResult> RunAsync(string command, TimeSpan limit, CancellationToken ct) =>
        await (await SpawnAsync(command, ct)).WaitAsync(limit, ct);

    /// <summary>Repeats a command until it ends with 0, and returns its output then.</summary>
    /// <exception cref="RigException">It never did within <paramref name="limit"/>.</exception>
    public async Task<string> WaitUntilAsync(string command, TimeSpan limit, CancellationToken ct)
    {
        var loop = $"until output=$({command}\n); do sleep 0.1; done; printf %s \"$output\"";
        return (await RunAsync(loop, limit, ct)).Output;
    }

    /// <summary>Starts a shell command in the guest and returns at once.</summary>
    public async Task<GuestCommand> SpawnAsync(string command, CancellationToken ct)
    {
        var id = Interlocked.Increment(ref _lastCommand);
        var path = Path.Combine(ShareFolder, "commands", id.ToString(CultureInfo.InvariantCulture));
        await File.WriteAllTextAsync($"{path}.sh", command + "\n", ct);
        return new GuestCommand(this, id, $"{path}.out", await _agent.StartAsync(id, ct));
    }

    /// <summary>
    /// Plugs a card, which the guest may write, into a port from 1 to 15; it appears at <c>1-PORT</c> within seconds.
    /// <paramref name="bytesPerSecond"/> slows the disk down; null is as fast as it goes.
    /// </summary>
    public Task PlugAsync(int bayPort, string cardImage, string serial, CancellationToken ct, long? bytesPerSecond = null) =>
        _ports.PlugDiskAsync(Name(bayPort), cardImage, serial, bytesPerSecond, ct);

    /// <summary>
    /// Plugs a device that this process plays into a port, "3" or "15.2" behind a hub. What is returned is its cable: there
    /// it is pulled, plugged again or exchanged until <see cref="UnplugAsync(string, CancellationToken)"/>.
    /// </summary>
    /// <exception cref="RigException">A high-speed device behind a hub; QEMU's has full-speed ports.</exception>
    public async Task<RedirectedPort> PlugAsync(string bayPort, SimulatedDevice device, CancellationToken ct)
    {
        if (bayPort.Contains('.', StringComparison.Ordinal) && device.Speed != UsbSpeed.Full)
            throw new RigException($"the hub's port {bayPort} takes full-speed devices only");
        var port = await _ports.PlugRedirectedAsync(bayPort, ct);
        await port.ConnectAsync(device);
        return port;
    }

    /// <summary>Plugs a hub of eight full-speed ports; they are named "PORT.1" to "PORT.8".</summary>
    public Task PlugHubAsync(string bayPort, CancellationToken ct) => _ports.PlugHubAsync(bayPort, ct);

    /// <summary>Plugs a device that shows a folder of the host by MTP, read-only.</summary>
    public Task PlugMtpAsync(string bayPort, string folder, string name, CancellationToken ct) =>
        _ports.PlugMtpAsync(bayPort, folder, name, ct);

    /// <summary>Pulls the cable, also in the middle of a transfer; afterwards the image may be read or plugged again.</summary>
    public Task UnplugAsync(int bayPort, CancellationToken ct) => _ports.UnplugAsync(Name(bayPort), ct);

    /// <inheritdoc cref="UnplugAsync(int, CancellationToken)"/>
    public Task UnplugAsync(string bayPort, CancellationToken ct) => _ports.UnplugAsync(bayPort, ct);

    /// <summary>Pulls everything, what is behind a hub before the hub.</summary>
    public Task UnplugAllAsync(CancellationToken ct) => _ports.UnplugAllAsync(ct);

    /// <summary>Kills the guest as a power cut would.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(_process, _qmp, _agent);
        await _ports.DisposeAsync();
        if (!KeepFolder)
            Directory.Delete(_folder, recursive: true);
    }

    internal Task SignalAsync(int command, string signal, CancellationToken ct) => _agent.SignalAsync(command, signal, ct);

    internal RigException Failed(string what, Exception? inner = null)
    {
        KeepFolder = true;
        return RigException.InFolder(what, _folder, inner);
    }

    private static string Name(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static Process StartQemu(string folder, RigOptions options)
    {
        List<string> arguments =
        [
            folder,
            "--memory", options.MemoryMiB.ToString(CultureInfo.InvariantCulture),
            "--seconds", Math.Ceiling(options.LifeLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var port in options.ForwardedPorts)
            arguments.AddRange(["--forward", port.ToString(CultureInfo.InvariantCulture)]);
        // Its standard input is a pipe that closes with this process; the script kills QEMU then.
        var start = new ProcessStartInfo(Path.Combine(HostTool.RigFolder, "vm"), arguments) { RedirectStandardInput = true };
        return Process.Start(start)!;
    }

    private static async Task StopAsync(Process process, QmpClient? qmp, GuestAgent? agent)
    {
        if (agent is not null)
            await agent.DisposeAsync();
        if (qmp is not null)
            await qmp.DisposeAsync();
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
