using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Operation;

public sealed class StatusPageTests(Office office)
{
    [Fact]
    public async Task What_needs_a_person_comes_first_and_the_page_follows_by_itself()
    {
        var name = "失联站" + Guid.NewGuid().ToString("N")[..6];
        await using var visit = await office.VisitAsync(Person.System);
        await visit.GoAsync("/status");
        await Assertions.Expect(visit.Page.Locator("tr[data-stage]")).ToHaveCountAsync(4);
        var sealedItems = (int)(await office.Owner().GetAsync("status"))["items"]!["Sealed"]!;
        await Assertions.Expect(visit.Page.Locator("dl.facts").Filter(new() { HasText = "已封存" })).ToContainTextAsync(sealedItems.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await visit.InspectAsync("status");
        var security = await office.ApiAsync(Person.Security);
        var hook = await security.SendAsync(HttpMethod.Post, "webhooks", new { name, url = "http://127.0.0.1:9/events", types = new[] { "item.*" } });
        await Assertions.Expect(visit.Page.Locator("dd").Filter(new() { HasText = "个接收地址" })).Not.ToHaveTextAsync("0 个接收地址");
        await security.SendAsync(HttpMethod.Delete, $"webhooks/{hook!["webhook"]!["id"]}", null);
        await Assertions.Expect(visit.Page.Locator("dd").Filter(new() { HasText = "个接收地址" })).ToHaveTextAsync("0 个接收地址");
    }

    [Fact]
    public async Task The_audit_of_the_vault_is_hurried()
    {
        await using var visit = await office.VisitAsync(Person.System, english: true);
        await visit.GoAsync("/fixity");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Read on at full rate" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".notice.good")).ToBeVisibleAsync();
        await visit.InspectAsync("fixity-en");
        await Office.UntilAsync("a pass at full rate has read everything", async () =>
            (await office.Owner().GetAsync("fixity"))["vaults"]![0]!["pass"] is { } pass && (long)pass["objects"]! == (long)pass["totalObjects"]! && (long)pass["objects"]! > 0);
    }

    [Theory]
    [InlineData("shenji", "/admin")]
    [InlineData("guanli", "/admin/people")]
    [InlineData("anquan", "/status")]
    [InlineData("xitong", "/audit")]
    public async Task Whoever_may_not_is_told_so_and_shown_nothing(string account, string path)
    {
        await using var visit = await office.VisitAsync(Person.All.Single(p => p.Account == account));
        Assert.Equal(0, await visit.Page.Locator($"nav .menu a[href='{path}']").CountAsync());
        await visit.GoAsync(path);
        await Assertions.Expect(visit.Page.Locator("tbody tr")).ToHaveCountAsync(0);
        Assert.Equal(0, await visit.Page.Locator("main button.primary:not([type=submit])").CountAsync());
    }
}
