using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Sessions;

public sealed class LogInTests(Office office)
{
    [Fact]
    public async Task A_wrong_password_is_told_and_the_right_one_leads_where_one_wanted_to_go()
    {
        await using var visit = await office.VisitAsync(person: null);
        await visit.GoAsync("/items");
        Assert.Contains("/login?back=%2Fitems", visit.Page.Url, StringComparison.Ordinal);
        await visit.InspectAsync("login");
        await visit.Page.FillAsync("#user", Person.Custodian.Account);
        await visit.Page.FillAsync("#password", "not-the-one");
        await LogInTurns.TakeAsync();
        await visit.Page.ClickAsync("button[type=submit]");
        await Assertions.Expect(visit.Page.Locator("[role=alert]")).ToContainTextAsync("不正确");
        await visit.Page.FillAsync("#password", Office.Password);
        await LogInTurns.TakeAsync();
        await visit.Page.ClickAsync("button[type=submit]");
        await visit.Page.WaitForURLAsync("**/items");
        visit.Forgive("401");
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    public async Task Nobody_is_sent_to_another_site_by_logging_in(string back)
    {
        await using var visit = await office.VisitAsync(person: null);
        await visit.Page.GotoAsync("/login?back=" + Uri.EscapeDataString(back));
        await visit.Page.FillAsync("#user", Person.Custodian.Account);
        await visit.Page.FillAsync("#password", Office.Password);
        await LogInTurns.TakeAsync();
        await visit.Page.ClickAsync("button[type=submit]");
        await visit.Page.WaitForSelectorAsync("nav .menu");
        Assert.Equal(office.Address, new Uri(visit.Page.Url));
    }

    [Fact]
    public async Task Whoever_logged_out_is_out_also_with_the_old_cookie()
    {
        await using var visit = await office.VisitAsync(Person.Passing, anew: true);
        var cookies = await visit.Page.Context.CookiesAsync();
        var session = Assert.Single(cookies, c => c.Name == "evidence-session");
        Assert.True(session is { HttpOnly: true, SameSite: SameSiteAttribute.Strict });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "退出" }).ClickAsync();
        await visit.Page.WaitForURLAsync("**/login");
        await visit.Page.Context.AddCookiesAsync([new Cookie { Name = session.Name, Value = session.Value, Url = office.Address.AbsoluteUri }]);
        await visit.Page.GotoAsync("/");
        await visit.Page.WaitForURLAsync("**/login**");
    }

    [Fact]
    public async Task The_switch_changes_the_language_and_it_stays()
    {
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Today");
        await visit.GoAsync("/items");
        Assert.Equal("en", await visit.Page.GetAttributeAsync("html", "lang"));
        await Assertions.Expect(visit.Page.Locator("nav .menu")).ToContainTextAsync("Register");
    }

    [Fact]
    public async Task Pages_tell_browsers_to_load_nothing_else_and_to_stand_in_no_frame()
    {
        using var http = new HttpClient { BaseAddress = office.Address };
        using var answer = await http.GetAsync("/login");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.DoesNotContain("<script>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData(null)]
    public async Task No_other_site_makes_a_browser_download_or_log_in(string? site)
    {
        await using var visit = await office.VisitAsync(Person.Custodian);
        var session = (await visit.Page.Context.CookiesAsync()).Single(c => c.Name == "evidence-session");
        using var http = new HttpClient { BaseAddress = office.Address };
        using var download = new HttpRequestMessage(HttpMethod.Get, "/download/items?format=csv");
        download.Headers.Add("Cookie", $"evidence-session={session.Value}");
        using var logIn = new HttpRequestMessage(HttpMethod.Post, "/session") { Content = new StringContent("{}", null, "application/json") };
        foreach (var request in new[] { download, logIn })
        {
            if (site is not null)
                request.Headers.Add("Sec-Fetch-Site", site);
            using var answer = await http.SendAsync(request);
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_page_whose_session_is_over_asks_for_the_password_and_keeps_what_was_typed()
    {
        await using var visit = await office.VisitAsync(Person.Passing, anew: true);
        await visit.GoAsync("/items");
        await visit.Page.GetByRole(AriaRole.Searchbox).FillAsync("正在输入的内容");
        var api = await office.ApiAsync(Person.Passing);
        foreach (var session in (await api.GetAsync("me/sessions")).AsArray().Where(s => !(bool)s!["isThis"]!))
            await api.SendAsync(HttpMethod.Delete, $"me/sessions/{session!["session"]}", null);
        await visit.Page.Keyboard.PressAsync("Enter");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("登录已过期");
        await visit.Page.FillAsync("#again-password", "not-the-one");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(dialog.Locator("[role=alert]")).ToContainTextAsync("不正确");
        await visit.Page.FillAsync("#again-password", Office.Password);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("正在输入的内容");
        visit.Forgive("401");
    }
}
