using System.Text.RegularExpressions;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Register;

public sealed class RegisterTests(Office office)
{
    [Fact]
    public async Task A_spoken_word_leads_to_the_second_when_it_was_said()
    {
        var item = office.ItemOf("audio");
        var words = (await office.Owner().GetAsync($"items/{item}/transcript"))["segments"]!.AsArray()
            .SelectMany(s => ((string)s!["text"]!).Split(' ')).Where(w => w.Length > 4 && w.All(char.IsAsciiLetterLower)).ToList();
        Assert.NotEmpty(words);
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync("/items");
        await page.FillAsync("#q", words[^1]);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("mark").First).ToHaveTextAsync(words[^1]);
        await visit.InspectAsync("register-search");
        await page.Locator("tbody a[href*='?t=']").First.ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("?t=", StringComparison.Ordinal));
        await page.WaitForFunctionAsync("() => document.querySelector('[data-media]')?.currentTime > 0");
    }

    [Fact]
    public async Task Conditions_stand_in_the_address_and_what_is_listed_follows_them()
    {
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync("/items");
        await Assertions.Expect(page.Locator("tbody a[href^='/items/']")).Not.ToHaveCountAsync(0);
        await visit.InspectAsync("register");
        await page.SelectOptionAsync("#state", "quarantined");
        await page.GetByRole(AriaRole.Button, new() { Name = "查询" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/items\\?state=quarantined$"));
        await visit.SettleAsync();
        var expected = (await office.Owner().GetAsync("items?state=quarantined&limit=100"))["items"]!.AsArray().Count;
        await Assertions.Expect(page.Locator("tbody .tag.bad").Filter(new() { HasText = "已隔离" })).ToHaveCountAsync(expected);
        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/items$"));
        await Assertions.Expect(page.Locator("#state")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Several_are_completed_at_once_and_the_list_is_exported_with_a_trace()
    {
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync("/items?kind=photo&state=sealed");
        await page.GetByLabel("选择全部").CheckAsync();
        await page.FillAsync("#bulk-proof", "现场物品照片");
        await page.FillAsync("#bulk-why", "批量补录");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "已处理" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tbody")).ToContainTextAsync("现场物品照片");
        var csv = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "导出 CSV（留痕）" }).ClickAsync());
        Assert.Contains("现场物品照片", await File.ReadAllTextAsync(await csv.PathAsync()), StringComparison.Ordinal);
        var told = await office.Owner().GetAsync("service/custody?after=0&limit=1000");
        Assert.Contains("RegisterExported", told.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_is_used_often_is_kept_and_forgotten()
    {
        await using var visit = await office.VisitAsync(Person.SecondCustodian);
        var page = visit.Page;
        await visit.GoAsync("/items?lack=case&kind=video");
        await page.GetByText("更多条件").ClickAsync();
        await page.FillAsync("#save-as", "未关联的录像");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "未关联的录像" })).ToBeVisibleAsync();
        await visit.GoAsync("/items");
        await page.GetByText("更多条件").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "未关联的录像" }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("lack=case", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "删除常用查询 未关联的录像" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "未关联的录像" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Pictures_are_shown_on_request_to_those_who_may_look()
    {
        await using var visit = await office.VisitAsync(Person.Head);
        await visit.GoAsync("/items?kind=video&state=sealed");
        await visit.Page.GetByLabel("显示封面").CheckAsync();
        await visit.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('img.poster')].some(i => i.naturalWidth > 0)");
        await visit.InspectAsync("register-pictures");
        await using var supervisor = await office.VisitAsync(Person.Supervisor);
        await supervisor.GoAsync("/items");
        Assert.Equal(0, await supervisor.Page.GetByLabel("显示封面").CountAsync());
    }
}
