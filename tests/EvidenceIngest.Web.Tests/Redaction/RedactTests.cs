using System.Text.Json.Nodes;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Redaction;

public sealed class RedactTests(Office office)
{
    [Fact]
    public async Task A_region_is_drawn_at_two_moments_and_another_person_releases_the_copy()
    {
        var item = office.ItemOf("video", files: 1);
        await using (var visit = await office.VisitAsync(Person.Custodian))
        {
            var page = visit.Page;
            await visit.GoAsync($"/items/{item}?show=redact");
            await page.WaitForFunctionAsync("() => document.querySelector('video')?.readyState >= 2");
            await page.GetByRole(AriaRole.Button, new() { Name = "开始" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "增加区域" }).ClickAsync();
            await DrawAsync(page, 0.25, 0.25, 0.5, 0.5);
            await Assertions.Expect(page.GetByLabel("左 1")).ToBeVisibleAsync();
            await page.EvaluateAsync("document.querySelector('video').currentTime = 2");
            await page.WaitForFunctionAsync("() => Math.abs(document.querySelector('video').currentTime - 2) < 0.05 && !document.querySelector('video').seeking");
            await DrawAsync(page, 0.5, 0.5, 0.75, 0.75);
            await Assertions.Expect(page.GetByLabel("左 2")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "全部静音" }).ClickAsync();
            await visit.InspectAsync("redact");
            await page.FillAsync("#redact-why", "提供当事人查阅");
            await page.GetByRole(AriaRole.Button, new() { Name = "制作并提交复核" }).ClickAsync();
            await Assertions.Expect(page.Locator(".tag").Filter(new() { HasText = "待复核" })).ToBeVisibleAsync(new() { Timeout = 120_000 });

            // Whoever drew it may look and can't release.
            await page.GetByRole(AriaRole.Button, new() { Name = "查看并复核" }).ClickAsync();
            await page.FillAsync("#verdict-why", "自己放行");
            await page.GetByRole(AriaRole.Button, new() { Name = "放行" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
            visit.Forgive("40");
        }

        var plan = (await office.Owner().GetAsync($"items/{item}/redactions/1"))["plan"]!;
        var frames = plan["regions"]![0]!["keyFrames"]!.AsArray();
        Assert.Equal(2, frames.Count);
        Assert.All([(frames[0]!, 0.25), (frames[1]!, 0.5)], f => AssertNear(f.Item2, f.Item1));

        await using var second = await office.VisitAsync(Person.SecondCustodian);
        await second.GoAsync($"/items/{item}?show=redact");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "查看并复核" }).ClickAsync();
        await second.Page.WaitForFunctionAsync("() => document.querySelector('dialog video')?.readyState >= 2");
        await second.InspectAsync("redact-review");
        await second.Page.FillAsync("#verdict-why", "从头至尾查看，遮蔽到位");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "放行" }).ClickAsync();
        await Assertions.Expect(second.Page.Locator(".tag").Filter(new() { HasText = "已放行" })).ToBeVisibleAsync();
        Assert.Contains("redacted-1", (await office.Owner().GetAsync("items/" + item)).ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task DrawAsync(IPage page, double left, double top, double right, double bottom)
    {
        await page.Locator(".regions").ScrollIntoViewIfNeededAsync();
        // The picture without the bars beside it.
        var box = await page.EvaluateAsync<double[]>(
            """
            () => { const v = document.querySelector('video'), b = v.getBoundingClientRect(), s = Math.min(b.width / v.videoWidth, b.height / v.videoHeight);
                    return [b.left + (b.width - v.videoWidth * s) / 2, b.top + (b.height - v.videoHeight * s) / 2, v.videoWidth * s, v.videoHeight * s]; }
            """);
        await page.Mouse.MoveAsync((float)(box[0] + (left * box[2])), (float)(box[1] + (top * box[3])));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync((float)(box[0] + (right * box[2])), (float)(box[1] + (bottom * box[3])), new() { Steps = 5 });
        await page.Mouse.UpAsync();
    }

    private static void AssertNear(double corner, JsonNode frame)
    {
        Assert.Equal(corner, (double)frame["x"]!, 0.01);
        Assert.Equal(corner, (double)frame["y"]!, 0.01);
        Assert.Equal(0.25, (double)frame["width"]!, 0.01);
    }
}
