using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Supervision.Yearly;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;
using static EvidenceIngest.Server.Tests.Reminders.DutyFixture;

namespace EvidenceIngest.Server.Tests.Reminders;

/// <summary>Reminders find whoever has the duty now, and nobody else.</summary>
public sealed class RecipientTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Who_is_nearest_is_told_and_other_units_are_not()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await UnitsAsync(server, ("aj", "root"), ("zd1", "aj"), ("zd2", "aj"));
        using var own = await server.PersonAsync("王芳", Role.Custodian, "zd1");
        using var above = await server.PersonAsync("赵敏", Role.Custodian, "aj");
        using var sibling = await server.PersonAsync("钱某", Role.Custodian, "zd2");
        using var head = await server.PersonAsync("李强", Role.Head);
        using var auditor = await server.PersonAsync("孙某", Role.Auditor);
        await ItemAsync(server, "it-1", "2026-11-10 10:00", "zd1", officer: null);
        await server.RoundAsync("2026-11-20 10:00");

        Assert.Single(await RemindersAsync(own));
        Assert.Empty(await RemindersAsync(above));
        Assert.Empty(await RemindersAsync(sibling));
        Assert.Single(await RemindersAsync(head));
        using (var refused = await auditor.GetAsync("/api/v1/me/reminders"))
            await TestDock.RefusedAsync(refused, System.Net.HttpStatusCode.Forbidden);

        // The custodian leaves: the next one above has it.
        await ExecuteAsync(server, "update accounts set disabled_at = now() where name = '王芳'");
        Assert.Single(await RemindersAsync(above));
        // Somebody who has the number now; nobody had.
        Assert.Contains(new RoleNotHeld(Role.Officer, "zd1", 1), (await StatusAsync(server)).NotHeld);
        await ExecuteAsync(server, "update items set producer_number = '77' where id = 'it-1'");
        using var officer = await server.PersonAsync("周警", Role.Officer, "zd2", officerNumber: "77");
        await server.RoundAsync();
        Assert.Single(await RemindersAsync(officer));
        Assert.DoesNotContain((await StatusAsync(server)).NotHeld, n => n.Role == Role.Officer);
        var status = await StatusAsync(server);
        Assert.Equal((1, 1), (status.Open, status.Late));
    }

    [Fact]
    public async Task A_state_secret_is_told_in_its_own_unit_alone_from_the_moment_on_that_it_is_one()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await UnitsAsync(server, ("aj", "root"), ("zd1", "aj"));
        using var own = await server.PersonAsync("王芳", Role.Custodian, "zd1");
        using var head = await server.PersonAsync("李强", Role.Head, "aj");
        using var officer = await server.PersonAsync("周警", Role.Officer, "zd1", officerNumber: "1");
        using var gone = await server.PersonAsync("吴警", Role.Officer, "aj", officerNumber: "1");
        await ItemAsync(server, "it-open", "2026-11-10 10:00", "zd1", officer: "1");
        await ItemAsync(server, "it-done", "2026-11-10 10:00", "zd1", officer: "1");
        await server.RoundAsync("2026-11-20 10:00");
        await SealAsync(server, "it-done");
        await server.RoundAsync();
        Assert.Equal(2, (await RemindersAsync(head)).Count);

        await ExecuteAsync(server, "update items set secrecy = 'StateSecret'");

        // Before any round, of open and of done ones alike.
        foreach (var round in new[] { false, true })
        {
            if (round)
                await server.RoundAsync();
            Assert.Equal(2, (await RemindersAsync(own)).Count);
            Assert.Equal(2, (await RemindersAsync(officer)).Count);
            Assert.Empty(await RemindersAsync(head));
            Assert.Empty(await RemindersAsync(gone));
            Assert.Empty(await RemindersAsync(server.Operator));
            Assert.Equal(new ReminderCounts(0, 0, 0), await head.GetFromJsonAsync<ReminderCounts>("/api/v1/me/reminders/count", EvidenceJson.Options));
        }

        Assert.Contains(new RoleNotHeld(Role.Head, "zd1", 1), (await StatusAsync(server)).NotHeld);
    }

    [Fact]
    public async Task Every_kind_of_duty_is_told_and_ends_by_being_done()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        // Made by the clock of today: requests, findings and issues begin now.
        var own = await ReachTests.FurnishAsync(server, "root");
        await ReachTests.PutAsync(server, "cases/" + own.Case, new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 1), "root", Officers: ["no-root"]));
        using var head = await server.PersonAsync("李强", Role.Head);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        server.Clock.Shift = TimeSpan.FromDays(60);
        await server.RoundAsync();

        var told = (await RemindersAsync(head)).ToDictionary(r => r.Duty);
        Assert.Equal(
            [DutyKind.Requirements, DutyKind.CaseFile, DutyKind.AccessDecision, DutyKind.RecorderOut, DutyKind.ReviewCorrection, DutyKind.YearlyFigures],
            told.Keys.Order());
        Assert.Equal(
            [own.Item, own.Case, own.AccessRequest, own.Recorder, own.Case, "root"], told.OrderBy(t => t.Key).Select(t => t.Value.About));
        Assert.All(told.Values, r => Assert.True(r.ToDo.Length > 5 && r.Counted.Length > 5 && r.Title.Length > 3));
        Assert.Equal(new DateOnly(2026, 12, 1), DateOnly.FromDateTime(told[DutyKind.CaseFile].DueAt.DateTime));
        Assert.Equal(new DateOnly(2027, 1, 31), DateOnly.FromDateTime(told[DutyKind.YearlyFigures].DueAt.DateTime));
        Assert.All(told.Values.Where(r => r.Duty is not (DutyKind.CaseFile or DutyKind.YearlyFigures)), r => Assert.NotNull(r.Days));
        await AssertWholeAsync(server);

        using (var decided = await head.PostAsJsonAsync(
            $"/api/v1/access-requests/{own.AccessRequest}/decide", new AccessDecision(AccessState.Agreed, "同意"), EvidenceJson.Options))
            Assert.True(decided.IsSuccessStatusCode, await decided.Content.ReadAsStringAsync());
        using (var returned = await custodian.PostAsJsonAsync($"/api/v1/recorders/{own.Recorder}/return", new ReturnRequest(), EvidenceJson.Options))
            returned.EnsureSuccessStatusCode();
        await ExecuteAsync(server, "update review_findings set state = 'Corrected', correction = 'x', corrected_at = now(), corrected_by = 'x'");
        await ExecuteAsync(server, "update items set object_of_proof = @value::jsonb", ("value", Value));
        await ReachTests.PutAsync(server, "cases/" + own.Case, new CaseRequest(null, null, null, CaseState.Open, null, "root"));
        using (var made = await head.PostAsJsonAsync("/api/v1/supervision/yearly", new YearlyRequest(2026, "root", "公开"), EvidenceJson.Options))
            Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        await server.RoundAsync();

        Assert.All(await RemindersAsync(head), r => Assert.True(r.DoneAt is not null, $"{r.Duty}"));
    }

    [Fact]
    public async Task A_dock_that_reads_the_recorder_meets_the_duty_and_begins_the_next()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var officer = await server.PersonAsync("周警", Role.Officer, officerNumber: "1");
        server.SetNow("2026-11-09 08:00");
        using (var issued = await server.Operator.PostAsJsonAsync("/api/v1/recorders/dev-1/issue", new IssueRequest("1", "周警", server.Clock.GetUtcNow().AddDays(20)), EvidenceJson.Options))
            issued.EnsureSuccessStatusCode();
        await server.RoundAsync("2026-11-10 09:00:01");
        Assert.Null(Assert.Single(await RemindersAsync(officer)).DoneAt);

        await ExecuteAsync(server, "update recorder_issues set docked_at = @at", ("at", Local("2026-11-10 12:00").UtcDateTime));
        Assert.NotNull(Assert.Single(await RemindersAsync(officer)).DoneAt);
        await server.RoundAsync("2026-11-10 12:01");
        await server.RoundAsync("2026-11-11 09:00:01");

        Assert.Equal([Local("2026-11-12 23:59:59"), Local("2026-11-11 23:59:59")], (await RemindersAsync(officer)).Select(r => r.DueAt));
        Assert.Equal([false, true], (await RemindersAsync(officer)).Select(r => r.DoneAt is not null));
        await AssertWholeAsync(server);
    }

    private static async Task<ReminderStatus> StatusAsync(TestServer server) =>
        (await server.Operator.GetFromJsonAsync<ServerStatus>("/api/v1/status", EvidenceJson.Options))!.Reminders;
}
