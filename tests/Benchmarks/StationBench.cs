using System.Globalization;
using System.Text.Json;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.EndToEnd.Tests.Rig;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// A station in the rig's guest: the dock alone, without a server, stages recorders from emulated USB into the guest's memory.
/// Every figure is taken by the guest's own clock. What the rows mean stands in docs/benchmarks.md.
/// </summary>
internal sealed class StationBench : IAsyncDisposable
{
    /// <summary>All high-speed ports that the emulated controller has; hubs in it are full-speed.</summary>
    private const int Bays = 15;

    private const int CardMebibytes = 80;
    private const int FileMebibytes = 64;
    private const int Plugs = 5;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly RigVm _vm;
    private readonly List<string> _images = [];
    private GuestCommand? _dock;

    private StationBench(RigVm vm) => _vm = vm;

    public static async Task<StationBench> StartAsync(CancellationToken ct) =>
        new(await RigVm.StartAsync(new RigOptions { LifeLimit = TimeSpan.FromHours(1), MemoryMiB = 4096 }, ct));

    public async Task RunAsync(TextWriter output, CancellationToken ct)
    {
        for (var bay = 1; bay <= Bays; bay++)
            _images.Add(await CardAsync($"B{bay:000000}", ct));
        await StartDockAsync(sm3: false, ct);
        var idle = await MemoryAsync("VmRSS", ct);
        var latencies = new List<(double Recognised, double FirstByte)>();
        for (var plug = 0; plug < Plugs; plug++)
            latencies.Add(await PlugOnceAsync(plug, ct));
        await StopDockAsync(ct);
        await output.WriteLineAsync($"\n| one recorder, median of {Plugs} | s |\n|---|--:|");
        await output.WriteLineAsync($"| plug to recognised and listed | {Seconds(Median(latencies.Select(l => l.Recognised)))} |");
        await output.WriteLineAsync($"| recognised to first byte | {Seconds(Median(latencies.Select(l => l.FirstByte)))} |");

        await PlugAllAsync(ct);
        await RunAsync($"until [ $(ls /dev/sd?1 2> /dev/null | wc -l) = {Bays} ]; do sleep 0.2; done", ct);
        var peer = await ReadWithDdAsync("of=/dev/null", ct);
        var hashed = await ReadWithDdAsync("| sha256sum > /dev/null", ct);
        await output.WriteLineAsync($"\n{Bays} bays, {FileMebibytes} MiB each\n\n| | s | MiB/s | of dd | MiB of memory a bay |\n|---|--:|--:|--:|--:|");
        await output.WriteLineAsync(Row("dd of the same devices, to nowhere", peer, peer, null));
        await output.WriteLineAsync(Row("dd of the same devices, each into sha256sum", hashed, peer, null));
        foreach (var (name, sm3) in new[] { ("dock, SHA-256", false), ("dock, SHA-256 and SM3", true) })
        {
            var (seconds, perBay) = await OffloadAllAsync(sm3, idle, ct);
            await output.WriteLineAsync(Row(name, seconds, peer, perBay));
        }
    }

    public async ValueTask DisposeAsync() => await _vm.DisposeAsync();

    private async Task<string> CardAsync(string device, CancellationToken ct)
    {
        var card = new Card(Path.Combine(_vm.ShareFolder, device), device, device.Sum(c => c));
        card.RecordSound(FileMebibytes << 20);
        var image = Path.Combine(_vm.ShareFolder, device + ".img");
        await CardImage.CreateFat32Async(image, card.Folder, CardMebibytes, "BENCH", ct);
        return image;
    }

    private async Task<double> ReadWithDdAsync(string into, CancellationToken ct)
    {
        var seconds = await RunAsync(
            $"start=$(date +%s%3N); for disk in /dev/sd?1; do dd if=$disk bs=1M count={FileMebibytes} iflag=direct 2> /dev/null {into} & done; wait; "
            + "echo $(($(date +%s%3N) - start))", ct);
        return int.Parse(seconds, CultureInfo.InvariantCulture) / 1000.0;
    }

    /// <summary>Starts a dock before which all recorders stand already.</summary>
    /// <returns>From the first recorder's listing until every file is staged and read back; peak memory above that of an idle dock.</returns>
    private async Task<(double Seconds, double MebibytesPerBay)> OffloadAllAsync(bool sm3, int idle, CancellationToken ct)
    {
        await StartDockAsync(sm3, ct);
        await RunAsync($"until [ $(cat /run/dock/dock/staging/*/journal.jsonl 2> /dev/null | grep -c '\"fact\":\"staged\"') = {Bays} ]; do sleep 0.5; done", ct);
        var peak = await MemoryAsync("VmHWM", ct);
        var facts = await FactsAsync(ct);
        await StopDockAsync(ct);
        var first = facts.Where(f => f.Fact == "docked").Min(f => f.At);
        return ((facts.Where(f => f.Fact == "staged").Max(f => f.At) - first).TotalSeconds, (peak - idle) / 1024.0 / Bays);
    }

    private async Task<(double Recognised, double FirstByte)> PlugOnceAsync(int plug, CancellationToken ct)
    {
        var port = (plug + 1).ToString(CultureInfo.InvariantCulture);
        // The kernel's time of the plug, as its clock since boot, turned into wall time.
        await RunAsync("dmesg --clear", ct);
        var watch = await _vm.SpawnAsync(
            $"until dmesg | grep -q 'usb 1-{port}: new '; do sleep 0.02; done; "
            + $"until [ $(find /run/dock/dock/staging -name '*.bin*' -size +0 | wc -l) -gt {plug} ]; do sleep 0.01; done; date +%s.%N; dmesg | grep 'usb 1-{port}: new ' | tail -1 | sed 's/^\\[ *\\([0-9.]*\\)\\].*/\\1/'; echo $(date +%s.%N) $(cut -d' ' -f1 /proc/uptime)", ct);
        await _vm.PlugAsync(port, Disk(plug), ct);
        var lines = (await watch.WaitAsync(Limit, ct)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var now = lines[2].Split(' ').Select(Number).ToArray();
        var plugged = now[0] - now[1] + Number(lines[1]);
        var docked = (await FactsAsync(ct)).Where(f => f.Fact == "docked").Max(f => f.At).ToUnixTimeMilliseconds() / 1000.0;
        await _vm.UnplugAllAsync(ct);
        await RunAsync($"while [ -e /sys/bus/usb/devices/1-{port} ]; do sleep 0.1; done", ct);
        return (docked - plugged, Number(lines[0]) - docked);
    }

    private MassStorageDevice Disk(int bay) =>
        MassStorageDevice.WithCard(SimulatedBench.DiskIdentity($"BENCH-{bay}"), new CardMedium(_images[bay], writeProtected: true));

    private async Task PlugAllAsync(CancellationToken ct)
    {
        for (var bay = 0; bay < Bays; bay++)
            await _vm.PlugAsync((bay + 1).ToString(CultureInfo.InvariantCulture), Disk(bay), ct);
    }

    private async Task StartDockAsync(bool sm3, CancellationToken ct)
    {
        _dock = await _vm.SpawnAsync(
            "rm -rf /run/dock; export EVIDENCE_HOME=/run/dock EVIDENCE_Dock__ReserveMiB=64 EVIDENCE_Dock__Server=http://127.0.0.1:1 "
            + $"EVIDENCE_Dock__Sm3={(sm3 ? "true" : "false")} && exec '{Installation.Executable}' dock --code 00000-00000-00000-00000", ct);
        await _dock.WaitForOutputAsync("Watching USB ports", Limit, ct);
        // What starting costs is no recorder's.
        await Task.Delay(TimeSpan.FromSeconds(10), ct);
    }

    private async Task StopDockAsync(CancellationToken ct)
    {
        await _dock!.SignalAsync("TERM", ct);
        await _dock.WaitAsync(Limit, ct);
    }

    private async Task<int> MemoryAsync(string field, CancellationToken ct) => int.Parse(
        await RunAsync($"for p in /proc/[0-9]*; do if tr '\\0' ' ' < $p/cmdline 2> /dev/null | grep -q '^[^ ]*evidence-ingest dock'; then grep {field} $p/status | tr -dc 0-9; break; fi; done", ct),
        CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<(string Fact, DateTimeOffset At)>> FactsAsync(CancellationToken ct) =>
    [
        .. (await RunAsync("cat /run/dock/dock/staging/*/journal.jsonl", ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(fact => (fact.GetProperty("fact").GetString()!, fact.GetProperty("at").GetDateTimeOffset())),
    ];

    private async Task<string> RunAsync(string command, CancellationToken ct)
    {
        var result = await _vm.RunAsync(command, Limit, ct);
        return result.ExitCode == 0 ? result.Output.Trim() : throw new InvalidOperationException($"{command} ended with {result.ExitCode}: {result.Output}");
    }

    private static string Row(string name, double seconds, double peer, double? memory) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {seconds:0.0} | {Bays * FileMebibytes / seconds:0.0} | {peer / seconds:P0} | {memory:0.0} |");

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Plugs / 2);

    private static string Seconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
