using System.IO.Compression;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Items;

/// <summary>What a custodian does with a recording, without a mouse where that is promised.</summary>
public sealed class ItemPageTests(Office office)
{
    [Fact]
    public async Task The_fields_are_completed_and_the_transcript_confirmed_by_keyboard_alone()
    {
        var api = office.Owner();
        var item = office.ItemOf("audio");
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync("/items/" + item);
        await visit.InspectAsync("item-audio");

        await page.FocusAsync("main");
        await visit.TabToAsync("填写或更正");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#proof")).ToBeVisibleAsync();
        await page.FocusAsync("#proof");
        await page.Keyboard.TypeAsync("现场询问当事人的经过");
        await visit.TabToAsync("保存");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "已保存" })).ToBeVisibleAsync();

        await page.FocusAsync("#transcript");
        await visit.TabToAsync("修改");
        await page.Keyboard.PressAsync("Enter");
        var lines = page.Locator("#lines");
        await Assertions.Expect(lines).ToBeVisibleAsync();
        await lines.FocusAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("\n[00:00:01-00:00:02] 王某：请出示证件");
        await visit.TabToAsync("保存为新版本");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".segments")).ToContainTextAsync("请出示证件");
        await visit.TabToAsync("确认");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("dialog[open]")).ToBeVisibleAsync();
        await page.Keyboard.TypeAsync("逐句听录音核对");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".tag").Filter(new() { HasText = "已确认" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".notice.good").Filter(new() { HasText = "可以归档" })).ToBeVisibleAsync();
        await visit.InspectAsync("item-complete");

        var summary = (await api.GetAsync("items/" + item))["summary"]!;
        Assert.Empty(summary["missing"]!.AsArray());
        Assert.Equal("现场询问当事人的经过", (string?)summary["objectOfProof"]);
        Assert.Equal("Confirmed", (string?)(await api.GetAsync($"items/{item}/transcript"))["state"]);
    }

    [Fact]
    public async Task The_chain_is_read_in_Chinese_beside_what_was_recorded()
    {
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/items/" + office.ItemOf("photo"));
        var told = visit.Page.Locator(".timeline .detail");
        await Assertions.Expect(told.First).ToBeVisibleAsync();
        var read = await told.AllInnerTextsAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "显示原文" }).ClickAsync();
        await Assertions.Expect(told.First).Not.ToHaveTextAsync(read[0]);
        var recorded = await told.AllInnerTextsAsync();
        Assert.True(recorded.Count > 8, "a stored photo has more events than that");
        Assert.All(read.Zip(recorded), pair => Assert.True(pair.First != pair.Second, "has no Chinese reading: " + pair.Second));
    }

    [Fact]
    public async Task A_film_plays_seeks_and_steps_and_tells_who_looks()
    {
        var item = office.ItemOf("video", files: 3);
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync($"/items/{item}?t=1.5");
        await page.WaitForFunctionAsync("() => document.querySelector('video')?.readyState >= 2");
        Assert.InRange(await page.EvaluateAsync<double>("document.querySelector('video').currentTime"), 1.4, 1.6);
        await page.FocusAsync("[data-seek]");
        await page.Keyboard.PressAsync(".");
        await page.WaitForFunctionAsync("() => { const t = document.querySelector('video').currentTime; return t > 1.53 && t < 1.56; }");
        await page.Keyboard.PressAsync(" ");
        await page.WaitForFunctionAsync("() => document.querySelector('video').currentTime > 1.8");
        await page.HoverAsync("[data-seek]");
        await Assertions.Expect(page.Locator("[data-preview]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".watermark span").First).ToContainTextAsync(Person.Custodian.Account);
        await visit.InspectAsync("item-video");
        var custody = await office.Owner().GetAsync($"items/{item}/custody");
        Assert.Contains(custody.AsArray(), e => (string?)e!["kind"] == "Viewed" && ((string)e["detail"]!).Contains(Person.Custodian.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_package_is_exported_by_the_page_and_verified_offline()
    {
        var item = office.ItemOf("photo");
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync($"/items/{item}?show=hand-out");
        await Assertions.Expect(page.Locator("#rendition")).ToContainTextAsync("封面");
        await page.FillAsync("#export-why", "移送检察院");
        await page.GetByRole(AriaRole.Button, new() { Name = "制作证据包" }).ClickAsync();
        var download = page.GetByRole(AriaRole.Link, new() { Name = "下载（ZIP）" });
        await Assertions.Expect(download).ToBeVisibleAsync();
        await visit.InspectAsync("item-hand-out");
        var got = await page.RunAndWaitForDownloadAsync(() => download.ClickAsync());
        var folder = Directory.CreateTempSubdirectory("evidence-package-").FullName;
        try
        {
            await ZipFile.ExtractToDirectoryAsync(await got.PathAsync(), folder);
            var (exitCode, output, error) = await office.RunAsync("verify", folder);
            Assert.True(exitCode == 0, output + error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Verify_now_reads_the_masters_back_and_a_clip_is_made_from_where_the_player_stands()
    {
        var item = office.ItemOf("video", files: 2);
        await using var visit = await office.VisitAsync(Person.Custodian, english: true);
        var page = visit.Page;
        await visit.GoAsync($"/items/{item}?show=files");
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify now" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "are as sealed" })).ToBeVisibleAsync();
        await visit.InspectAsync("item-files-en");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Clips and stills" }).ClickAsync();
        await page.FillAsync("#clip-from", "0.5");
        await page.FillAsync("#clip-to", "1.5");
        await page.FillAsync("#clip-why", "for the court");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the clip" }).ClickAsync();
        await Assertions.Expect(page.Locator(".tag").Filter(new() { HasText = "ready" })).ToBeVisibleAsync(new() { Timeout = 90_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Get a link" }).ClickAsync();
        var link = await page.GetByRole(AriaRole.Link, new() { Name = "Open" }).GetAttributeAsync("href");
        Assert.StartsWith("/media/", link, StringComparison.Ordinal);
        await visit.InspectAsync("item-clips-en");
        var custody = await office.Owner().GetAsync($"items/{item}/custody");
        Assert.Contains(custody.AsArray(), e => (string?)e!["kind"] == "FixityChecked" && ((string)e["detail"]!).Contains("asked for by a person", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hold_is_placed_by_one_person_and_released_by_another()
    {
        var item = office.ItemOf("video", files: 1);
        await using (var visit = await office.VisitAsync(Person.Custodian))
        {
            await visit.GoAsync($"/items/{item}?show=keeping");
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "冻结此件" }).ClickAsync();
            await visit.Page.GetByLabel("理由", new() { Exact = true }).FillAsync("行政复议期间");
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "冻结", Exact = true }).ClickAsync();
            var hold = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "行政复议期间" });
            await Assertions.Expect(hold).ToContainTextAsync("冻结中");
            await visit.InspectAsync("item-keeping");
            await Assertions.Expect(hold).ToContainTextAsync("须由他人解除");
            await Assertions.Expect(hold.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        }

        await using var second = await office.VisitAsync(Person.SecondCustodian);
        await second.GoAsync($"/items/{item}?show=keeping");
        var held = second.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "行政复议期间" });
        await held.GetByRole(AriaRole.Button, new() { Name = "解除" }).ClickAsync();
        await second.Page.GetByLabel("理由", new() { Exact = true }).FillAsync("复议已结束");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "解除冻结", Exact = true }).ClickAsync();
        await Assertions.Expect(held).ToContainTextAsync("已解除");
        await Assertions.Expect(held).ToContainTextAsync("复议已结束");
    }

    [Fact]
    public async Task Whoever_may_not_look_reads_what_is_recorded_and_gets_no_player()
    {
        var item = office.ItemOf("video", files: 1);
        await using var visit = await office.VisitAsync(Person.Supervisor);
        await visit.GoAsync("/items/" + item);
        await Assertions.Expect(visit.Page.GetByText("不能播放内容")).ToBeVisibleAsync();
        Assert.Equal(0, await visit.Page.Locator("video").CountAsync());
        Assert.Equal(0, await visit.Page.GetByRole(AriaRole.Button, new() { Name = "填写或更正" }).CountAsync());
        await visit.InspectAsync("item-supervisor");
    }
}
