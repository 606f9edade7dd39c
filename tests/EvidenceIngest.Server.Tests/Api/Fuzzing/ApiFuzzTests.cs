using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace EvidenceIngest.Server.Tests.Api.Fuzzing;

/// <summary>
/// Whatever is sent to whichever route, by whomever: an answer in bounded time, never a failure of the server's own, errors as
/// problems in plain words, and nothing of another unit. <c>EVIDENCE_FUZZ_SECONDS</c> and <c>EVIDENCE_FUZZ_SEED</c> make it run
/// longer and elsewhere.
/// </summary>
public sealed partial class ApiFuzzTests(PrivateCluster cluster, ITestOutputHelper output)
{
    /// <summary>What the other unit's people and docks are called; nothing that is sent has them.</summary>
    private static readonly string[] Marks = ["警-bj", "no-bj", "站-bj", "人-bj", "系统-bj"];

    private const int Batch = 150;
    private const int Size = 30;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Nothing_that_is_sent_to_any_route_makes_the_server_fail_or_talk()
    {
        var seconds = Setting("EVIDENCE_FUZZ_SECONDS", 25);
        var seed = Setting("EVIDENCE_FUZZ_SEED", 20261122);
        output.WriteLine($"EVIDENCE_FUZZ_SEED={seed}");
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.HasInventedEvents = true;
        await server.VaultIsProbedAsync();
        foreach (var (unit, parent) in new[] { ("zd1", "root"), ("bj", "root") })
            await ReachTests.PutAsync(server, "units/" + unit, new UnitRequest(unit, UnitKind.Team, parent));
        var (own, other) = (await ReachTests.FurnishAsync(server, "zd1"), await ReachTests.FurnishAsync(server, "bj"));
        await server.Get<LogKeeper>().RunOnceAsync(default);
        var dock = await server.EnrolDockAsync("试验站");
        var delivery = await dock.DeliverAsync(TestDock.Record("dev-fuzz"));
        using var callers = new Callers(server, dock);
        var endpoints = server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        var requests = FuzzedRoutes.Of(endpoints, server.Anonymous.BaseAddress!, own, other, delivery.DeliveryId);
        var accepted = endpoints.Select(e => e.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType?.Name).OfType<string>().ToHashSet();
        var findings = new Dictionary<string, string>();
        var statuses = new SortedDictionary<int, int>();
        var watch = Stopwatch.StartNew();

        for (var batch = 0; watch.Elapsed < TimeSpan.FromSeconds(seconds); batch++)
        {
            foreach (var request in requests.Sample(Batch, new Rnd((ulong)(seed + batch)), Size))
            {
                if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
                    break;
                var asked = Stopwatch.StartNew();
                var (status, finding) = await TryAsync(callers, request, accepted, other);
                statuses[status] = statuses.GetValueOrDefault(status) + 1;
                if (asked.Elapsed > Bound)
                    finding ??= $"took {asked.Elapsed}";
                if (finding is not null)
                    findings.TryAdd($"{request.Route} {status} {Kind().Match(finding)}", $"{finding}\n  {request}");
            }
        }

        output.WriteLine(string.Join(' ', statuses.Select(s => $"{s.Key}×{s.Value}")));
        // A generator that only makes nonsense would find nothing: some of what it asks has to be granted.
        Assert.True(statuses.Where(s => s.Key < 300).Sum(s => s.Value) * 12 > statuses.Values.Sum(), string.Join(' ', statuses));
        Assert.True(findings.Count == 0, $"{findings.Count} findings, EVIDENCE_FUZZ_SEED={seed}:\n" + string.Join('\n', findings.Values));
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_refused_by_every_route_before_it_is_read()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.HasInventedEvents = true;
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(30) };
        using var patient = new HttpClient(handler) { BaseAddress = server.Operator.BaseAddress };
        var wrong = new List<string>();
        foreach (var endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            // What only a head may do is behind the same reading of bodies.
            if (endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null || endpoint.Metadata.GetMetadata<TokenDemand>() is not { Kind: TokenKind.Operator } demand || !Scopes.Of(Role.Local).Any(demand.AnyOf.Contains))
                continue;
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
            using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(endpoint.RoutePattern.RawText!, Guid.Empty.ToString()));
            request.Content = new ByteArrayContent(Hostile.HugeBody);
            request.Content.Headers.ContentType = new("application/json");
            // Otherwise the connection may end while the rest is still being sent, which is the server's right.
            request.Headers.ExpectContinue = true;
            request.Headers.Authorization = server.Operator.DefaultRequestHeaders.Authorization;
            using var answer = await patient.SendAsync(request);
            if (answer.StatusCode is not (HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.NotFound))
                wrong.Add($"{method} {endpoint.RoutePattern.RawText}: {answer.StatusCode}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task<(int Status, string? Finding)> TryAsync(Callers callers, FuzzedRequest request, HashSet<string> types, ReachTests.Belongings other)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var message = request.Message();
        HttpResponseMessage answer;
        try
        {
            answer = await (await callers.OfAsync(request.Caller)).SendAsync(message, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException)
        {
            // A server may end the connection instead of reading on what is too large.
            return (0, request.Body is { Length: > 1 << 20 } ? null : "no answer: " + e.Message);
        }

        using (answer)
        {
            var (status, body) = ((int)answer.StatusCode, Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(limit.Token)));
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
                callers.Renew(request.Caller);
            return (status, Judge(request, status, answer.Content.Headers.ContentType?.MediaType, body, types, other));
        }
    }

    private static string? Judge(FuzzedRequest request, int status, string? type, string body, HashSet<string> types, ReachTests.Belongings other)
    {
        if (status >= 500 && !request.Route.EndsWith("/health", StringComparison.Ordinal))
            return "fails: " + body;
        if (Inside().Match(body) is { Success: true } inside && !request.Text.Contains(inside.Value, StringComparison.Ordinal))
            return $"tells of its inside, '{inside.Value}': {body}";
        if (status >= 400 && types.FirstOrDefault(t => body.Contains(t, StringComparison.Ordinal) && Regex.IsMatch(body, $@"\b{Regex.Escape(t)}(?!\w)")) is { } named)
            return $"tells of its inside, '{named}': {body}";
        if (status >= 400 && !request.Route.EndsWith("/health", StringComparison.Ordinal) && !request.Route.StartsWith("HEAD", StringComparison.Ordinal) && !IsProblem(type, body) && !RefusedByTheListener(request))
            return $"no problem: '{type}' {body}";
        // The document is the same for everybody.
        if (request.Caller is not (FuzzedRoutes.Owner or FuzzedRoutes.Dock) && !request.Route.Contains("/openapi/", StringComparison.Ordinal) && other.Secrets().Concat(Marks).FirstOrDefault(s => body.Contains(s, StringComparison.Ordinal) && !request.Text.Contains(s, StringComparison.Ordinal)) is { } secret)
            return $"tells of another unit, '{secret}': {body}";
        return null;
    }

    /// <summary>What is no HTTP at all never reaches the application.</summary>
    private static bool RefusedByTheListener(FuzzedRequest request) =>
        request.Path.Contains("%00", StringComparison.Ordinal) || request.Headers.Any(h => h.Value.Any(c => c > 127) || h.Name == "Expect");

    private static bool IsProblem(string? type, string body)
    {
        if (type != "application/problem+json")
            return false;
        using var problem = JsonDocument.Parse(body);
        return problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString()?.Length > 5;
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : usual;

    [GeneratedRegex(@"EvidenceIngest\.|System\.[A-Z]|Microsoft\.|Npgsql|EntityFramework|\b\w+Exception\b|\n\s+at [A-Z]|SELECT |\.cs:line|pg_|22021")]
    private static partial Regex Inside();

    [GeneratedRegex(@"^[a-z ,']+\w*")]
    private static partial Regex Kind();

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();

    /// <summary>Somebody for every role; some routes end the session that they are asked by.</summary>
    private sealed class Callers(TestServer server, TestDock dock) : IDisposable
    {
        private readonly Dictionary<string, HttpClient> _clients = [];

        public async Task<HttpClient> OfAsync(string caller)
        {
            if (!_clients.TryGetValue(caller, out var client))
                _clients[caller] = client = await MakeAsync(caller);
            return client;
        }

        public void Renew(string caller)
        {
            if (Enum.TryParse<Role>(caller, out _) && _clients.Remove(caller, out var ended))
                ended.Dispose();
        }

        public void Dispose()
        {
            foreach (var client in _clients.Values)
                client.Dispose();
        }

        private async Task<HttpClient> MakeAsync(string caller)
        {
            switch (caller)
            {
                case FuzzedRoutes.Owner:
                    return server.Client(server.OperatorToken);
                case FuzzedRoutes.Dock:
                    return server.Client(dock.Token);
                case FuzzedRoutes.Nobody:
                    return server.Client(null);
                case FuzzedRoutes.Stranger:
                    return server.Client(new string('x', 43));
                case FuzzedRoutes.System:
                    using (var issued = await server.Operator.PostAsJsonAsync("/api/v1/tokens", new TokenRequest("办案系统", Role.CaseSystem, Unit: "zd1"), EvidenceJson.Options))
                        return server.Client((await TestDock.ReadAsync<IssuedToken>(issued)).Secret);
                default:
                    return await server.PersonAsync(caller, Enum.Parse<Role>(caller), "zd1", officerNumber: caller);
            }
        }
    }
}
