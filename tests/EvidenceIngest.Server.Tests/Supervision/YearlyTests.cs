using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Supervision.Yearly;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;
using Npgsql;
using static EvidenceIngest.Server.Tests.Reminders.DutyFixture;

namespace EvidenceIngest.Server.Tests.Supervision;

/// <summary>What an agency publishes of a year: counted honestly, without secrets or people, and the same again later or told to differ.</summary>
public sealed class YearlyTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Figures_agree_with_what_was_put_in_for_each_agency_by_itself()
    {
        await using var server = await StartAsync();
        await ItemsAsync(server, "zd1", 30, "2026-03-02 10:00");
        await ItemsAsync(server, "zd1", 9, "2026-03-02 10:00", sealedAt: "2026-03-09 10:00", prefix: "late");
        await ItemsAsync(server, "bj", 11, "2026-12-31 23:59", prefix: "eve");
        await ItemsAsync(server, "bj", 5, "2027-01-01 00:00", prefix: "next");
        await CasesAsync(server, "zd1", 8, "2026-06-01 10:00");
        server.SetNow("2027-02-01 10:00");

        var report = await ReportAsync(server.Operator, "year=2026");

        Assert.Equal(["aj", "bj"], report.Agencies.Select(a => a.Unit));
        var (first, second) = (report.Agencies[0], report.Agencies[1]);
        Assert.Equal((39, 11, 5), (Count(first, "recordings"), Count(second, "recordings"), Count(await ReportAsync(server.Operator, "year=2027&unit=bj"), "recordings")));
        Assert.Equal((30, 9, 39, 0), (Count(first, "storedOnTime"), Count(first, "storedLate"), Count(first, "complete"), Count(first, "incomplete")));
        Assert.Equal((8, 8, 8, 0, 8), (Count(first, "casesClosed"), Count(first, "casesUnrecorded"), Count(first, "filesDue"), Count(first, "filesOnTime"), Count(first, "filesLate")));
        Assert.True(report.IsOver);
        Assert.NotEmpty(report.NotKnown);
    }

    [Fact]
    public async Task State_secrets_change_no_figure_and_no_sum()
    {
        await using var server = await StartAsync();
        await ItemsAsync(server, "zd1", 10, "2026-03-02 10:00");
        await CasesAsync(server, "zd1", 10, "2026-06-01 10:00");
        server.SetNow("2027-02-01 10:00");
        using var head = await server.PersonAsync("李强", Role.Head, "aj");
        using var own = await server.PersonAsync("王芳", Role.Custodian, "zd1");
        var before = (await ReportAsync(head, "year=2026")).Agencies[0].Figures;

        await ItemsAsync(server, "zd1", 10, "2026-03-03 10:00", secrecy: "StateSecret", prefix: "secret");
        await CasesAsync(server, "zd1", 7, "2026-06-02 10:00", prefix: "机密");
        await ExecuteAsync(server, "insert into case_items (case_number, item_id, linked_at, linked_by) select '机密-' || n, 'secret-' || n, now(), 'x' from generate_series(1, 7) n");

        Assert.Equal(before, (await ReportAsync(head, "year=2026")).Agencies[0].Figures);
        // Nor for those who see them: what is published must not depend on who counts it.
        Assert.Equal(before, (await ReportAsync(own, "year=2026&unit=zd1")).Agencies[0].Figures);
    }

    [Fact]
    public async Task What_could_point_to_somebody_is_withheld_and_can_t_be_computed()
    {
        var random = new Random(20261122);
        for (var run = 0; run < 2000; run++)
        {
            var counts = YearlyFigure.All.ToDictionary(f => f.Id, _ => random.Next(3) == 0 ? random.Next(6) : random.Next(200), StringComparer.Ordinal);
            // Sums that add up, from the parts.
            counts["casesWhole"] = counts["wholePresent"] + counts["wholeLacking"] + counts["wholeUnknown"];
            counts["casesClosed"] = counts["casesWhole"] + counts["casesOther"];
            counts["casesUnrecorded"] = random.Next(counts["casesClosed"] + 1);
            counts["casesRecorded"] = counts["casesClosed"] - counts["casesUnrecorded"];
            foreach (var (total, parts) in YearlyFigure.Sums.Where(s => s.Total is "filesDue" or "accessReceived" or "findings"))
                counts[total] = parts.Sum(p => counts[p]);
            var withheld = SmallCounts.Of(counts);

            Assert.All(counts, c => Assert.Equal(c.Value is > 0 and < 5, withheld.GetValueOrDefault(c.Key, Withheld.WouldTell) == Withheld.Small));
            foreach (var (total, parts) in YearlyFigure.Sums.Where(s => s.Total != "recordings"))
                Assert.NotEqual(1, parts.Append(total).Count(withheld.ContainsKey));
        }

        await using var server = await StartAsync();
        await ItemsAsync(server, "zd1", 20, "2026-03-02 10:00");
        await ItemsAsync(server, "zd1", 3, "2026-03-02 10:00", prefix: "lacking", objectOfProof: null);
        server.SetNow("2027-02-01 10:00");
        var agency = (await ReportAsync(server.Operator, "year=2026")).Agencies[0];
        Assert.Equal(("少于5", "不单列", "23"), (Shown(agency, "incomplete"), Shown(agency, "complete"), Shown(agency, "recordings")));
        foreach (var format in new[] { "csv", "html" })
        {
            var text = await server.Operator.GetStringAsync($"/api/v1/supervision/yearly?year=2026&format={format}");
            Assert.Contains("少于5", text, StringComparison.Ordinal);
            Assert.Contains("复议", text, StringComparison.Ordinal);
            Assert.DoesNotContain("013302", text, StringComparison.Ordinal);
            Assert.DoesNotContain("lacking-1", text, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await ToldAsync(server, CustodyLog.ServiceChain, CustodyEventKind.RegisterExported)).Count);
    }

    [Fact]
    public async Task A_past_year_is_the_same_again_or_the_difference_is_told()
    {
        await using var server = await StartAsync();
        await ItemsAsync(server, "zd1", 12, "2026-03-02 10:00");
        using var head = await server.PersonAsync("李强", Role.Head, "aj");
        using var stranger = await server.PersonAsync("赵敏", Role.Head, "bj");
        server.SetNow("2026-12-31 23:00");
        Assert.Contains("尚未结束", await TestDock.RefusedAsync(await FixAsync(head, 2026), HttpStatusCode.Conflict), StringComparison.Ordinal);
        server.SetNow("2027-01-11 10:00");
        await TestDock.RefusedAsync(await FixAsync(stranger, 2026), HttpStatusCode.BadRequest);
        await server.RoundAsync();
        Assert.Equal(DutyKind.YearlyFigures, Assert.Single(await RemindersAsync(head), r => r.DoneAt is null).Duty);

        await TestDock.ReadAsync<YearlyReport>(await FixAsync(head, 2026));
        var again = (await TestDock.ReadAsync<YearlyReport>(await FixAsync(head, 2026))).Agencies[0];
        await server.RoundAsync();

        Assert.Single(again.Editions);
        Assert.Empty(again.Differences);
        Assert.DoesNotContain(await RemindersAsync(head), r => r.DoneAt is null);
        Assert.Contains(again.Editions[0].Sha256, Assert.Single(await ToldAsync(server, CustodyLog.ServiceChain, CustodyEventKind.YearlyFiguresMade)), StringComparison.Ordinal);

        server.SetNow("2028-05-01 10:00");
        Assert.Empty((await ReportAsync(head, "year=2026")).Agencies[0].Differences);
        await ItemsAsync(server, "zd1", 6, "2026-03-02 10:00", prefix: "found-later");
        var differs = (await ReportAsync(head, "year=2026")).Agencies[0];
        Assert.Contains(new YearlyDifference("recordings", "音像记录（件）", "12", "18"), differs.Differences);
        var next = (await TestDock.ReadAsync<YearlyReport>(await FixAsync(head, 2026))).Agencies[0];
        Assert.Equal([1, 2], next.Editions.Select(e => e.Number));
        Assert.Empty(next.Differences);
        // Nobody changes what was published.
        await using var source = NpgsqlDataSource.Create(PrivateCluster.AsOwner(server.Database));
        await using var change = source.CreateCommand("update yearly_editions set made_by = 'x'");
        await Assert.ThrowsAsync<PostgresException>(() => change.ExecuteNonQueryAsync());
    }

    [Theory]
    [InlineData("year=1999")]
    [InlineData("year=2900")]
    [InlineData("format=pdf")]
    [InlineData("unit=nowhere")]
    [InlineData("year=x")]
    public async Task What_makes_no_sense_is_refused(string query)
    {
        await using var server = await StartAsync();
        using var answer = await server.Operator.GetAsync("/api/v1/supervision/yearly?" + query);
        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    private static int? Count(YearlyAgency agency, string figure) => agency.Figures.Single(f => f.Figure == figure).Count;

    private static int? Count(YearlyReport report, string figure) => Count(Assert.Single(report.Agencies), figure);

    private static string Shown(YearlyAgency agency, string figure) => agency.Figures.Single(f => f.Figure == figure).Shown;

    private static async Task<YearlyReport> ReportAsync(HttpClient client, string query) =>
        (await client.GetFromJsonAsync<YearlyReport>("/api/v1/supervision/yearly?" + query, EvidenceJson.Options))!;

    private static Task<HttpResponseMessage> FixAsync(HttpClient client, int year) =>
        client.PostAsJsonAsync("/api/v1/supervision/yearly", new YearlyRequest(year, "aj", "依法公开"), EvidenceJson.Options);

    private static Task CasesAsync(TestServer server, string unit, int count, string closed, string prefix = "案") => ExecuteAsync(
        server,
        "insert into cases (number, unit_id, state, executed_on, closed_at, changed_at, changed_by) select @prefix || '-' || n, @unit, 'Closed', @day, @at, now(), 'x' from generate_series(1, @count) n",
        ("prefix", prefix), ("unit", unit), ("day", DateOnly.FromDateTime(Local(closed).DateTime)), ("at", Local(closed).UtcDateTime), ("count", count));

    private static async Task ItemsAsync(
        TestServer server, string unit, int count, string recorded, string sealedAt = "2026-03-03 10:00", string secrecy = "None", string prefix = "it", string? objectOfProof = Value)
    {
        for (var n = 1; n <= count; n++)
            await ItemAsync(server, $"{prefix}-{n}", recorded, unit, sealedAt: sealedAt, secrecy: secrecy, objectOfProof: objectOfProof);
        await ExecuteAsync(server, "update items set on_time = sealed_at <= deadline_at");
    }

    private async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false);
        await ReachTests.PutAsync(server, "units/aj", new UnitRequest("安监局", UnitKind.Agency, "root"));
        await ReachTests.PutAsync(server, "units/bj", new UnitRequest("环保局", UnitKind.Agency, "root"));
        await UnitsAsync(server, ("zd1", "aj"));
        return server;
    }
}
