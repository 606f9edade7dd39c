using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Supervision;
using EvidenceIngest.Server.Tests.AccessRequests;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static EvidenceIngest.Server.Tests.AccessRequests.AccessFixture;

namespace EvidenceIngest.Server.Tests.Supervision;

public sealed class CaseReportTests(PrivateCluster cluster)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task It_names_what_each_recording_proves_and_everything_that_is_wrong()
    {
        await using var site = await AccessFixture.StartAsync(cluster);
        var (second, raw) = (await ItemAsync(site.Server, "zd1"), await ItemAsync(site.Server, "zd1", rendered: false));
        await CaseAsync(site, wholeRecording: true, site.Item, second, raw);
        await ProvesAsync(site, site.Item, "占道经营；拒不改正");
        await ProvesAsync(site, second, "占道经营");
        // Five minutes each, as the inspector finds; ten minutes between them, and one whose length nobody knows.
        await ChangeAsync(site, site.Item, i => (i.RecordedAt, i.OnTime) = (Noon, true));
        await ChangeAsync(site, second, i => (i.RecordedAt, i.OnTime, i.State, i.Reason) = (Noon.AddMinutes(15), false, ItemState.Quarantined, "Damaged: moov"));
        await ChangeAsync(site, raw, i => (i.RecordedAt, i.OnTime) = (Noon.AddMinutes(7), true));

        var report = await ReportAsync(site.AsCustodian);

        Assert.Equal([("占道经营", 2, 1), ("拒不改正", 1, 1)], report.Facts.Select(f => (f.Fact, f.Items.Count, f.Accepted)));
        Assert.Equal([site.Item, raw, second], report.Items.Select(i => i.Item));
        var gap = Assert.Single(report.WholeRecording.Gaps);
        Assert.Equal((Noon.AddMinutes(5), 600.0), (gap.From, gap.Seconds));
        Assert.Equal([raw], report.WholeRecording.Unplaced);
        Assert.Equal(
            [
                (ShortcomingKind.WholeRecording, null), (ShortcomingKind.Requirement, raw), (ShortcomingKind.Quarantined, second), (ShortcomingKind.Late, second),
            ],
            report.Shortcomings.Select(s => (s.Kind, s.Item)));
    }

    [Fact]
    public async Task Nothing_is_wrong_where_nothing_is()
    {
        await using var site = await AccessFixture.StartAsync(cluster);
        await CaseAsync(site, wholeRecording: true, site.Item);
        await ProvesAsync(site, site.Item, "占道经营");
        await ChangeAsync(site, site.Item, i => i.OnTime = true);

        var report = await ReportAsync(site.AsCustodian);

        Assert.Empty(report.Shortcomings);
        Assert.Equal(300, Assert.Single(report.Items).Seconds);
    }

    [Fact]
    public async Task A_case_without_recordings_or_matter_says_both()
    {
        await using var site = await AccessFixture.StartAsync(cluster);
        await PutAsync(site.AsCustodian, "cases/c-1", new CaseRequest(null, null, null, CaseState.Open, null, "zd1"));

        Assert.Equal([ShortcomingKind.NoItems, ShortcomingKind.NoMatter], (await ReportAsync(site.AsCustodian)).Shortcomings.Select(s => s.Kind));
    }

    [Fact]
    public async Task A_matter_that_demands_it_without_any_film_is_a_shortcoming()
    {
        await using var site = await AccessFixture.StartAsync(cluster);
        await CaseAsync(site, wholeRecording: true);

        var report = await ReportAsync(site.AsCustodian);

        Assert.Equal([ShortcomingKind.NoItems, ShortcomingKind.WholeRecording], report.Shortcomings.Select(s => s.Kind));
        Assert.Null(report.WholeRecording.From);
    }

    [Fact]
    public async Task The_printed_page_shows_names_as_they_are_and_is_recorded_as_handed_out()
    {
        await using var site = await AccessFixture.StartAsync(cluster);
        await CaseAsync(site, wholeRecording: false, site.Item);
        await ProvesAsync(site, site.Item, "<script>alert('x')</script>\u202E占道");

        using var answer = await site.AsCustodian.GetAsync("/api/v1/cases/c-1/report?format=html");

        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("案件音像资料完备性报告", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("[U+202E]占道", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains(site.Item, page, StringComparison.Ordinal);
        var recorded = await site.Server.Get<EvidenceIngest.Server.Catalogue.EvidenceCatalogue>().ReadAsync(
            db => db.CustodyEvents.Where(e => e.ItemId == "service").OrderByDescending(e => e.Sequence).Select(e => e.Bytes).FirstAsync(), default);
        var last = EvidenceJson.FromBytes<CustodyEvent>(recorded);
        Assert.Equal((CustodyEventKind.RegisterExported, "completeness report of case c-1, as Custodian"), (last.Kind, last.Detail));
        using var wrong = await site.AsCustodian.GetAsync("/api/v1/cases/c-1/report?format=exe");
        await TestDock.RefusedAsync(wrong, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task It_tells_nothing_of_a_state_secret_to_those_above()
    {
        await using var site = await AccessFixture.StartAsync(cluster);
        await CaseAsync(site, wholeRecording: false, site.Item);
        await ProvesAsync(site, site.Item, "占道经营");
        await site.MarkAsync(site.AsCustodian, Secrecy.StateSecret);
        using var above = await site.Server.PersonAsync("周某", Role.Supervisor, "aj");

        Assert.Equal([ShortcomingKind.NoItems], (await ReportAsync(above)).Shortcomings.Select(s => s.Kind));
        Assert.Single((await ReportAsync(site.AsCustodian)).Items);
    }

    private static async Task<CaseReport> ReportAsync(HttpClient person) => (await person.GetFromJsonAsync<CaseReport>("/api/v1/cases/c-1/report", EvidenceJson.Options))!;

    private static async Task CaseAsync(AccessFixture site, bool wholeRecording, params string[] items)
    {
        await PutAsync(site.Server.Operator, "matters/m-1", new MatterRequest("占道经营处罚", "《城市道路管理条例》", wholeRecording, null));
        await PutAsync(site.AsCustodian, "cases/c-1", new CaseRequest("m-1", "综合行政执法局", null, CaseState.Open, null, "zd1"));
        if (items.Length > 0)
            await AskAsync<CaseView>(site.AsCustodian, "cases/c-1/items", new CaseLinkRequest(items, "关联"));
    }

    private static async Task ProvesAsync(AccessFixture site, string item, string what)
    {
        using var answer = await site.AsCustodian.PatchAsJsonAsync(
            $"/api/v1/items/{item}/metadata", new MetadataPatch(null, null, null, what, "整理"), EvidenceJson.Options);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static Task ChangeAsync(AccessFixture site, string item, Action<EvidenceItem> change) => site.Server.Catalogue.WriteAsync(
        async db => change(await db.Items.SingleAsync(i => i.Id == item)), default);
}
