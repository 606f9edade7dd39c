using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Spreadsheets;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Spreadsheets;

/// <summary>Spreadsheets as offices have them: every line is answered, and none spoils the others.</summary>
public sealed class ImportTests(PrivateCluster cluster)
{
    [Fact]
    public async Task People_get_accounts_and_a_second_import_changes_nothing()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        const string Csv = "\uFEFF账号,姓名,单位编号,警号\r\nwangfang,王芳,root,013302\r\nliqiang,李强,nowhere,\r\n\"zhao.min\",\"赵,敏\",root,\r\n王五,王五,root,\r\n,空,root,\r\n\r\n";

        var report = await ImportAsync(server.Operator, "accounts", Csv);
        var again = await ImportAsync(server.Operator, "accounts", Csv);
        var changed = await ImportAsync(server.Operator, "accounts", Csv.Replace("013302", "013303", StringComparison.Ordinal));

        Assert.Equal((2, 0, 3), (report.Taken, report.Unchanged, report.Refused));
        Assert.Equal([2L, 3, 4, 5, 6], report.Lines.Select(l => l.Line));
        Assert.Equal((0, 2, 3), (again.Taken, again.Unchanged, again.Refused));
        Assert.Contains("differs", changed.Lines[0].Why, StringComparison.Ordinal);
        Assert.Equal("赵,敏", (await server.Operator.GetFromJsonAsync<AccountView>("/api/v1/accounts/zhao.min", EvidenceJson.Options))!.Name);
        using var logIn = await server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest("wangfang", report.Lines[0].Password!, null), EvidenceJson.Options);
        Assert.True((await TestDock.ReadAsync<LogInAnswer>(logIn)).ChangePassword);
    }

    [Fact]
    public async Task Recorders_matters_and_cases_come_with_a_word_for_each_line_that_doesn_t()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);

        var assigned = await ImportAsync(
            server.Operator, "assignments",
            "记录仪编号,警号,姓名,领用时间\ndev-1,013302,王芳,2026/11/1\ndev-2,013303,李强,昨天\ndev-3,013304,赵敏,\n");
        var matters = await ImportAsync(
            server.Operator, "matters",
            "事项编号,事项名称,法律依据,全过程记录,保管期限类别\nm1,强制拆除,《城乡规划法》第六十八条,是,long\nm2,日常检查,《行政处罚法》第四十七条,maybe,\nm3,听证,《行政处罚法》第六十四条,,no-such-class\n");
        var cases = await ImportAsync(
            server.Operator, "cases",
            "案号,状态,事项编号,执行终结日期\n薛执罚〔2026〕1号,办理中,m1,\n薛执罚〔2026〕2号,已结案,m1,2026年11月20日\n薛执罚〔2026〕3号,已结案,m1,\n薛执罚〔2026〕4号,办理中,m9,\n");

        Assert.Equal((2, 1), (assigned.Taken, assigned.Refused));
        Assert.Contains("昨天", assigned.Lines[1].Why, StringComparison.Ordinal);
        var recorder = (await server.Operator.GetFromJsonAsync<List<RecorderView>>("/api/v1/recorders", EvidenceJson.Options))!.Single(r => r.Recorder == "dev-1");
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.FromHours(8)), recorder.Assignment!.From);
        Assert.Equal((1, 2), (matters.Taken, matters.Refused));
        Assert.Equal((2, 2), (cases.Taken, cases.Refused));
        var closed = await server.Operator.GetFromJsonAsync<CaseView>("/api/v1/cases/" + Uri.EscapeDataString("薛执罚〔2026〕2号"), EvidenceJson.Options);
        Assert.Equal((CaseState.Closed, new DateOnly(2026, 11, 20)), (closed!.State, closed.ExecutedOn));
    }

    [Theory]
    [InlineData("", "csv")]
    [InlineData("姓名,单位编号\n王芳,root", "账号")]
    [InlineData("账号,姓名\nwang,\"王芳\nli,李强", "line")]
    public async Task What_is_no_table_is_refused_whole(string csv, string why)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var answer = await server.Operator.PostAsJsonAsync("/api/v1/imports/accounts", new ImportRequest(csv), EvidenceJson.Options);
        Assert.Contains(why, await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_imports_into_what_is_not_theirs()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        foreach (var unit in new[] { "zd1", "zd2" })
        {
            using var made = await server.Operator.PutAsJsonAsync("/api/v1/units/" + unit, new UnitRequest(unit, UnitKind.Team, "root"), EvidenceJson.Options);
            made.EnsureSuccessStatusCode();
        }

        await ImportAsync(server.Operator, "assignments", "记录仪编号,警号,姓名,单位编号\ndev-1,1,甲,zd1\ndev-2,2,乙,zd2\n");
        using var custodian = await server.PersonAsync("王芳", Role.Custodian, "zd1");

        var report = await ImportAsync(custodian, "assignments", "记录仪编号,警号,姓名,单位编号\ndev-1,3,丙,zd1\ndev-2,3,丙,zd1\ndev-1,3,丙,zd2\n");

        Assert.Equal([ImportResult.Taken, ImportResult.Refused, ImportResult.Refused], report.Lines.Select(l => l.Result));
    }

    private static async Task<ImportReport> ImportAsync(HttpClient by, string what, string csv)
    {
        using var answer = await by.PostAsJsonAsync("/api/v1/imports/" + what, new ImportRequest(csv), EvidenceJson.Options);
        return await TestDock.ReadAsync<ImportReport>(answer);
    }
}
