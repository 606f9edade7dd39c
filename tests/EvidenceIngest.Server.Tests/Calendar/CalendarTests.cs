using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Calendar;

/// <summary>A year's notice comes after its first recordings.</summary>
public sealed class CalendarTests(PrivateCluster cluster)
{
    // Invented: what ships ends before this year.
    private const string Notice = "date,kind,occasion\n2027-01-01,holiday,元旦\n2027-02-05,holiday,春节\n2027-02-08,holiday,春节\n2027-02-09,holiday,春节\n2027-02-10,holiday,春节\n2027-02-13,workday,春节\n";

    [Fact]
    public async Task Deadlines_that_were_estimates_are_counted_anew_when_the_notice_comes()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        server.Clock.Shift = new DateTimeOffset(2027, 1, 4, 10, 0, 0, TimeSpan.FromHours(8)) - server.Clock.GetUtcNow();
        var item = await SealAsync(server, new DateTime(2026, 12, 31, 9, 30, 0));
        var other = await SealAsync(server, new DateTime(2026, 11, 20, 9, 30, 0));
        var before = await FindAsync(server, item);
        Assert.True(before.Summary.CalendarMissing);
        Assert.Equal(new DateTimeOffset(2027, 1, 4, 23, 59, 59, TimeSpan.FromHours(8)), before.Summary.Deadline);
        Assert.Contains("calendar import 2027", await WarningAsync(server), StringComparison.Ordinal);

        await ImportAsync(server, Notice);
        await RoundAsync(server);

        var after = await FindAsync(server, item);
        Assert.False(after.Summary.CalendarMissing);
        Assert.DoesNotContain(after.Findings, f => f.Code == FindingCode.CalendarMissing);
        Assert.Equal(new DateTimeOffset(2027, 1, 5, 23, 59, 59, TimeSpan.FromHours(8)), after.Summary.Deadline);
        Assert.Equal((DayKind.Holiday, "元旦", null), (after.DeadlineDays![1].Kind, after.DeadlineDays[1].Occasion, after.DeadlineDays[1].Counted));
        Assert.Equal(
            ["deadline: from 2027-01-04T23:59:59+08:00 to 2027-01-05T23:59:59+08:00, by the working-day calendar as imported"],
            (await server.Get<ItemRegister>().CustodyAsync(item, default)).Where(e => e.Kind == CustodyEventKind.DeadlineChanged).Select(e => e.Detail));
        Assert.DoesNotContain(await server.Get<ItemRegister>().CustodyAsync(other, default), e => e.Kind == CustodyEventKind.DeadlineChanged);
        Assert.Null(await WarningAsync(server));

        // The same again changes nothing; a corrected one does, and what was imported stays.
        await ImportAsync(server, Notice);
        Assert.Single((await server.Operator.GetFromJsonAsync<CalendarView>("/api/v1/calendar", EvidenceJson.Options))!.Imported);
        await ImportAsync(server, Notice + "2027-01-05,holiday,临时\n");
        await RoundAsync(server);
        Assert.Equal(new DateTimeOffset(2027, 1, 6, 23, 59, 59, TimeSpan.FromHours(8)), (await FindAsync(server, item)).Summary.Deadline);
        Assert.Equal(2, (await server.Operator.GetFromJsonAsync<CalendarView>("/api/v1/calendar", EvidenceJson.Options))!.Imported.Count);
    }

    [Fact]
    public async Task Whether_it_was_in_time_is_judged_anew_too_and_told()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        server.Clock.Shift = new DateTimeOffset(2027, 1, 5, 10, 0, 0, TimeSpan.FromHours(8)) - server.Clock.GetUtcNow();
        var item = await SealAsync(server, new DateTime(2026, 12, 31, 9, 30, 0));
        Assert.False((await FindAsync(server, item)).Summary.OnTime);

        await ImportAsync(server, Notice);
        await RoundAsync(server);

        Assert.True((await FindAsync(server, item)).Summary.OnTime);
        Assert.EndsWith("on time: from no to yes", (await server.Get<ItemRegister>().CustodyAsync(item, default))[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2027, "2027-01-01,holiday,元旦", "fewer than 5")]
    [InlineData(2027, "2027-13-01,holiday,元旦", "line 1")]
    [InlineData(1949, Notice, "must be")]
    [InlineData(2099, Notice, "must be")]
    public async Task What_is_no_notice_is_refused(int year, string csv, string why)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var answer = await server.Operator.PutAsJsonAsync($"/api/v1/calendar/{year}", new NoticeRequest(csv, "通知"), EvidenceJson.Options);
        Assert.Contains(why, await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static Task<bool> RoundAsync(TestServer server) => server.Get<DeadlineKeeper>().RunOnceAsync(default);

    private static async Task<string> SealAsync(TestServer server, DateTime recorded)
    {
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record("dev-" + recorded.ToString("MMdd", System.Globalization.CultureInfo.InvariantCulture));
        recording = recording with { Manifest = recording.Manifest with { Recording = recording.Manifest.Recording with { RecorderTime = recorded } } };
        var status = await dock.DeliverAsync(recording);
        Assert.True(await server.RunAsync(status.ItemId, Stage.Seal));
        return status.ItemId;
    }

    private static async Task ImportAsync(TestServer server, string csv)
    {
        using var answer = await server.Operator.PutAsJsonAsync("/api/v1/calendar/2027", new NoticeRequest(csv, "国办发明电〔2026〕号（测试）"), EvidenceJson.Options);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<ItemDetail> FindAsync(TestServer server, string item) =>
        (await server.Operator.GetFromJsonAsync<ItemDetail>("/api/v1/items/" + item, EvidenceJson.Options))!;

    private static async Task<string?> WarningAsync(TestServer server) =>
        (await server.Operator.GetFromJsonAsync<ServerStatus>("/api/v1/status", EvidenceJson.Options))!.CalendarWarning;
}
