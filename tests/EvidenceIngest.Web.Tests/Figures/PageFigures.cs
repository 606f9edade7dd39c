using System.Diagnostics;
using System.Globalization;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Figures;

/// <summary>What docs/benchmarks.md tells of the pages; run by <c>scripts/bench web</c> alone, never as tests.</summary>
public sealed class PageFigures(Office office, ITestOutputHelper output)
{
    private const int Screens = 200;
    private const int DockedFiles = 8;
    private const long FileBytes = 512L << 20;
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
        var (idleCores, idleBytes) = await LoadAsync(service);
        var alone = await DockAsync(service);
        using var playwright = await Playwright.CreateAsync();
        // With a process for each of them, the screens would want more memory than the machine has.
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-background-networking", "--renderer-process-limit=4"],
        });
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = office.Address.AbsoluteUri });
        var updates = new ScreenUpdates();
        for (var i = 0; i < Screens; i++)
        {
            var page = await context.NewPageAsync();
            page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) => updates.See(frame.Binary);
            await page.GotoAsync("/dock/" + dock);
            await page.WaitForSelectorAsync(".bay");
        }

        updates.Take();
        var (cores, bytes) = await LoadAsync(service);
        var (count, each) = updates.Take();
        Tell($"{Screens} dock screens at rest: {(cores - idleCores) * 100:0.0} % of a core and {(bytes - idleBytes) / 1e6:0} MB; {count} updates of {each:0} bytes in 20 s");
        var watched = await DockAsync(service);
        (count, each) = updates.Take();
        Tell($"{DockedFiles * FileBytes / 1e9:0.0} GB docked, nobody watching: {alone.Seconds:0} s, {alone.Cpu:0.0} s of processor time");
        Tell($"the same before {Screens} dock screens: {watched.Seconds:0} s, {watched.Cpu:0.0} s of processor time; {count} updates of {each:0} bytes");
    }

    /// <summary>A recorder in the second bay, from the card's appearance until it may be taken, and out again.</summary>
    private async Task<(double Seconds, double Cpu)> DockAsync(Process service)
    {
        var folder = office.SecondCard + ".new";
        var media = Directory.CreateDirectory(Path.Combine(folder, "DCIM/100MEDIA")).FullName;
        var buffer = new byte[8 << 20];
        var began = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(8)).AddHours(-2);
        for (var i = 0; i < DockedFiles; i++)
        {
            await using var file = File.Create(Path.Combine(media, string.Create(CultureInfo.InvariantCulture, $"J800000_000123{began.AddMinutes(i * 5):yyyyMMddHHmmss}_{i + 1:0000}.MP4")));
            for (long written = 0; written < FileBytes; written += buffer.Length)
            {
                Random.Shared.NextBytes(buffer);
                await file.WriteAsync(buffer);
            }
        }

        var clock = Stopwatch.StartNew();
        service.Refresh();
        var before = service.TotalProcessorTime;
        Directory.Move(folder, office.SecondCard);
        await Office.UntilAsync("it may be taken", async () => await StateAsync() == "SafeToRemove");
        service.Refresh();
        var took = (clock.Elapsed.TotalSeconds, (service.TotalProcessorTime - before).TotalSeconds);
        Directory.Delete(office.SecondCard, recursive: true);
        await Office.UntilAsync("the bay is empty", async () => await StateAsync() == "Empty");
        await Office.UntilAsync("all items are done", async () => (await office.Owner().GetAsync("items?limit=100"))["items"]!.AsArray().All(i => (bool)i!["done"]!));
        return took;

        async Task<string?> StateAsync() => (string?)(await office.Owner().GetAsync("bays")).AsArray().Single(b => (string)b!["bay"]! == "folder:" + office.SecondCard)!["state"];
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
        Tell($"{what}: median {milliseconds[milliseconds.Count / 2]:0} ms, p95 {milliseconds[(int)(milliseconds.Count * 0.95)]:0} ms of {milliseconds.Count}");
    }

    private void Tell(FormattableString figures) => output.WriteLine(figures.ToString(CultureInfo.InvariantCulture));

    /// <summary>What screens were sent to draw; keep-alives and answers are left out.</summary>
    private sealed class ScreenUpdates
    {
        private long _count;
        private long _bytes;

        public void See(byte[]? frame)
        {
            if (frame is null || frame.AsSpan().IndexOf("JS.RenderBatch"u8) < 0)
                return;
            Interlocked.Increment(ref _count);
            Interlocked.Add(ref _bytes, frame.Length);
        }

        /// <summary>How many since the last time, and how large on average.</summary>
        public (long Count, double Bytes) Take()
        {
            var (count, bytes) = (Interlocked.Exchange(ref _count, 0), Interlocked.Exchange(ref _bytes, 0));
            return (count, (double)bytes / Math.Max(1, count));
        }
    }
}
