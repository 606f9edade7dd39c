using System.Diagnostics;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Recorders;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Dock.Tests.Offload;

/// <summary>
/// Measures, asserts nothing about time: <c>DOCK_BENCH=FOLDER … -explicit only -method '*Measure*'</c>. FOLDER holds one
/// folder per bay; the page cache is dropped before.
/// </summary>
public sealed class Measurements
{
    [Fact(Explicit = true)]
    public async Task Measure_offload_of_folders_into_staging()
    {
        var root = Environment.GetEnvironmentVariable("DOCK_BENCH") ?? throw new InvalidOperationException("DOCK_BENCH=FOLDER");
        var sources = Directory.GetDirectories(root).Where(d => !Path.GetFileName(d).StartsWith("dock-", StringComparison.Ordinal)).Order().ToList();
        var work = Directory.CreateDirectory(Path.Combine(root, "dock-" + Environment.ProcessId)).FullName;
        await using var rig = await DockRig.CreateAsync(work);
        rig.Server.Down = true;
        rig.Options = rig.Options with
        {
            Sm3 = Environment.GetEnvironmentVariable("DOCK_SM3") != "0",
            ParallelFilesPerBay = int.Parse(Environment.GetEnvironmentVariable("DOCK_FILES") ?? "2", System.Globalization.CultureInfo.InvariantCulture),
        };
        rig.Configure = services =>
        {
            services.RemoveAllOf<Recorders.Discovery.IBayWatcher>().RemoveAllOf<IRecorderIdentification>();
            var options = new RecordersOptions { UsbEnabled = false };
            foreach (var source in sources)
                options.FolderBays.Add(source);
            services.AddRecorders(options);
        };
        var started = Stopwatch.GetTimestamp();
        await File.WriteAllTextAsync("/proc/sys/vm/drop_caches", "3");
        var dropped = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await rig.StartAsync();
        var listed = TimeSpan.Zero;
        while (rig.Status.Bays.Count(b => b.State == BayState.Delivering) < sources.Count)
        {
            if (listed == TimeSpan.Zero && rig.Status.Bays.Any(b => b.State == BayState.Offloading))
                listed = Stopwatch.GetElapsedTime(started);
            await Task.Delay(20);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var (files, bytes) = (rig.Status.Bays.Sum(b => b.FilesTotal), rig.Status.Bays.Sum(b => b.BytesTotal));
        started = Stopwatch.GetTimestamp();
        await rig.StopAsync();
        var stopped = Stopwatch.GetElapsedTime(started);
        var peak = (await File.ReadAllLinesAsync("/proc/self/status")).Single(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        TestContext.Current.SendDiagnosticMessage(
            $"{sources.Count} bays, {files} files, {bytes >> 20} MiB: {seconds:0.00} s ({(bytes >> 20) / seconds:0} MiB/s, {files / seconds:0} files/s), "
            + $"listed after {listed.TotalSeconds:0.00} s, CPU {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.0} s, {peak}, "
            + $"drop {dropped.TotalSeconds:0.0} s, stop {stopped.TotalSeconds:0.0} s, reread {string.Join(",", File.ReadLines(rig.Journals.First()).Where(l => l.Contains("\"reread\"", StringComparison.Ordinal)).Select(l => l.Split("\"reread\":\"")[1].Split('"')[0]).Distinct())}");
    }
}

internal static class ServiceRemoval
{
    public static IServiceCollection RemoveAllOf<T>(this IServiceCollection services)
    {
        foreach (var service in services.Where(s => s.ServiceType == typeof(T)).ToList())
            services.Remove(service);
        return services;
    }
}
