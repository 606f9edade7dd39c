using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Pages;

/// <summary>Every page that somebody's menu leads to: it shows itself, says nothing to the console, asks no other host, and axe finds nothing serious.</summary>
public sealed class EveryPageTests(Office office)
{
    public static TheoryData<Person, bool> Everybody()
    {
        var all = new TheoryData<Person, bool>();
        foreach (var person in Person.All.Where(p => p != Person.SecondCustodian && p != Person.Passing))
        {
            all.Add(person, false);
            all.Add(person, true);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Everybody), DisableDiscoveryEnumeration = true)]
    public async Task What_the_menu_leads_to_is_a_page(Person person, bool english)
    {
        await using var visit = await office.VisitAsync(person, english);
        var addresses = await visit.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('nav .menu a'), document.querySelector('.who')].map(a => a.getAttribute('href'))");
        Assert.NotEmpty(addresses);
        foreach (var address in addresses)
        {
            await visit.GoAsync(address);
            var heading = await visit.Page.InnerTextAsync("h1");
            Assert.False(heading is "没有此页面" or "No such page", $"{person}: {address} leads nowhere");
            Assert.Equal(english, heading.All(c => c < 0x2e80));
            Assert.True(await visit.Page.Locator("main .card, main table, main form").CountAsync() > 0, $"{person}: {address} shows nothing but its heading");
            await visit.InspectAsync($"{person.Account}{(address == "/" ? "-today" : address.Replace('/', '-'))}{(english ? "-en" : "")}");
        }
    }

    /// <summary>What lies behind the menu, in the other language too.</summary>
    [Theory]
    [InlineData("anquan", "/welcome")]
    [InlineData("anquan", "/admin/people")]
    [InlineData("anquan", "/admin/people/anquan")]
    [InlineData("anquan", "/admin/imports")]
    [InlineData("anquan", "/admin/tokens")]
    [InlineData("anquan", "/admin/webhooks")]
    [InlineData("xitong", "/welcome")]
    [InlineData("xitong", "/admin/calendar")]
    [InlineData("xitong", "/admin/models")]
    [InlineData("xitong", "/admin/recorder-profiles")]
    [InlineData("xitong", "/status")]
    [InlineData("guanli", "/admin/units")]
    [InlineData("guanli", "/admin/matters")]
    [InlineData("guanli", "/docks")]
    [InlineData("guanli", "/recorders")]
    [InlineData("guanli", "/recorders/out")]
    [InlineData("guanli", "/retention")]
    [InlineData("guanli", "/access?new=1")]
    [InlineData("lingdao", "/supervision/open")]
    [InlineData("lingdao", "/supervision/yearly")]
    [InlineData("jiandu", "/reviews")]
    [InlineData("jiandu", "/reviews/criteria")]
    [InlineData("jiandu", "/reviews/findings")]
    [InlineData("shenji", "/audit")]
    public async Task Pages_can_be_read_in_English(string account, string address)
    {
        await using var visit = await office.VisitAsync(Person.All.Single(p => p.Account == account), english: true);
        await visit.GoAsync(address);
        await Assertions.Expect(visit.Page.Locator("[role=alert]")).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Page.Locator("main .card, main table, main form")).Not.ToHaveCountAsync(0);
        await visit.InspectAsync($"en{address.Split('?')[0].Replace('/', '-')}-{account}");
    }
}
