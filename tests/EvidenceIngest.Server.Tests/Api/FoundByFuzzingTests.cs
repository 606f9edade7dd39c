using System.Net;
using System.Text;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Api;

/// <summary>What random requests found, or what was looked for because of them: each by itself, so that it stays mended.</summary>
public sealed class FoundByFuzzingTests(PrivateCluster cluster)
{
    [Fact]
    public async Task What_is_wrong_with_a_body_is_said_in_words_of_json_and_not_of_our_types()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        foreach (var (body, said) in new[]
        {
            ("{}", "it lacks 'items'"), ("{\"items\":{},\"why\":\"x\"}", "$.items is of another type"), ("{\"items\":[1],\"why\":\"x\"}", "$.items[0] is of another type"), ("[]", "$ is of another type"), ("null", "it is null"),
            ("{\"items\":[],\"why\":null}", "$.why is of another type"), ("{\"items\":[\"a\",null],\"why\":\"x\"}", "items[1]: is null"), ("{\"items\":[],\"why\":\"a\\u0000\"}", "why: contains control characters"),
            ("{\"items\":[],\"why\":\"a\",\"why\":\"b\"}", "'why' stands there twice"), ("{\"items\":[],\"why\":\"\\ud800\"}", "UTF-16"), ("{\"items\":[", "LineNumber"),
            (new string('[', 100), "depth"),
        })
        {
            using var answer = await PostAsync(server.Operator, "packages", body);
            var detail = await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
            Assert.Contains(said, detail, StringComparison.Ordinal);
            Assert.DoesNotContain("EvidenceIngest", detail, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refusal_is_a_problem_also_for_who_would_rather_have_a_page()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        foreach (var (path, expected) in new[]
        {
            ("/nowhere", HttpStatusCode.NotFound),
            ("/api/v1/log/head?size=x", HttpStatusCode.BadRequest),
            ("/api/v1/items?officer=a%00b", HttpStatusCode.BadRequest),
            ("/api/v1/items?officer=%EF%BF%BD", HttpStatusCode.BadRequest),
            ("/api/v1/items/a%0D%0Ab", HttpStatusCode.BadRequest),
            ("/api/v1/items?from=0001-01-01", HttpStatusCode.BadRequest),
            ("/api/v1/items?to=9999-12-31", HttpStatusCode.BadRequest),
            ("/api/v1/supervision?from=9999-12-01&to=9999-12-31", HttpStatusCode.BadRequest),
            ("/api/v1/packages", HttpStatusCode.MethodNotAllowed),
            ("/openapi/v2.json", HttpStatusCode.NotFound),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept", "text/html");
            using var answer = await server.Operator.SendAsync(request);
            Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode}");
            Assert.NotEmpty(await TestDock.RefusedAsync(answer, expected));
        }
    }

    [Fact]
    public async Task The_document_is_the_same_whatever_is_asked_of_it()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        Assert.Equal(await server.Anonymous.GetStringAsync(ApiConventions.OpenApi), await server.Anonymous.GetStringAsync(ApiConventions.OpenApi + "?documentName=%2F"));
    }

    [Fact]
    public async Task A_day_at_the_end_of_the_calendar_hides_no_list_of_cases()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using (var set = await server.Operator.PutAsync("/api/v1/cases/1", Json("""{"matter":null,"agency":null,"retentionClass":null,"state":"Closed","executedOn":"9999-12-31"}""")))
            await TestDock.RefusedAsync(set, HttpStatusCode.BadRequest);
        using (var imported = await PostAsync(server.Operator, "imports/cases", """{"csv":"案号,状态,执行终结日期\n2,已结案,9999-12-31\n3,已结案,2026-11-20"}"""))
            Assert.Contains("\"taken\":1,\"unchanged\":0,\"refused\":1", await imported.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using (var assigned = await PostAsync(server.Operator, "imports/assignments", """{"csv":"记录仪编号,警号,姓名,领用时间\nd1,1,甲,0001-01-01\nd1,1,甲,9999-12-31 23:59"}"""))
            Assert.Contains("\"taken\":0,\"unchanged\":0,\"refused\":2", await assigned.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        Assert.Contains("\"number\":\"3\"", await server.Operator.GetStringAsync("/api/v1/cases"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_the_server_tells_nothing_of_its_inside()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.Faults.KillAt(0);
        using var answer = await server.Operator.PutAsync("/api/v1/cases/1", Json("""{"matter":null,"agency":null,"retentionClass":null,"state":"Open","executedOn":null}"""));
        var detail = await TestDock.RefusedAsync(answer, HttpStatusCode.InternalServerError);
        Assert.DoesNotContain("killed", detail, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(KilledException), await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string body) => client.PostAsync("/api/v1/" + path, Json(body));
}
