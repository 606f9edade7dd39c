using System.Diagnostics;
using System.Globalization;
using EvidenceIngest.Web.Tests.Offices;

namespace EvidenceIngest.Web.Tests.Figures;

/// <summary>What docs/benchmarks.md tells of the pages; run by <c>scripts/bench web</c> alone, never as tests.</summary>
public sealed class PageFigures(Office office, ITestOutputHelper output)
{
    private const int Screens = 40;
    private const int Rounds = 15;

    [Fact(Explicit = true)]
    public async Task From_the_click_to_the_first_frame_and_to_the_register()
    {
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        var (frames, lists) = (new List<double>(), new List<double>());
        for (var i = 0; i < Rounds; i++)
        {
            var clock = Stopwatch.StartNew();
            await page.GotoAsync("/items");
            await page.WaitForSelectorAsync("tbody a[href^='/items/']");
            lists.Add(clock.Elapsed.TotalMilliseconds);
            clock.Restart();
            await page.GotoAsync("/items/" + office.ItemOf("video", files: 3));
            await page.WaitForFunctionAsync("() => document.querySelector('video')?.readyState >= 2", null, new() { PollingInterval = 10 });
            frames.Add(clock.Elapsed.TotalMilliseconds);
        }

        Tell("register shown, from the address", lists);
        Tell("item page to the first frame of its film", frames);
    }

    [Fact(Explicit = true)]
    public async Task Dock_screens_that_are_open()
    {
        var dock = (string)(await office.Owner().GetAsync("bays")).AsArray()[0]!["dockId"]!;
        using var service = Process.GetProcessById(office.ServiceId);
        var (idleCpu, idleBytes) = await LoadAsync(service);
        var visits = new List<Visit>();
        long sent = 0;
        try
        {
            for (var i = 0; i < Screens; i++)
            {
                var visit = await office.VisitAsync(person: null);
                visits.Add(visit);
                visit.Page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) => Interlocked.Add(ref sent, frame.Binary?.Length ?? frame.Text?.Length ?? 0);
                await visit.Page.GotoAsync("/dock/" + dock);
                await visit.Page.WaitForSelectorAsync(".bay");
            }

            Interlocked.Exchange(ref sent, 0);
            var (cpu, bytes) = await LoadAsync(service);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Screens} dock screens: {(cpu - idleCpu) * 100 / Screens:0.00} % of a core and {(bytes - idleBytes) / 1e6 / Screens:0.0} MB each; {sent / 20.0 / Screens:0} bytes a second each"));
        }
        finally
        {
            foreach (var visit in visits)
                await visit.DisposeAsync();
        }
    }

    /// <summary>Cores in use over twenty seconds, and memory at their end.</summary>
    private static async Task<(double Cores, long Bytes)> LoadAsync(Process service)
    {
        service.Refresh();
        var (before, clock) = (service.TotalProcessorTime, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(20));
        service.Refresh();
        return ((service.TotalProcessorTime - before) / clock.Elapsed, service.WorkingSet64);
    }

    private void Tell(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what}: median {milliseconds[milliseconds.Count / 2]:0} ms, p95 {milliseconds[(int)(milliseconds.Count * 0.95)]:0} ms of {milliseconds.Count}"));
    }
}
