using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Supervision;

/// <summary>Figures that lead to what they count, and a review from the draw to the closed finding.</summary>
public sealed class SupervisionPagesTests(Office office)
{
    [Fact]
    public async Task Every_number_leads_to_as_many_items_and_the_charts_say_what_the_api_says()
    {
        var api = await office.ApiAsync(Person.Supervisor);
        var days = office.Items.Select(i => ((string)i["recordedAt"]!)[..10]).Order(StringComparer.Ordinal).ToList();
        var range = $"from={days[0]}&to={days[^1]}";
        await using var visit = await office.VisitAsync(Person.Supervisor);
        foreach (var by in new[] { "unit", "officer", "dock", "month" })
        {
            await visit.GoAsync($"/supervision?{range}&by={by}");
            var row = (await api.GetAsync($"supervision?{range}&by={by}"))["rows"]!.AsArray().First(r => (int)r!["unlinked"]! > 0)!;
            var link = visit.Page.Locator($"tbody a[href*='lack=case']").First;
            Assert.Equal(row["unlinked"]!.ToString(), await link.TextContentAsync());
            var listed = await api.GetAsync("items" + new Uri(office.Address, await link.GetAttributeAsync("href")).Query + "&limit=200");
            Assert.Equal((int)row["unlinked"]!, listed["items"]!.AsArray().Count);
            await visit.InspectAsync("supervision-by-" + by);
        }
    }

    [Fact]
    public async Task Open_matters_and_yearly_figures_are_shown_in_English_and_a_year_that_is_not_over_can_t_be_fixed()
    {
        await using var visit = await office.VisitAsync(Person.Head, english: true);
        await visit.GoAsync("/supervision/open");
        await visit.InspectAsync("open-matters");
        var year = ((string)office.Items[0]["recordedAt"]!)[..4];
        await visit.GoAsync("/supervision/yearly?year=" + year);
        await Assertions.Expect(visit.Page.GetByText($"{year} isn't over")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Fix" })).ToHaveCountAsync(0);
        await visit.InspectAsync("yearly");
        var table = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "Export CSV" }).ClickAsync());
        Assert.Equal($"yearly-{year}.csv", table.SuggestedFilename);
    }

    [Fact]
    public async Task A_sample_is_drawn_scored_corrected_by_the_agency_and_closed_by_the_supervisor()
    {
        var number = "评查/" + Guid.NewGuid().ToString("N")[..6];
        await office.Owner().SendAsync(
            HttpMethod.Put, "cases/" + Uri.EscapeDataString(number), new { matter = (string?)null, agency = "城管局", retentionClass = (string?)null, state = "Closed", executedOn = "2026-01-05" });
        var flaw = "缺证明对象 " + Guid.NewGuid().ToString("N")[..6];
        string review;
        await using (var supervisor = await office.VisitAsync(Person.Supervisor))
        {
            await supervisor.GoAsync("/reviews");
            await supervisor.InspectAsync("reviews");
            await supervisor.Page.GetByRole(AriaRole.Button, new() { Name = "抽样" }).ClickAsync();
            await supervisor.Page.GetByLabel("抽取件数").FillAsync("500");
            await supervisor.Page.GetByLabel("随机种子").FillAsync("公开抽签 07 19 \"23\"");
            await supervisor.Page.GetByLabel("用途", new() { Exact = true }).FillAsync("半年评查");
            await supervisor.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "抽样" }).ClickAsync();
            await supervisor.Page.WaitForURLAsync("**/reviews/rv-*");
            await supervisor.SettleAsync();
            review = new Uri(supervisor.Page.Url).Segments[^1];
            await supervisor.Page.GetByRole(AriaRole.Button, new() { Name = "评分 " + number }).ClickAsync();
            await supervisor.Page.Locator("input.score").First.FillAsync("3");
            await supervisor.Page.GetByRole(AriaRole.Button, new() { Name = "增加问题" }).ClickAsync();
            await supervisor.Page.GetByLabel("问题", new() { Exact = true }).FillAsync(flaw);
            await supervisor.Page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
            await Assertions.Expect(supervisor.Page.GetByText("已评分")).ToBeVisibleAsync();
            await supervisor.InspectAsync("review");
        }

        var api = await office.ApiAsync(Person.Supervisor);
        var scored = (await api.GetAsync("reviews/" + review))["cases"]!.AsArray().Single(c => (string?)c!["number"] == number)!;
        Assert.Contains(3, scored["scores"]!.AsObject().Select(s => (int)s.Value!));
        await using (var custodian = await office.VisitAsync(Person.Custodian))
        {
            await custodian.GoAsync("/reviews/findings?q=" + Uri.EscapeDataString(flaw));
            await custodian.InspectAsync("review-findings");
            await custodian.Page.GetByRole(AriaRole.Button, new() { Name = "填写整改" }).ClickAsync();
            await custodian.Page.GetByLabel("整改情况", new() { Exact = true }).FillAsync("已补录");
            await custodian.Page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
            await Assertions.Expect(custodian.Page.GetByText("待监督人员核查")).ToBeVisibleAsync();
        }

        await using var judge = await office.VisitAsync(Person.Supervisor);
        await judge.GoAsync("/reviews/findings?q=" + Uri.EscapeDataString(flaw));
        await judge.Page.GetByRole(AriaRole.Button, new() { Name = "核查" }).ClickAsync();
        await judge.Page.GetByLabel("核查意见").FillAsync("已核实");
        await judge.Page.GetByRole(AriaRole.Button, new() { Name = "销号", Exact = true }).ClickAsync();
        await Assertions.Expect(judge.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "已销号" })).ToBeVisibleAsync();
        var finding = (await api.GetAsync("review-findings")).AsArray().Single(f => (string?)f!["text"] == flaw)!;
        Assert.Equal(("Closed", "已补录", "已核实"), ((string)finding["state"]!, (string)finding["correction"]!, (string)finding["verdict"]!));
        await judge.GoAsync("/reviews/criteria");
        await judge.InspectAsync("review-criteria");
    }
}
