using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using Microsoft.AspNetCore.Routing;

namespace EvidenceIngest.Server.Tests.Api;

/// <summary>The OpenAPI document against the routes and against the server: what it says is there, and what it shows works.</summary>
public sealed partial class ApiDocumentTests(PrivateCluster cluster)
{
    /// <summary>What can't be left out.</summary>
    private static readonly Dictionary<string, string> Queries = new()
    {
        ["/api/v1/supervision"] = "?from=2026-11-01&to=2026-11-30&by=unit", ["/api/v1/log/consistency"] = "?from=1&to=2",
    };

    [Fact]
    public async Task Every_route_has_a_name_words_refusals_examples_and_says_who_may_call_it()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var document = JsonNode.Parse(await server.Anonymous.GetStringAsync(ApiConventions.OpenApi))!;
        var (wrong, ids) = (new List<string>(), new HashSet<string>());

        foreach (var (endpoint, method, path) in Routes(server))
        {
            var route = $"{method} {path}";
            if (document["paths"]?[path]?[method.ToLowerInvariant()] is not { } operation)
            {
                wrong.Add($"{route} is not in the document");
                continue;
            }

            foreach (var member in new[] { "operationId", "summary", "description" })
            {
                if (string.IsNullOrWhiteSpace(operation[member]?.GetValue<string>()))
                    wrong.Add($"{route} has no {member}: add a line to operations.txt");
            }

            if (operation["operationId"] is { } id && !ids.Add(id.GetValue<string>()))
                wrong.Add($"{route}: {id} is somebody else's, too");
            if (endpoint.Metadata.GetMetadata<TokenDemand>() is { } demand && (operation["security"]?.AsArray().Count != 1 || operation["x-roles"]?.AsArray().Count is null or 0 || operation["x-scopes"]?.AsArray().Count != demand.AnyOf.Count))
                wrong.Add($"{route} doesn't say who may call it");
            if (operation["requestBody"]?["content"]?["application/json"] is { } body && body["example"] is null)
                wrong.Add($"{route} has no example of its body");
            wrong.AddRange(Responses(route, operation["responses"]!.AsObject()));
        }

        Assert.NotEmpty(ids);
        Assert.Equal("http", document["components"]?["securitySchemes"]?["token"]?["type"]?.GetValue<string>());
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Every_example_is_understood_when_it_is_sent_and_looks_like_what_is_answered()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        await ReachTests.PutAsync(server, "units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"));
        var own = await ReachTests.FurnishAsync(server, "zd1");
        await server.Get<LogKeeper>().RunOnceAsync(default);
        using var person = await server.PersonAsync("王芳", Role.Custodian);
        using var head = await server.PersonAsync("李强", Role.Head);
        var document = JsonNode.Parse(await server.Anonymous.GetStringAsync(ApiConventions.OpenApi))!;
        var (wrong, granted) = (new List<string>(), 0);

        foreach (var (endpoint, method, path) in Routes(server))
        {
            var demand = endpoint.Metadata.GetMetadata<TokenDemand>();
            if (demand?.Kind == TokenKind.Dock || method == "DELETE")
                continue;
            var operation = document["paths"]![path]![method.ToLowerInvariant()]!;
            var client = demand?.AnyOf.Contains(Scopes.Self) == true ? person : demand is not null && !Scopes.Of(Role.Local).Any(demand.AnyOf.Contains) ? head : server.Operator;
            using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(path, m => m.Groups[1].Value == "year" ? "2027" : own.Fill(path, m.Groups[1].Value)) + Queries.GetValueOrDefault(path));
            if (operation["requestBody"]?["content"]?["application/json"]?["example"] is { } example)
                request.Content = new StringContent(Real(example, own), Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request);
            var body = await answer.Content.ReadAsStringAsync();
            var status = (int)answer.StatusCode;
            // No example can know which code the app shows now, or when a shift ends.
            if (body.Contains("is not the one", StringComparison.Ordinal) || body.Contains("must lie within 31 days from now", StringComparison.Ordinal))
                continue;
            if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType || status >= 500)
                wrong.Add($"{method} {path}: {status} {body}");
            if (status >= 300)
                continue;
            granted++;
            var described = operation["responses"]![answer.StatusCode.ToString("D")];
            if (described is null)
                wrong.Add($"{method} {path}: answers {status}, which it doesn't describe");
            else if (described["content"]?["application/json"]?["example"] is { } shown && answer.Content.Headers.ContentType?.MediaType == "application/json")
                wrong.AddRange(Differences(JsonNode.Parse(body), shown, $"{method} {path}"));
            if (described is not null && method == "GET" && operation["parameters"]?.AsArray().Any(p => p!["name"]!.GetValue<string>() == "If-None-Match") == true && answer.Headers.ETag is null)
                wrong.Add($"{method} {path} has no ETag");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(granted > 40, $"only {granted} requests were granted");
    }

    /// <summary>The owner of the machine reaches everything, so no filter asks for them whether it exists.</summary>
    [Fact]
    public async Task An_item_that_does_not_exist_is_said_so_by_every_route()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var head = await server.PersonAsync("李强", Role.Head);
        var document = JsonNode.Parse(await server.Anonymous.GetStringAsync(ApiConventions.OpenApi))!;
        var (wrong, asked) = (new List<string>(), 0);

        foreach (var (endpoint, method, path) in Routes(server).Where(r => r.Endpoint.Metadata.GetMetadata<DataConcern>()?.Data == Data.Item))
        {
            var mayOwner = Scopes.Of(Role.Local).Any(endpoint.Metadata.GetMetadata<TokenDemand>()!.AnyOf.Contains);
            using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(path, m => m.Groups[1].Value == "id" ? Examples.Item : "1"));
            if (document["paths"]![path]![method.ToLowerInvariant()]!["requestBody"]?["content"]?["application/json"]?["example"] is { } example)
                request.Content = new StringContent(example.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await (mayOwner ? server.Operator : head).SendAsync(request);
            asked++;
            if (answer.StatusCode != HttpStatusCode.NotFound)
                wrong.Add($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(asked > 20, $"only {asked} routes were asked");
    }

    private static IEnumerable<(RouteEndpoint Endpoint, string Method, string Path)> Routes(TestServer server) =>
        from endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.RoutePattern.RawText != ApiConventions.OpenApi
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select (endpoint, method, Parameter().Replace(endpoint.RoutePattern.RawText!.TrimEnd('/'), "{$1}"));

    private static IEnumerable<string> Responses(string route, JsonObject responses)
    {
        if (!responses.Any(r => r.Key is "200" or "201" or "202" or "204"))
            yield return $"{route} doesn't say what it answers";
        foreach (var (status, response) in responses)
        {
            var content = response!["content"] as JsonObject;
            if (status[0] == '2' && content?["application/json"] is { } json && json["example"] is null && json["schema"] is not null)
                yield return $"{route} has no example of its answer {status}";
            if (status == "200" && content is null && !route.StartsWith("HEAD", StringComparison.Ordinal))
                yield return $"{route} doesn't say what is in its answer 200";
            if (status[0] is '4' or '5' && content?["application/problem+json"]?["example"]?["detail"] is null && route != "GET /health")
                yield return $"{route} has no example of its refusal {status}";
        }
    }

    /// <summary>The example, with the names of what this server really has.</summary>
    private static string Real(JsonNode example, ReachTests.Belongings own) => example.ToJsonString()
        .Replace(Examples.Item, own.Item, StringComparison.Ordinal).Replace(Examples.Unit, own.Unit, StringComparison.Ordinal).Replace(Examples.Recorder, own.Recorder, StringComparison.Ordinal);

    private static IEnumerable<string> Differences(JsonNode? real, JsonNode? shown, string where)
    {
        // An object without members stands for one whose names are data.
        if (real is JsonObject && shown is JsonObject { Count: 0 })
            yield break;
        if (real is JsonObject answered && shown is JsonObject example)
        {
            foreach (var name in answered.Select(m => m.Key).Concat(example.Select(m => m.Key)).Distinct())
            {
                if (!answered.ContainsKey(name) || !example.ContainsKey(name))
                    yield return $"{where}.{name} is {(example.ContainsKey(name) ? "shown and not answered" : "answered and not shown")}";
                else
                    foreach (var difference in Differences(answered[name], example[name], $"{where}.{name}"))
                        yield return difference;
            }
        }
        else if (real is JsonArray list && shown is JsonArray { Count: 1 } sample)
        {
            foreach (var difference in list.Take(3).SelectMany(element => Differences(element, sample[0], where + "[]")))
                yield return difference;
        }
        else if (real is not null && shown is not null && Kind(real) != Kind(shown))
        {
            yield return $"{where} is {Kind(real)} and shown as {Kind(shown)}";
        }
    }

    private static string Kind(JsonNode node) => node.GetValueKind() is var kind && kind is JsonValueKind.True or JsonValueKind.False ? "a truth value" : kind.ToString();

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
