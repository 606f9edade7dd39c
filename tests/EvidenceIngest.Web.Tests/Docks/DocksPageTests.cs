using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Docks;

public sealed class DocksPageTests(Office office)
{
    [Fact]
    public async Task A_dock_that_enrols_with_the_shown_code_appears_by_itself_with_its_bays()
    {
        var name = "采集站" + Guid.NewGuid().ToString("N")[..6];
        await using var visit = await office.VisitAsync(Person.System);
        await visit.GoAsync("/docks");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "登记新采集站" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "生成登记码" }).ClickAsync();
        var code = await visit.Page.Locator(".secret code").InnerTextAsync();
        await visit.InspectAsync("docks-invite");
        await visit.Page.Keyboard.PressAsync("Escape");
        using var dock = await EnrolAsync(code, name);
        var card = visit.Page.Locator("section[data-dock]").Filter(new() { HasText = name });
        await Assertions.Expect(card).ToContainTextAsync("没有回应");
        using var told = await dock.PutAsJsonAsync("/api/v1/docks/me/bays", new[] { new
        {
            bay = "1-2", state = "Failed", recorder = (string?)null, reason = "无法读取，请重新插入", filesDone = 0, filesTotal = 0, bytesDone = 0, bytesTotal = 0, since = DateTimeOffset.UtcNow,
        } });
        Assert.True(told.IsSuccessStatusCode, await told.Content.ReadAsStringAsync());
        await Assertions.Expect(card).ToContainTextAsync("无法读取，请重新插入");
        await Assertions.Expect(card).ToContainTextAsync("在线");

        await card.GetByRole(AriaRole.Button, new() { Name = "调整" }).ClickAsync();
        await visit.Page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog[open]")).ToHaveCountAsync(0);
        await visit.InspectAsync("docks");
    }

    [Fact]
    public async Task A_recorder_is_assigned_handed_out_returned_and_taken_out_of_service()
    {
        var recorder = "dev-W" + Guid.NewGuid().ToString("N")[..6].ToUpperInvariant();
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/recorders");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "分配记录仪" }).ClickAsync();
        await visit.Page.FillAsync("#recorder", recorder);
        await visit.Page.FillAsync("#number", "000777");
        await visit.Page.FillAsync("#officer", "李试");
        await visit.InspectAsync("recorders-assign");
        await DoAsync(visit);
        var row = visit.Page.Locator($"tr[data-recorder={recorder}]");
        await Assertions.Expect(row).ToContainTextAsync("李试");

        await row.GetByRole(AriaRole.Button, new() { Name = "领用" }).ClickAsync();
        await visit.Page.FillAsync("#until", DateTime.UtcNow.AddHours(16).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture));
        await DoAsync(visit);
        Assert.Contains(await OutAsync(), i => (string?)i!["recorder"] == recorder && (string?)i["officerName"] == "李试");
        await visit.GoAsync("/recorders/out");
        await Assertions.Expect(visit.Page.Locator("tbody")).ToContainTextAsync(recorder);
        await visit.InspectAsync("recorders-out");

        await visit.GoAsync("/recorders?q=" + recorder.ToLowerInvariant());
        await Assertions.Expect(visit.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await row.GetByRole(AriaRole.Button, new() { Name = "归还" }).ClickAsync();
        await DoAsync(visit);
        Assert.DoesNotContain(await OutAsync(), i => (string?)i!["recorder"] == recorder);
        await row.GetByRole(AriaRole.Button, new() { Name = "状态" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "停用、报失" }).CheckAsync();
        await visit.Page.FillAsync("#note", "外勤遗失");
        await DoAsync(visit);
        await Assertions.Expect(row).ToContainTextAsync("停用、报失");
        Assert.Equal("withdrawn", ((string?)(await office.Owner().GetAsync("recorders")).AsArray().Single(r => (string?)r!["recorder"] == recorder)!["state"])!.ToLowerInvariant());
    }

    private async Task<JsonArray> OutAsync() => (await office.Owner().GetAsync("recorders/issues")).AsArray();

    private static async Task DoAsync(Visit visit)
    {
        await visit.Page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = "确定" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog[open]")).ToHaveCountAsync(0);
        await visit.SettleAsync();
    }

    private async Task<HttpClient> EnrolAsync(string code, string name)
    {
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        var client = new HttpClient { BaseAddress = office.Address };
        var digest = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)));
        using var answer = await client.PostAsJsonAsync("/api/v1/docks/enrol", new { code, name, tokenSha256 = digest });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
