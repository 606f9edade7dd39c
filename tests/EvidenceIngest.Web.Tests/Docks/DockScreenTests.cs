using System.Globalization;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Docks;

public sealed class DockScreenTests(Office office)
{
    [Fact]
    public async Task A_recorder_is_watched_from_the_bay_until_it_is_safe_to_take()
    {
        await using var visit = await office.VisitAsync(person: null);
        await visit.Page.SetViewportSizeAsync(1080, 1920);
        await visit.GoAsync("/dock/" + await DockAsync());
        var bay = visit.Page.Locator(".bay").Filter(new() { HasText = "2 号口" });
        await Assertions.Expect(visit.Page.Locator(".bay").First).ToBeVisibleAsync();
        // Its number doesn't change when a recorder comes, and it is on the screen before.
        await Assertions.Expect(bay).ToHaveAttributeAsync("data-bay", "folder:" + office.SecondCard);
        await Assertions.Expect(bay).ToContainTextAsync("空闲");
        var states = new List<string>();
        var making = office.MakeCardAsync(office.SecondCard);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (states.LastOrDefault() != "SafeToRemove" && !limit.IsCancellationRequested)
        {
            if (await bay.CountAsync() > 0 && await bay.GetAttributeAsync("data-state") is { } state && state != states.LastOrDefault())
                states.Add(state);
            await Task.Delay(50);
        }

        await making;
        Assert.Equal("SafeToRemove", states[^1]);
        // A small card may be copied between two looks of the screen: some step before the end was seen.
        Assert.True(states.Count > 1, string.Join(' ', states));
        await Assertions.Expect(bay).ToContainTextAsync("可以取走");
        await visit.InspectAsync("dock-screen");
        var size = await bay.Locator(".bay-state").EvaluateAsync<string>("e => getComputedStyle(e).fontSize");
        // Two metres: characters of 40 px on a 24 inch screen are about 11 mm high.
        Assert.True(double.Parse(size.TrimEnd('p', 'x'), CultureInfo.InvariantCulture) >= 40, size);
    }

    [Fact]
    public async Task The_screen_warns_while_the_service_is_gone_and_is_right_again_by_itself()
    {
        await using var visit = await office.VisitAsync(person: null);
        await visit.GoAsync("/dock/" + await DockAsync());
        await Assertions.Expect(visit.Page.Locator(".bay").First).ToBeVisibleAsync();
        await office.KillServiceAsync();
        await Assertions.Expect(visit.Page.Locator("dialog[open]")).ToContainTextAsync("连接中断", new() { Timeout = 40_000 });
        await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(Office.Pictures, "dock-screen-interrupted.png") });
        await office.StartServiceAsync();
        await Assertions.Expect(visit.Page.Locator("dialog[open]")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.Locator(".bay").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.Locator(".dock-warning")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        visit.Forgive("WebSocket");
        visit.Forgive("ERR_CONNECTION");
        visit.Forgive("Failed to");
        visit.Forgive("Connection disconnected");
    }

    [Fact]
    public async Task Another_docks_screen_stays_shut()
    {
        await using var visit = await office.VisitAsync(person: null);
        await visit.GoAsync("/dock/dock-of-others");
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("此屏幕不属于该采集站");
        Assert.Equal(0, await visit.Page.Locator(".bay").CountAsync());
    }

    private async Task<string> DockAsync() => (string)(await office.Owner().GetAsync("bays")).AsArray()[0]!["dockId"]!;
}
