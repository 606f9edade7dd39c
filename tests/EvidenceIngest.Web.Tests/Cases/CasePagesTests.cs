using System.IO.Compression;
using System.Text.Json.Nodes;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Cases;

/// <summary>From a case to its recordings, what is missing, and what is handed out.</summary>
public sealed class CasePagesTests(Office office)
{
    // Slashes, brackets and a letter outside of the first plane: numbers as agencies have them, and as nobody should.
    private readonly string _number = $"鲁菏执罚/{Guid.NewGuid().ToString("N")[..6]}〔2026〕𠮷 1号";

    private string Address => "cases/" + Uri.EscapeDataString(_number);

    [Fact]
    public async Task A_custodian_enters_a_case_links_a_proposal_and_sees_gaps_on_the_time_line()
    {
        var film = Recorded("Video");
        var at = DateTimeOffset.Parse((string)film["recordedAt"]!, null);
        await office.Owner().SendAsync(HttpMethod.Put, "matters/web-whole", new { name = "强制拆除", law = "行政强制法", wholeRecording = true, retentionClass = (string?)null });
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/cases");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "登记案件" }).ClickAsync();
        await visit.Page.GetByLabel("案号", new() { Exact = true }).FillAsync(_number);
        await visit.Page.GetByLabel("执法事项").SelectOptionAsync("web-whole");
        await visit.Page.GetByLabel("办案人员").FillAsync("000123、000124");
        await visit.Page.GetByLabel("执法行为开始").FillAsync($"{at.AddMinutes(-3):yyyy-MM-ddTHH:mm:ss}");
        await visit.Page.GetByLabel("执法行为结束").FillAsync($"{at.AddMinutes(6):yyyy-MM-ddTHH:mm:ss}");
        await visit.Page.GetByLabel("执法地点").FillAsync("牡丹区中华路 8 号");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "登记", Exact = true }).ClickAsync();
        await visit.Page.WaitForURLAsync("**/cases/*");
        await visit.SettleAsync();

        // What was typed is what the API has, in the agency's time.
        var api = await office.ApiAsync(Person.Custodian);
        var known = await api.GetAsync(Address);
        Assert.Equal(["000123", "000124"], known["officers"]!.AsArray().Select(o => (string)o!));
        Assert.Equal(at.AddMinutes(-3).ToUniversalTime(), DateTimeOffset.Parse((string)known["actedFrom"]!, null));

        await visit.Page.GetByLabel("选择 " + film["item"]).CheckAsync();
        await visit.Page.GetByLabel("关联理由").FillAsync("本案现场记录");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "关联到本案" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "已关联" })).ToBeVisibleAsync();
        Assert.Equal([(string)film["item"]!], (await api.GetAsync(Address))["items"]!.AsArray().Select(i => (string)i!));
        await Office.UntilAsync("its footage was looked at", async () => (await api.GetAsync(Address))["footage"]?["gaps"]?.AsArray().Count > 0);
        await visit.GoAsync("/" + Address);
        Assert.NotEqual(0, await visit.Page.Locator(".time-line rect.gap").CountAsync());
        Assert.Equal("/items/" + film["item"], await visit.Page.Locator(".time-line a").First.GetAttributeAsync("href"));
        await visit.InspectAsync("case");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "解除关联 " + film["item"] }).ClickAsync();
        await visit.Page.GetByLabel("理由", new() { Exact = true }).FillAsync("关联有误");
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "解除关联" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "已解除关联" })).ToBeVisibleAsync();
        Assert.Empty((await api.GetAsync(Address))["items"]!.AsArray());
        var chain = (await api.GetAsync($"items/{film["item"]}/custody")).AsArray();
        Assert.Contains("关联有误", (string)chain[^1]!["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_is_searched_by_its_address_and_a_number_that_is_taken_is_not_overwritten()
    {
        await SetAsync(place: "牡丹路 9 号");
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/cases?q=" + Uri.EscapeDataString(_number.Split(' ')[0] + " 牡丹路"));
        await Assertions.Expect(visit.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = _number }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToContainTextAsync(_number);
        await visit.GoAsync("/cases?q=nothing-like-it");
        await Assertions.Expect(visit.Page.GetByText("没有符合条件的案件")).ToBeVisibleAsync();

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "登记案件" }).ClickAsync();
        await visit.Page.GetByLabel("案号", new() { Exact = true }).FillAsync(_number);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "登记", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("该编号已存在");
        Assert.Equal("牡丹路 9 号", (string?)(await office.Owner().GetAsync(Address))["place"]);
        await visit.GoAsync("/cases");
        await visit.InspectAsync("cases");
    }

    [Fact]
    public async Task Who_changes_a_case_that_somebody_else_changed_meanwhile_overwrites_nothing()
    {
        await SetAsync(place: "牡丹路 9 号");
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/" + Address);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "修改", Exact = true }).ClickAsync();
        await visit.Page.GetByLabel("执法地点").FillAsync("人民路 1 号");
        await SetAsync(place: "中华路 7 号");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("已被他人修改");
        Assert.Equal("中华路 7 号", (string?)(await office.Owner().GetAsync(Address))["place"]);
        // What was typed is still there, until its author drops it.
        await Assertions.Expect(visit.Page.GetByLabel("执法地点")).ToHaveValueAsync("人民路 1 号");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "读取最新内容" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByLabel("执法地点")).ToHaveValueAsync("中华路 7 号");
        await visit.Page.GetByLabel("执法地点").FillAsync("人民路 1 号");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByText("已保存")).ToBeVisibleAsync();
        Assert.Equal("人民路 1 号", (string?)(await office.Owner().GetAsync(Address))["place"]);
    }

    [Fact]
    public async Task A_package_of_a_case_is_made_and_fetched_as_one_file_in_English()
    {
        var film = Recorded("Video");
        await SetAsync();
        await office.Owner().SendAsync(HttpMethod.Post, Address + "/items", new { items = new[] { (string)film["item"]! }, why = "本案现场记录" });
        await using var visit = await office.VisitAsync(Person.Custodian, english: true);
        await visit.GoAsync("/" + Address);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Make a package" }).ClickAsync();
        await visit.Page.GetByLabel("For whom, and what for").FillAsync("to the court");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Make", Exact = true }).ClickAsync();
        await visit.Page.WaitForURLAsync("**/packages/pk-*");
        await visit.SettleAsync();
        await visit.InspectAsync("package");
        var fetched = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "Fetch the package" }).ClickAsync());
        var folder = Directory.CreateTempSubdirectory("evidence-web-package-");
        try
        {
            await ZipFile.ExtractToDirectoryAsync(await fetched.PathAsync(), folder.FullName);
            var (exitCode, output, error) = await office.RunAsync("verify", folder.FullName);
            Assert.True(exitCode == 0, output + error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_hold_is_placed_by_one_person_and_released_by_another()
    {
        await SetAsync();
        var hostile = "<img src=x onerror=alert(1)> 诉讼未结";
        await using (var visit = await office.VisitAsync(Person.Custodian))
        {
            await visit.GoAsync("/" + Address);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "冻结本案资料" }).ClickAsync();
            await visit.Page.GetByLabel("理由", new() { Exact = true }).FillAsync(hostile);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "冻结", Exact = true }).ClickAsync();
            await Assertions.Expect(visit.Page.GetByText(hostile)).ToBeVisibleAsync();
            await Assertions.Expect(visit.Page.GetByText("须由他人解除")).ToBeVisibleAsync();
        }

        await using var other = await office.VisitAsync(Person.SecondCustodian);
        await other.GoAsync("/" + Address);
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "解除", Exact = true }).ClickAsync();
        await Assertions.Expect(other.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(_number);
        await other.Page.GetByLabel("理由", new() { Exact = true }).FillAsync("诉讼已结");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "解除冻结" }).ClickAsync();
        await Assertions.Expect(other.Page.GetByText("已解除冻结")).ToBeVisibleAsync();
        var hold = (await office.Owner().GetAsync("holds?released=true")).AsArray().Single(h => (string?)h!["case"] == _number)!;
        Assert.Equal("诉讼已结", (string?)hold["releaseReason"]);
    }

    private JsonNode Recorded(string kind) => office.Items.First(i => string.Equals((string?)i["kind"], kind, StringComparison.OrdinalIgnoreCase) && string.Equals((string?)i["state"], "Sealed", StringComparison.OrdinalIgnoreCase));

    private Task<JsonNode?> SetAsync(string? place = null) => office.Owner().SendAsync(
        HttpMethod.Put, Address, new { matter = (string?)null, agency = "城管局", retentionClass = (string?)null, state = "Open", executedOn = (string?)null, place });
}
