using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.AccessRequests;

/// <summary>Article 30 from a party's wish to what they see, each step by the person whose it is.</summary>
public sealed class AccessPagesTests(Office office)
{
    [Fact]
    public async Task A_party_is_entered_by_one_agreed_to_by_another_and_looks_by_a_link_that_is_shown_once()
    {
        var item = (string)office.Items.First(i => string.Equals((string?)i["kind"], "Photo", StringComparison.OrdinalIgnoreCase) && string.Equals((string?)i["state"], "Sealed", StringComparison.OrdinalIgnoreCase))["item"]!;
        var party = "赵某 <b>" + Guid.NewGuid().ToString("N")[..6];
        string address;
        await using (var custodian = await office.VisitAsync(Person.Custodian))
        {
            await custodian.GoAsync("/access?new=1&items=" + item);
            await custodian.Page.GetByLabel("姓名或名称").FillAsync(party);
            await custodian.Page.GetByLabel("证件号码后四位").FillAsync("12X4");
            await custodian.Page.GetByLabel("查阅理由").FillAsync("核对现场经过");
            await custodian.Page.GetByRole(AriaRole.Button, new() { Name = "登记", Exact = true }).ClickAsync();
            await custodian.Page.WaitForURLAsync("**/access/ar-*");
            await custodian.SettleAsync();
            address = new Uri(custodian.Page.Url).AbsolutePath;
            await Assertions.Expect(custodian.Page.Locator(".steps [aria-current=step]")).ToContainTextAsync("负责人审批");
            // Whoever entered it can't decide it, and isn't shown how.
            await Assertions.Expect(custodian.Page.GetByRole(AriaRole.Button, new() { Name = "提交审批意见" })).ToHaveCountAsync(0);
        }

        await using (var head = await office.VisitAsync(Person.Head))
        {
            await head.GoAsync("/access?state=Entered&q=" + Uri.EscapeDataString(party));
            await head.InspectAsync("access-requests");
            await head.Page.GetByRole(AriaRole.Link, new() { Name = party }).ClickAsync();
            await head.Page.GetByLabel("同意", new() { Exact = true }).CheckAsync();
            await head.Page.GetByLabel("理由", new() { Exact = true }).FillAsync("同意查阅");
            await head.Page.GetByRole(AriaRole.Button, new() { Name = "提交审批意见" }).ClickAsync();
            await Assertions.Expect(head.Page.GetByText("已提交审批意见")).ToBeVisibleAsync();
        }

        await using var again = await office.VisitAsync(Person.Custodian);
        await again.GoAsync(address);
        await again.Page.GetByRole(AriaRole.Button, new() { Name = "开通查阅" }).ClickAsync();
        // The copy is made in the background; the page finds it by itself.
        await again.Page.GetByRole(AriaRole.Button, new() { Name = "生成链接" }).ClickAsync(new() { Timeout = 240_000 });
        var link = await again.Page.GetByLabel("查阅链接").InputValueAsync();
        await again.InspectAsync("access-request");
        await again.Page.ReloadAsync();
        await again.SettleAsync();
        await Assertions.Expect(again.Page.GetByText("/media/access/")).ToHaveCountAsync(0);

        using var anybody = new HttpClient();
        using (var look = await anybody.GetAsync(new Uri(link)))
            Assert.True(look.IsSuccessStatusCode);
        await again.GoAsync(address);
        await Assertions.Expect(again.Page.Locator("td").Filter(new() { HasText = "1 / 3 次" })).ToBeVisibleAsync();

        await again.Page.GetByRole(AriaRole.Button, new() { Name = "撤回申请" }).ClickAsync();
        await again.Page.GetByLabel("理由", new() { Exact = true }).FillAsync("当事人撤回");
        await again.Page.GetByRole(AriaRole.Button, new() { Name = "撤回", Exact = true }).ClickAsync();
        await Assertions.Expect(again.Page.GetByText("链接全部失效")).ToBeVisibleAsync();
        using var late = await anybody.GetAsync(new Uri(link));
        Assert.Equal(System.Net.HttpStatusCode.Gone, late.StatusCode);
    }

    [Fact]
    public async Task Those_who_have_nothing_to_do_with_requests_don_t_see_them()
    {
        await using var visit = await office.VisitAsync(Person.Supervisor);
        await Assertions.Expect(visit.Page.Locator("nav .menu").GetByText("查阅")).ToHaveCountAsync(0);
        await visit.GoAsync("/access");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("没有权限");
    }
}
