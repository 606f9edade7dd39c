using System.Text.RegularExpressions;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Drafts;

/// <summary>What was typed and not sent outlives the page, for whoever typed it and for nobody else.</summary>
public sealed class DraftTests(Office office)
{
    private const string Kept = "JSON.stringify(Object.entries(sessionStorage).filter(([key]) => key.startsWith('evidence-draft')))";

    [Fact]
    public async Task Text_typed_before_the_server_was_started_anew_is_back_by_one_key_and_gone_once_it_is_sent()
    {
        var item = office.ItemOf("video", files: 2);
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync("/items/" + item);
        await TypeProofAsync(page, "抢在断电之前填写的证明对象");
        await page.Locator("[data-opens=transcript]").ClickAsync();
        await page.FocusAsync("#lines");
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("\n王某：还没有提交的话");

        await office.KillServiceAsync();
        await office.StartServiceAsync();
        var offer = page.Locator("[data-drafts-here]");
        await Assertions.Expect(offer).ToBeVisibleAsync(new() { Timeout = 90_000 });
        await Assertions.Expect(offer).ToContainTextAsync(DateTime.UtcNow.AddHours(8).ToString("yyyy-MM-dd", null));
        foreach (var expected in new[] { "WebSocket", "ERR_CONNECTION", "Failed to", "Connection disconnected" })
            visit.Forgive(expected);
        await Assertions.Expect(page.Locator("#proof")).ToHaveCountAsync(0);
        await visit.InspectAsync("draft-offered");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#proof")).ToHaveValueAsync("抢在断电之前填写的证明对象");
        // Each form opens for its own text, one after the other.
        await Assertions.Expect(page.Locator("#lines")).ToHaveValueAsync(new Regex("\n王某：还没有提交的话$"));
        await Assertions.Expect(offer).ToBeHiddenAsync();

        // The page's own side knows it as well: what is sent is what is seen.
        await page.GetByRole(AriaRole.Button, new() { Name = "保存", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "已保存" })).ToBeVisibleAsync();
        Assert.Equal("抢在断电之前填写的证明对象", (string?)(await office.Owner().GetAsync("items/" + item))["summary"]!["objectOfProof"]);
        Assert.Contains("还没有提交的话", await page.EvaluateAsync<string>(Kept), StringComparison.Ordinal);
        Assert.DoesNotContain("断电之前", await page.EvaluateAsync<string>(Kept), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "放弃修改" }).ClickAsync();
        await UntilKeptAsync(page, kept => kept == "[]");
    }

    [Fact]
    public async Task Somebody_else_in_the_same_tab_sees_nothing_and_logging_out_leaves_nothing()
    {
        var item = office.ItemOf("video", files: 3);
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/items/" + item);
        await TypeProofAsync(visit.Page, "只给本人看的内容");
        await UntilKeptAsync(visit.Page, kept => kept.Contains("只给本人看的内容", StringComparison.Ordinal));

        await visit.LogInAsync(Person.SecondCustodian);
        await visit.GoAsync("/items/" + item);
        await Assertions.Expect(visit.Page.Locator("[data-opens=fields]")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("[data-drafts-here]")).ToBeHiddenAsync();
        Assert.Equal("[]", await visit.Page.EvaluateAsync<string>(Kept));

        await TypeProofAsync(visit.Page, "退出前没有提交的内容");
        await UntilKeptAsync(visit.Page, kept => kept.Contains("退出前没有提交的内容", StringComparison.Ordinal));
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "退出" }).ClickAsync();
        await visit.Page.WaitForURLAsync("**/login");
        Assert.Equal("[]", await visit.Page.EvaluateAsync<string>(Kept));
    }

    [Fact]
    public async Task Nothing_newer_is_overwritten_without_a_word_of_its_own()
    {
        var item = office.ItemOf("video", files: 3);
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync("/items/" + item);
        await TypeProofAsync(page, "较早填写的内容");
        await UntilKeptAsync(page, kept => kept.Contains("较早填写的内容", StringComparison.Ordinal));
        await office.Owner().SendAsync(HttpMethod.Patch, $"items/{item}/metadata", new { methodOfProduction = (string?)null, timeOfProduction = (string?)null, producer = (string?)null, objectOfProof = "他人后来填写的内容", why = "补录" });

        await visit.GoAsync("/items/" + item);
        await Assertions.Expect(page.Locator("[data-drafts-here]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        var own = page.Locator("[data-draft=fields]");
        await Assertions.Expect(own).ToContainTextAsync("此后已有人更新过这里的内容");
        await Assertions.Expect(own.Locator("[data-newer]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#proof")).ToHaveValueAsync("他人后来填写的内容");
        await visit.InspectAsync("draft-older");
        await own.GetByRole(AriaRole.Button, new() { Name = "恢复未提交的内容" }).ClickAsync();
        await Assertions.Expect(page.Locator("#proof")).ToHaveValueAsync("较早填写的内容");
        await Assertions.Expect(own).ToBeHiddenAsync();

        await visit.GoAsync("/items/" + item);
        await page.Locator("[data-drafts-here]").GetByRole(AriaRole.Button, new() { Name = "弃置" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-drafts-here]")).ToBeHiddenAsync();
        Assert.Equal("[]", await page.EvaluateAsync<string>(Kept));
    }

    [Fact]
    public async Task What_is_drawn_over_a_film_comes_back_with_its_reason()
    {
        var item = office.ItemOf("video", files: 1);
        await using var visit = await office.VisitAsync(Person.Custodian, english: true);
        var page = visit.Page;
        await visit.GoAsync($"/items/{item}?show=redact");
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cover the whole picture" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Mute everything" }).ClickAsync();
        await page.FillAsync("#redact-why", "for the party");
        await UntilKeptAsync(page, kept => kept.Contains("for the party", StringComparison.Ordinal) && kept.Contains("keyFrames", StringComparison.Ordinal));

        await visit.GoAsync($"/items/{item}?show=redact");
        await Assertions.Expect(page.Locator("[data-drafts-here]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel("Left 1")).ToHaveValueAsync("0");
        await Assertions.Expect(page.Locator("#sound-mode-0")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#redact-why")).ToHaveValueAsync("for the party");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make it and ask for review" })).ToBeEnabledAsync();
        await visit.InspectAsync("draft-redaction-en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Drop it" }).ClickAsync();
        await UntilKeptAsync(page, kept => kept == "[]");
    }

    [Fact]
    public async Task Numbers_of_identity_papers_and_passwords_are_never_kept()
    {
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/access?new=1");
        await visit.Page.FillAsync("#party-tail", "9X7Q");
        await visit.Page.FillAsync("#access-reason", "核对现场经过");
        await UntilKeptAsync(visit.Page, kept => kept.Contains("核对现场经过", StringComparison.Ordinal));
        Assert.DoesNotContain("9X7Q", await visit.Page.EvaluateAsync<string>(Kept), StringComparison.Ordinal);

        await visit.GoAsync("/account");
        foreach (var field in await visit.Page.Locator("input[type=password]").AllAsync())
            await field.FillAsync("Secret-9X7Q");
        await visit.GoAsync("/items");
        Assert.DoesNotContain("9X7Q", await visit.Page.EvaluateAsync<string>("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transcript_of_hours_is_typed_and_sent_in_one_piece()
    {
        var item = office.ItemOf("video", files: 3);
        await using var visit = await office.VisitAsync(Person.Custodian);
        var page = visit.Page;
        await visit.GoAsync("/items/" + item);
        await page.Locator("[data-opens=transcript]").ClickAsync();
        // As pasting does it: typed by the browser's test driver it would take minutes.
        await page.FocusAsync("#lines");
        await page.Locator("#lines").EvaluateAsync("(field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })); }", string.Join('\n', Enumerable.Range(1, 4000).Select(n => $"王某：第{n}句，请出示证件并说明当时在场的情况")));
        await page.GetByRole(AriaRole.Button, new() { Name = "保存为新版本" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "已保存为第" })).ToBeVisibleAsync();
        Assert.Equal(4000, (await office.Owner().GetAsync($"items/{item}/transcript"))["segments"]!.AsArray().Count);
        await UntilKeptAsync(page, kept => kept == "[]");
    }

    private static Task UntilKeptAsync(IPage page, Func<string, bool> isSo) =>
        Office.UntilAsync("the browser keeps that", async () => isSo(await page.EvaluateAsync<string>(Kept)));

    private static async Task TypeProofAsync(IPage page, string text)
    {
        await page.Locator("[data-opens=fields]").ClickAsync();
        await page.FillAsync("#proof", text);
    }
}
