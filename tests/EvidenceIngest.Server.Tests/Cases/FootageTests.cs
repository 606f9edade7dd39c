using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Tracks;
using Microsoft.EntityFrameworkCore;
using static EvidenceIngest.Server.Tests.Cases.FootageFixture;

namespace EvidenceIngest.Server.Tests.Cases;

/// <summary>Whether what a matter demands was recorded, and which recordings belong to a case.</summary>
public sealed class FootageTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_case_without_recordings_waits_until_the_storage_deadline_and_is_a_finding_then()
    {
        await using var site = await StartAsync(cluster);
        await site.MatterAsync("m");
        await site.CaseAsync("a1", "m", 30, ["1"]);

        Assert.Equal(FootageState.Awaited, (await site.LookAsync("a1")).State);
        var missing = await site.LookAsync("a1", late: true);

        Assert.Equal(FootageState.Missing, missing.State);
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 23, 59, 59, TimeSpan.FromHours(8)), missing.ExpectedBy);
        Assert.Equal(["a1"], (await ListAsync(site, "missing")).Select(c => c.Number));
        Assert.Empty(await ListAsync(site, "gaps"));

        // Looking again finds the same and tells it once.
        site.Server.Clock.Shift += TimeSpan.FromMinutes(6);
        await site.Server.Get<FootageKeeper>().RunOnceAsync(CancellationToken.None);
        Assert.Single(await LookedAsync(site));

        await site.LinkAsync("a1", await site.RecordAsync("1", Nine));
        Assert.Equal(FootageState.Present, (await site.LookAsync("a1", late: true)).State);
        Assert.Contains("before: Missing", (await LookedAsync(site))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_recording_is_whole_when_several_recorders_take_turns_and_names_its_gaps_else()
    {
        await using var site = await StartAsync(cluster);
        await site.MatterAsync("m", wholeRecording: true);
        await site.CaseAsync("a1", "m", 15, ["1", "2"]);
        await site.LinkAsync("a1", await site.RecordAsync("1", Nine), await site.RecordAsync("1", Nine.AddMinutes(10)));

        var gaps = await site.LookAsync("a1", late: true);
        await site.LinkAsync("a1", await site.RecordAsync("2", Nine.AddMinutes(5).AddSeconds(-8)));
        var whole = await site.LookAsync("a1", late: true);

        Assert.Equal(FootageState.Gaps, gaps.State);
        Assert.Equal([new FootageSpan(Nine.AddMinutes(5), Nine.AddMinutes(10))], gaps.Gaps);
        Assert.Equal(FootageState.Present, whole.State);
        Assert.Empty(whole.Gaps);
    }

    [Fact]
    public async Task What_lies_in_quarantine_covers_nothing()
    {
        await using var site = await StartAsync(cluster);
        await site.MatterAsync("m", wholeRecording: true);
        await site.CaseAsync("a1", "m", 5, ["1"]);
        await site.LinkAsync("a1", await site.RecordAsync("1", Nine, begins: "damaged"));

        Assert.Equal(FootageState.Missing, (await site.LookAsync("a1", late: true)).State);
    }

    [Fact]
    public async Task A_matter_that_is_on_no_list_demands_nothing_and_an_unknown_act_can_t_be_judged()
    {
        await using var site = await StartAsync(cluster);
        await site.MatterAsync("m", wholeRecording: true);
        await site.CaseAsync("a1", null, 5, ["1"]);
        using (var set = await site.PutAsync("cases/a2", new CaseRequest("m", null, null, CaseState.Open, null)))
            set.EnsureSuccessStatusCode();
        await site.LinkAsync("a2", await site.RecordAsync("1", Nine));

        Assert.Equal(FootageState.NotDemanded, (await site.LookAsync("a1", late: true)).State);
        Assert.Equal(FootageState.ActUnknown, (await site.LookAsync("a2", late: true)).State);
    }

    [Fact]
    public async Task Items_are_proposed_by_officer_time_and_place_with_the_reasons_and_within_the_caller_s_reach()
    {
        await using var site = await StartAsync(cluster);
        var place = new CasePosition(34.8079, 117.2653, 300);
        await site.CaseAsync("a1", null, 30, ["1"], place);
        var during = await site.RecordAsync("1", Nine.AddMinutes(5));
        var shortlyBefore = await site.RecordAsync("1", Nine.AddMinutes(-30));
        var there = await site.RecordAsync("2", Nine.AddMinutes(10));
        var elsewhere = await site.RecordAsync("2", Nine.AddMinutes(11));
        await site.RecordAsync("1", Nine.AddHours(5));
        await site.Server.Catalogue.WriteAsync(
            async db =>
            {
                (await db.Items.SingleAsync(i => i.Id == there)).Positions = [new GeoPoint(34.8100, 117.2653)];
                (await db.Items.SingleAsync(i => i.Id == elsewhere)).Positions = [new GeoPoint(34.8200, 117.2653)];
            },
            default);

        var proposals = await site.ProposalsAsync("a1");

        Assert.Equal(
            [(during, "Time Officer"), (there, "Time Place"), (shortlyBefore, "Officer")],
            proposals.Select(p => (p.Item, string.Join(' ', p.Because))));

        // What is linked, or was taken off, isn't proposed again.
        await site.LinkAsync("a1", during, there);
        using (var off = await site.Server.Operator.DeleteAsync($"/api/v1/cases/a1/items/{there}?why=mistake"))
            off.EnsureSuccessStatusCode();
        Assert.Equal([shortlyBefore], (await site.ProposalsAsync("a1")).Select(p => p.Item));

        using var unit = await site.PutAsync("units/zd9", new Server.People.UnitRequest("九中队", Server.People.UnitKind.Team, "root"));
        unit.EnsureSuccessStatusCode();
        using var moved = await site.PutAsync("recorders/dev-1/assignment", new Server.Recorders.AssignmentRequest("1", "甲1", From: Nine.AddYears(-1), Unit: "zd9"));
        moved.EnsureSuccessStatusCode();
        Assert.Equal([shortlyBefore], (await site.ProposalsAsync("a1")).Select(p => p.Item));
        using var stranger = await site.Server.PersonAsync("外人", Role.Custodian, "zd9");
        using var hidden = await stranger.GetAsync("/api/v1/cases/a1/proposals");
        await TestDock.RefusedAsync(hidden, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_rule_links_what_only_one_case_can_mean_and_never_what_a_person_took_off()
    {
        await using var site = await StartAsync(cluster);
        await site.MatterAsync("m", linkAutomatically: true);
        var certain = await site.RecordAsync("1", Nine.AddMinutes(5));
        var shared = await site.RecordAsync("2", Nine.AddMinutes(5));
        var damaged = await site.RecordAsync("1", Nine.AddMinutes(6), begins: "damaged");
        var before = await site.RecordAsync("1", Nine.AddMinutes(-30));
        await site.CaseAsync("a1", "m", 30, ["1", "2"]);
        await site.CaseAsync("a2", null, 30, ["2"], from: Nine.AddMinutes(9));

        await site.LookAsync("a1");

        Assert.Equal([certain], (await site.FindAsync("a1")).Items);
        Assert.DoesNotContain(shared, (await site.FindAsync("a2")).Items);
        Assert.All([damaged, before], item => Assert.DoesNotContain(item, site.FindAsync("a1").Result.Items));
        var chain = (await site.Server.Operator.GetFromJsonAsync<List<CustodyEventView>>($"/api/v1/items/{certain}/custody", EvidenceJson.Options))!;
        var link = Assert.Single(chain, e => e.Kind == CustodyEventKind.CaseLinked);
        Assert.Equal("server:test", link.Actor);
        Assert.Contains("rule of matter m", link.Detail, StringComparison.Ordinal);

        using (var off = await site.Server.Operator.DeleteAsync($"/api/v1/cases/a1/items/{certain}?why=not%20this%20act"))
            off.EnsureSuccessStatusCode();
        await site.LookAsync("a1");
        Assert.Empty((await site.FindAsync("a1")).Items);

        // A recording that comes later finds its case by itself.
        var later = await site.RecordAsync("1", Nine.AddMinutes(15));
        await site.LookAsync("a1");
        Assert.Equal([later], (await site.FindAsync("a1")).Items);
    }

    [Theory]
    [InlineData("""{"matter":null,"agency":null,"retentionClass":null,"executedOn":null,"state":"Open","actedFrom":"2026-11-20T09:00:00+08:00"}""", "actedFrom")]
    [InlineData("""{"matter":null,"agency":null,"retentionClass":null,"executedOn":null,"state":"Open","actedFrom":"2026-11-20T09:00:00+08:00","actedTo":"2026-11-20T08:00:00+08:00"}""", "actedFrom")]
    [InlineData("""{"matter":null,"agency":null,"retentionClass":null,"executedOn":null,"state":"Open","actedFrom":"0001-01-01T00:00:00Z","actedTo":"0001-01-01T00:00:00Z"}""", "2000")]
    [InlineData("""{"matter":null,"agency":null,"retentionClass":null,"executedOn":null,"state":"Open","position":{"latitude":91,"longitude":0,"radiusMetres":100}}""", "position")]
    [InlineData("""{"matter":null,"agency":null,"retentionClass":null,"executedOn":null,"state":"Open","officers":[""]}""", "officers")]
    [InlineData("""{"matter":null,"agency":null,"retentionClass":null,"executedOn":null,"state":"Open","officers":[null]}""", "officers")]
    public async Task What_can_t_be_is_refused(string body, string names)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Operator.PutAsync("/api/v1/cases/a1", content);
        Assert.Contains(names, await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<CaseView>> ListAsync(FootageFixture site, string footage) =>
        (await site.Server.Operator.GetFromJsonAsync<CasePage>("/api/v1/cases?footage=" + footage, EvidenceJson.Options))!.Cases;

    private static async Task<List<string>> LookedAsync(FootageFixture site) =>
        [.. (await site.Server.Catalogue.ReadAsync(db => db.ReadChainAsync(CustodyLog.ServiceChain, default), default))
            .Select(e => EvidenceJson.FromBytes<CustodyEvent>(e.Bytes)).Where(e => e.Kind == CustodyEventKind.CaseFootageLooked).Select(e => e.Detail)];
}
