using System.Net;
using System.Net.Http.Headers;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Administration;

public sealed class PeopleTests(Office office)
{
    [Fact]
    public async Task A_person_is_added_and_gets_a_role_that_waits_for_somebody_else()
    {
        var account = "p" + Guid.NewGuid().ToString("N")[..10];
        await using var visit = await office.VisitAsync(Person.Security);
        await visit.GoAsync("/admin");
        await visit.Page.WaitForURLAsync("**/admin/people");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "新增人员" }).ClickAsync();
        await visit.InspectAsync("admin-add-person");
        await visit.Page.FillAsync("#new-name", "周新");
        await visit.Page.FillAsync("#new-user", account);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "新增", Exact = true }).ClickAsync();
        var password = await visit.Page.Locator(".secret code").InnerTextAsync();
        await LogInTurns.TakeAsync();
        using (var http = new HttpClient { BaseAddress = office.Address })
        using (var body = new StringContent($$"""{"userName":"{{account}}","password":"{{password}}","code":null}""", null, "application/json"))
        using (var session = await http.PostAsync("/api/v1/sessions", body))
            Assert.Equal(HttpStatusCode.Created, session.StatusCode);

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "授予角色" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "授予角色" }).ClickAsync();
        await visit.InspectAsync("admin-grant");
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "音像资料管理员" }).CheckAsync();
        await visit.Page.FillAsync("#grant-why", "岗位职责");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "授予", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".notice.good")).ToContainTextAsync("待第二人确认");
        // Whoever gave it can't confirm it.
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "确认授予" })).ToHaveCountAsync(0);
        Assert.False((bool)(await GrantAsync(account))["inForce"]!);
    }

    [Fact]
    public async Task The_second_person_confirms_and_later_takes_the_role_back_and_disables_the_account()
    {
        var account = await AddAsync();
        await office.Owner().SendAsync(HttpMethod.Post, $"accounts/{account}/roles", new { role = "Head", unit = "root", why = "岗位职责" });
        await using var visit = await office.VisitAsync(Person.Security, english: true);
        await visit.GoAsync("/admin/people");
        await Assertions.Expect(visit.Page.Locator(".notice.warn:not(.draft)")).ToContainTextAsync(account);
        await visit.Page.Locator(".notice.warn:not(.draft) a").Filter(new() { HasText = account }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".notice.good")).ToContainTextAsync("in force");
        Assert.Equal((true, "吴安全 (anquan)"), ((bool)(await GrantAsync(account))["inForce"]!, (string?)(await GrantAsync(account))["confirmedBy"]));
        await visit.InspectAsync("admin-person-en");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await DecideAsync(visit, "轮岗", "Do it");
        Assert.Empty((await office.Owner().GetAsync("accounts/" + account))["roles"]!.AsArray());
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Disable" }).ClickAsync();
        await DecideAsync(visit, "离任", "Do it");
        Assert.NotNull((await office.Owner().GetAsync("accounts/" + account))["disabledAt"]);
        Assert.Contains("离任", (await office.Owner().GetAsync("service/custody/search?kind=AccountChanged&q=" + account)).ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spreadsheet_is_taken_line_by_line_and_one_in_another_encoding_is_not()
    {
        var account = "s" + Guid.NewGuid().ToString("N")[..10];
        await using var visit = await office.VisitAsync(Person.Security);
        await visit.GoAsync("/admin/imports?what=accounts");
        await visit.Page.SetInputFilesAsync("#sheet", new FilePayload { Name = "gbk.csv", MimeType = "text/csv", Buffer = [0xD5, 0xCB, 0xBA, 0xC5, 0x2C, 0xD0, 0xD5, 0xC3, 0xFB] });
        await Assertions.Expect(visit.Page.Locator("[role=alert]")).ToContainTextAsync("UTF-8");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "导入" })).ToBeDisabledAsync();

        var sheet = $"\uFEFF账号,姓名,单位编号\r\n{account},新人甲,root\r\n坏账号,新人乙,root\r\n";
        await visit.Page.SetInputFilesAsync("#sheet", new FilePayload { Name = "people.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(sheet) });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "导入" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("tbody tr")).ToHaveCountAsync(2);
        await Assertions.Expect(visit.Page.Locator("tbody tr").Nth(1)).ToContainTextAsync("账号只能用小写字母");
        await visit.InspectAsync("admin-imports");
        Assert.Equal("新人甲", (string?)(await office.Owner().GetAsync("accounts/" + account))["name"]);
    }

    [Fact]
    public async Task A_programs_token_works_until_it_is_revoked()
    {
        var name = "办案系统" + Guid.NewGuid().ToString("N")[..6];
        await using var visit = await office.VisitAsync(Person.Security);
        await visit.GoAsync("/admin/tokens");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "签发令牌" }).ClickAsync();
        await visit.Page.FillAsync("#token-name", name);
        await visit.Page.FillAsync("#token-from", "not-a-network");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "签发", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog [role=alert]")).ToBeVisibleAsync();
        await visit.Page.FillAsync("#token-from", "127.0.0.0/8");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "签发", Exact = true }).ClickAsync();
        var secret = await visit.Page.Locator(".secret code").InnerTextAsync();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(secret));
        await visit.Page.Keyboard.PressAsync("Escape");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "撤销" + name }).ClickAsync();
        await visit.InspectAsync("admin-tokens");
        await visit.Page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = "撤销" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("tr").Filter(new() { HasText = name })).ToContainTextAsync("已撤销");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(secret));
    }

    private async Task<HttpStatusCode> AskAsync(string token)
    {
        using var http = new HttpClient { BaseAddress = office.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.GetAsync("/api/v1/cases");
        return answer.StatusCode;
    }

    private static async Task DecideAsync(Visit visit, string why, string button)
    {
        var dialog = visit.Page.Locator("dialog[open]");
        await dialog.Locator("textarea").FillAsync(why);
        await dialog.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog[open]")).ToHaveCountAsync(0);
        await visit.SettleAsync();
    }

    private async Task<string> AddAsync()
    {
        var account = "p" + Guid.NewGuid().ToString("N")[..10];
        await office.Owner().SendAsync(HttpMethod.Post, "accounts", new { userName = account, name = "周新", unit = "root", officerNumber = (string?)null });
        return account;
    }

    private async Task<System.Text.Json.Nodes.JsonNode> GrantAsync(string account) => (await office.Owner().GetAsync("accounts/" + account))["roles"]![0]!;
}
