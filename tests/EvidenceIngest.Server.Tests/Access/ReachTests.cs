using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Disposal;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.Exchange;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Spreadsheets;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Reviews;
using EvidenceIngest.Server.Supervision.Yearly;
using EvidenceIngest.Server.Tests.Exchange;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using Microsoft.AspNetCore.Routing;

namespace EvidenceIngest.Server.Tests.Access;

/// <summary>
/// Every endpoint, by every role, on what belongs to the caller's own unit, a sibling and another agency. The table is read from the
/// routes: one that says nothing about its data, or takes names in its body and is not tried below, fails here.
/// </summary>
public sealed partial class ReachTests(PrivateCluster cluster)
{
    /// <summary>What nobody needs a token for: the right to it is in the address, or it lets somebody in.</summary>
    internal static readonly string[] Open = ["/health", "/openapi/v1.json", "/media/{token}", "/media/{token}/{file}", "/media/access/{token}", "/api/v1/docks/enrol", "/api/v1/sessions"];

    /// <summary>Bodies that name something of a unit.</summary>
    private static readonly Dictionary<string, Func<Belongings, object>> Bodies = new()
    {
        ["POST /api/v1/packages"] = own => new PackageRequest([own.Item], null, "给检察院"),
        ["POST /api/v1/items/bulk"] = own => new BulkRequest([own.Item], "整理", ObjectOfProof: "经过", Case: own.Case),
        ["POST /api/v1/holds"] = own => new HoldRequest(null, own.Case, "复议"),
        ["POST /api/v1/disposals"] = own => new DisposalRequest([own.Item], "期满"),
        ["POST /api/v1/access-requests"] = own => new AccessRequestEntry(new AccessParty("赵某", Standing.Party, IdentityDocument.IdentityCard, "1234"), "核对", [own.Item]),
        ["POST /api/v1/reviews"] = own => new DrawRequest(new DateOnly(2020, 1, 1), new DateOnly(2020, 2, 1), 1, "评查", Unit: own.Unit),
        ["POST /api/v1/supervision/yearly"] = own => new YearlyRequest(2025, own.Unit, "公开"),
        ["POST /api/v1/exchange/dry-run"] = own => new ExchangeDraftRequest(ExchangeTests.CaseNumbers, new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), own.Unit),
        ["POST /api/v1/exchange/exports"] = own => new ExchangeExportRequest(ExchangeTests.CaseNumbers, new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), "报送", own.Unit),
        ["POST /api/v1/tokens"] = own => new TokenRequest("办案系统", Role.CaseSystem, Unit: own.Unit),
        ["PUT /api/v1/units/{id}"] = own => new UnitRequest("新单位", UnitKind.Team, own.Unit),
        ["POST /api/v1/imports/accounts"] = own => new ImportRequest($"账号,姓名,单位编号\nn{Guid.NewGuid().ToString("N")[..10]},新人,{own.Unit}"),
        ["POST /api/v1/imports/assignments"] = own => new ImportRequest($"记录仪编号,警号,姓名,单位编号\n{own.Recorder},no-{own.Unit},警-{own.Unit},{own.Unit}"),
        ["POST /api/v1/imports/cases"] = own => new ImportRequest($"案号,状态,单位编号\n{own.Case},办理中,{own.Unit}"),
        ["POST /api/v1/accounts"] = own => new AccountRequest("n" + Guid.NewGuid().ToString("N")[..10], "新人", own.Unit, null),
        ["PATCH /api/v1/accounts/{userName}"] = _ => new AccountChange(null, "77", null, "补录"),
        ["PUT /api/v1/accounts/{userName}/directory"] = _ => new DirectoryChange(true, "并入目录"),
        ["POST /api/v1/accounts/{userName}/authenticator/drop"] = _ => new GrantWord("手机遗失"),
        ["POST /api/v1/accounts/{userName}/roles"] = own => new GrantRequest(Role.Supervisor, own.Unit, "轮岗"),
        ["POST /api/v1/grants/{id:guid}/revoke"] = _ => new GrantWord("离任"),
    };

    [Fact]
    public async Task Nobody_gets_at_what_their_role_or_their_unit_doesn_t_give_them()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        foreach (var (unit, parent) in new[] { ("aj", "root"), ("zd1", "aj"), ("zd2", "aj"), ("bj", "root") })
            await PutAsync(server, "units/" + unit, new UnitRequest(unit, UnitKind.Team, parent));
        var own = await FurnishAsync(server, "zd1");
        Belongings[] others = [await FurnishAsync(server, "zd2"), await FurnishAsync(server, "bj")];
        await server.Get<LogKeeper>().RunOnceAsync(default);
        var wrong = new List<string>();

        foreach (var endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => !Open.Contains(e.RoutePattern.RawText!)))
        {
            var route = $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {endpoint.RoutePattern.RawText!.TrimEnd('/')}";
            var (demand, concern) = (endpoint.Metadata.GetMetadata<TokenDemand>(), endpoint.Metadata.GetMetadata<DataConcern>());
            if (demand is null || concern is null)
                wrong.Add($"{route} says nothing about its callers or its data");
            else if (concern.Data == Data.Checked && !route.StartsWith("GET", StringComparison.Ordinal) && !route.Contains("/{", StringComparison.Ordinal) && !Bodies.ContainsKey(route))
                wrong.Add($"{route} checks names in its body and is not tried here");
            else if (demand.Kind == TokenKind.Operator)
                wrong.AddRange(await TryAsync(server, route, demand, concern.Data, own, others));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>The same table once more, on a state secret: whoever holds their role above its unit finds nothing, whatever the route.</summary>
    [Fact]
    public async Task A_state_secret_is_reached_in_its_own_unit_alone()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        foreach (var (unit, parent) in new[] { ("aj", "root"), ("zd1", "aj") })
            await PutAsync(server, "units/" + unit, new UnitRequest(unit, UnitKind.Team, parent));
        var secret = await FurnishAsync(server, "zd1");
        using (var custodian = await server.PersonAsync("王芳", Role.Custodian, "zd1"))
        using (var marked = await custodian.PutAsJsonAsync($"/api/v1/items/{secret.Item}/secrecy", new SecrecyRequest(Secrecy.StateSecret, "定密"), EvidenceJson.Options))
            Assert.Equal(HttpStatusCode.OK, marked.StatusCode);
        string[] hidden = [secret.Item, secret.Package, secret.Disposal, secret.AccessRequest];
        Data[] ofItems = [Data.Item, Data.Package, Data.Disposal, Data.AccessRequest];
        var wrong = new List<string>();

        foreach (var endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => !Open.Contains(e.RoutePattern.RawText!)))
        {
            var route = $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {endpoint.RoutePattern.RawText!.TrimEnd('/')}";
            var (demand, concern) = (endpoint.Metadata.GetMetadata<TokenDemand>()!, endpoint.Metadata.GetMetadata<DataConcern>()!);
            var isList = concern.Data is Data.Checked or Data.Case && route.StartsWith("GET", StringComparison.Ordinal);
            var namesItems = Bodies.ContainsKey(route) && (route.EndsWith("/packages", StringComparison.Ordinal) || route.EndsWith("/disposals", StringComparison.Ordinal) || route.EndsWith("/access-requests", StringComparison.Ordinal));
            if (demand.Kind != TokenKind.Operator || (!ofItems.Contains(concern.Data) && !isList && !namesItems))
                continue;
            foreach (var role in Enum.GetValues<Role>().Where(r => r.IsForPeople() && Scopes.Of(r).Any(demand.AnyOf.Contains)))
            {
                var (status, body) = await AskAsync(server, role, route, secret, "aj");
                if (isList ? hidden.Any(id => body.Contains(id, StringComparison.Ordinal)) : status != HttpStatusCode.NotFound)
                    wrong.Add($"{role} above: {route}: {status} {body}");
                (status, body) = await AskAsync(server, role, route, secret, "zd1");
                if (!isList && !namesItems && role is Role.Custodian or Role.Head && status == HttpStatusCode.NotFound && body.Contains("there is no item", StringComparison.Ordinal))
                    wrong.Add($"{role} of its own unit: {route}: {status} {body}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData(Role.SystemAdministrator, "items")]
    [InlineData(Role.SystemAdministrator, "accounts")]
    [InlineData(Role.SecurityAdministrator, "items")]
    [InlineData(Role.SecurityAdministrator, "service/custody")]
    [InlineData(Role.Auditor, "items")]
    [InlineData(Role.Auditor, "accounts")]
    [InlineData(Role.Officer, "items")]
    [InlineData(Role.Supervisor, "tokens")]
    [InlineData(Role.Head, "service/custody")]
    public async Task Duties_are_separated_even_in_the_root(Role role, string path)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var person = await server.PersonAsync("某人", role);
        using var answer = await person.GetAsync("/api/v1/" + path);
        await TestDock.RefusedAsync(answer, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_officer_sees_that_their_own_recordings_exist_and_no_others()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var own = await FurnishAsync(server, "root");
        using var officer = await server.PersonAsync("周警", Role.Officer, officerNumber: "no-root");
        using var other = await server.PersonAsync("吴警", Role.Officer, officerNumber: "no-other");
        using var clerk = await server.PersonAsync("郑某", Role.Officer);

        Assert.Contains(own.Item, await officer.GetStringAsync("/api/v1/me/items"), StringComparison.Ordinal);
        Assert.DoesNotContain(own.Item, await other.GetStringAsync("/api/v1/me/items"), StringComparison.Ordinal);
        using var none = await clerk.GetAsync("/api/v1/me/items");
        await TestDock.RefusedAsync(none, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_recorder_that_changes_hands_takes_its_recordings_of_that_time_along()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        await PutAsync(server, "units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"));
        await PutAsync(server, "units/zd2", new UnitRequest("二中队", UnitKind.Team, "root"));
        var own = await FurnishAsync(server, "zd1");
        using var first = await server.PersonAsync("王芳", Role.Custodian, "zd1");
        using var second = await server.PersonAsync("赵敏", Role.Custodian, "zd2");
        var given = new AssignmentRequest("no-zd2", "赵警", Unit: "zd2", From: new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        using (var stolen = await second.PutAsJsonAsync($"/api/v1/recorders/{own.Recorder}/assignment", given, EvidenceJson.Options))
            await TestDock.RefusedAsync(stolen, HttpStatusCode.NotFound);
        using (var away = await first.PutAsJsonAsync($"/api/v1/recorders/{own.Recorder}/assignment", given, EvidenceJson.Options))
            await TestDock.RefusedAsync(away, HttpStatusCode.BadRequest);
        await PutAsync(server, $"recorders/{own.Recorder}/assignment", given);

        using var gone = await first.GetAsync("/api/v1/items/" + own.Item);
        await TestDock.RefusedAsync(gone, HttpStatusCode.NotFound);
        Assert.Contains("from zd1 to zd2", await second.GetStringAsync($"/api/v1/items/{own.Item}/custody"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dev-%41/1")]
    [InlineData("dev-A%2F1")]
    public async Task A_name_that_looks_escaped_is_checked_as_it_is_used(string name)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await PutAsync(server, "units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"));
        await PutAsync(server, "units/zd2", new UnitRequest("二中队", UnitKind.Team, "root"));
        var escaped = Uri.EscapeDataString(name);
        await PutAsync(server, $"recorders/{escaped}/assignment", new AssignmentRequest("1", "甲", Unit: "zd2"));
        await PutAsync(server, $"cases/{escaped}", new CaseRequest(null, null, null, CaseState.Open, null, "zd2"));
        using var custodian = await server.PersonAsync("王芳", Role.Custodian, "zd1");

        using var recorder = await custodian.PutAsJsonAsync($"/api/v1/recorders/{escaped}/state", new RecorderStateRequest(RecorderState.Withdrawn, "试"), EvidenceJson.Options);
        using var found = await custodian.GetAsync($"/api/v1/cases/{escaped}");

        await TestDock.RefusedAsync(recorder, HttpStatusCode.NotFound);
        await TestDock.RefusedAsync(found, HttpStatusCode.NotFound);
    }

    private static async Task<List<string>> TryAsync(TestServer server, string route, TokenDemand demand, Data data, Belongings own, Belongings[] others)
    {
        var wrong = new List<string>();
        foreach (var role in Enum.GetValues<Role>().Where(r => r.IsForPeople()))
        {
            var may = demand.AnyOf.Contains(Scopes.Self) || Scopes.Of(role).Any(demand.AnyOf.Contains);
            var (status, body) = await AskAsync(server, role, route, own);
            if (may && data == Data.Installation ? status != HttpStatusCode.Forbidden : may != status is not HttpStatusCode.Forbidden)
                wrong.Add($"{role} {route} in their own unit: {status} {body}");
            if (may && data is not (Data.Installation or Data.Checked) && body.Contains("there is no", StringComparison.Ordinal))
                wrong.Add($"{role} {route} finds nothing in their own unit: {status} {body}");
            if (may && data == Data.Checked && !IsAnswered(status, body) && !route.EndsWith("/disposals", StringComparison.Ordinal))
                wrong.Add($"{role} {route} is refused in their own unit: {status} {body}");
            if ((int)status >= 500)
                wrong.Add($"{role} {route}: {status} {body}");
            // Whoever lacks the role is refused before anybody looks whose it is.
            foreach (var other in may ? others : [])
            {
                (status, body) = await AskAsync(server, role, route, other);
                var isHidden = data switch
                {
                    Data.Everybodys or Data.CallersOwn => true,
                    Data.Installation => status == HttpStatusCode.Forbidden,
                    Data.Checked when route.StartsWith("GET", StringComparison.Ordinal) && !route.Contains("/{", StringComparison.Ordinal) =>
                        !other.Secrets().Any(secret => body.Contains(secret, StringComparison.Ordinal)),
                    _ => status == HttpStatusCode.NotFound || (data == Data.Checked && Hidden().IsMatch(body)),
                };
                if (!isHidden)
                    wrong.Add($"{role} {route} on {other.Unit}: {status} {body}");
            }
        }

        return wrong;
    }

    /// <summary>Let in; a body that was not understood or a state that does not fit is an answer, too.</summary>
    private static bool IsAnswered(HttpStatusCode status, string body) =>
        (int)status < 300 || (status is HttpStatusCode.BadRequest or HttpStatusCode.Conflict && !body.Contains("there is no", StringComparison.Ordinal));

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(TestServer server, Role role, string route, Belongings target, string unit = "zd1")
    {
        // Another session each time: some routes end it.
        using var person = await server.PersonAsync($"{role} {unit}", role, unit);
        var (method, path) = (route[..route.IndexOf(' ', StringComparison.Ordinal)], route[(route.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(path, m => target.Fill(path, m.Groups[1].Value)));
        if (method is "POST" or "PUT" or "PATCH")
            request.Content = JsonContent.Create(Bodies.TryGetValue(route, out var body) ? body(target) : new { }, options: EvidenceJson.Options);
        using var answer = await person.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>One of everything that a unit can have.</summary>
    internal static async Task<Belongings> FurnishAsync(TestServer server, string unit)
    {
        var (recorder, number, dock) = ($"dev-{unit}", $"案-{unit}", await server.EnrolDockAsync("站-" + unit));
        await PutAsync(server, $"docks/{dock.Id}/unit", new DockPlace(unit));
        await PutAsync(server, $"recorders/{recorder}/assignment", new AssignmentRequest("no-" + unit, "警-" + unit, Unit: unit));
        using (var issued = await server.Operator.PostAsJsonAsync(
            $"/api/v1/recorders/{recorder}/issue", new IssueRequest("no-" + unit, "警-" + unit, server.Clock.GetUtcNow().AddDays(1), Unit: unit), EvidenceJson.Options))
            issued.EnsureSuccessStatusCode();
        var status = await dock.DeliverAsync(TestDock.Record(recorder));
        Assert.True(await server.RunAsync(status.ItemId, Stage.Seal));
        using (var bays = await dock.Http.PutAsJsonAsync("/api/v1/docks/me/bays", Array.Empty<object>()))
            bays.EnsureSuccessStatusCode();
        await PutAsync(server, "cases/" + number, new CaseRequest(null, null, null, CaseState.Open, null, unit));
        using (var link = await server.Operator.PostAsJsonAsync($"/api/v1/cases/{number}/items", new CaseLinkRequest([status.ItemId], "关联"), EvidenceJson.Options))
            link.EnsureSuccessStatusCode();
        using var hold = await server.Operator.PostAsJsonAsync("/api/v1/holds", new HoldRequest([status.ItemId], null, "复议"), EvidenceJson.Options);
        using var package = await server.Operator.PostAsJsonAsync("/api/v1/packages", new PackageRequest([status.ItemId], null, "移送"), EvidenceJson.Options);
        using var asked = await server.Operator.PostAsJsonAsync(
            "/api/v1/access-requests", new AccessRequestEntry(new AccessParty("赵某", Standing.Party, IdentityDocument.IdentityCard, "1234"), "核对", [status.ItemId]), EvidenceJson.Options);
        using var token = await server.Operator.PostAsJsonAsync("/api/v1/tokens", new TokenRequest("系统-" + unit, Role.CaseSystem, Unit: unit), EvidenceJson.Options);
        var account = "u" + unit;
        using var made = await server.Operator.PostAsJsonAsync("/api/v1/accounts", new AccountRequest(account, "人-" + unit, unit, null), EvidenceJson.Options);
        made.EnsureSuccessStatusCode();
        using var granted = await server.Operator.PostAsJsonAsync($"/api/v1/accounts/{account}/roles", new GrantRequest(Role.Custodian, unit, "管理员"), EvidenceJson.Options);
        var (disposal, review, finding) = ("ds-" + unit, "rv-" + unit, "rf-" + unit);
        await server.Catalogue.WriteAsync(
            async db =>
            {
                // Nothing can be proposed before its term; a proposal of long ago stands for those.
                db.Add(new DisposalDecision { Id = disposal, Why = "期满", State = DisposalState.Proposed, ProposedAt = server.Clock.GetUtcNow(), ProposedBy = "某人", ProposedRole = "Local" });
                await db.SaveChangesAsync();
                db.Add(new DisposalItem { DisposalId = disposal, ItemId = status.ItemId });
                // No case is closed yet.
                db.Add(new Review
                {
                    Id = review, Why = "评查", FromDay = new DateOnly(2026, 1, 1), ToDay = new DateOnly(2026, 2, 1), Seed = "s", SeedChosen = false, Population = number + "\n", Digest = "d",
                    Units = [unit], Criteria = [], DrawnAt = server.Clock.GetUtcNow(), DrawnBy = "某人",
                });
                await db.SaveChangesAsync();
                db.Add(new ReviewedCase { ReviewId = review, Number = number, Position = 1 });
                await db.SaveChangesAsync();
                db.Add(new ReviewFinding
                {
                    Id = finding, ReviewId = review, Number = number, UnitId = unit, Criterion = "fields", Text = "缺", FoundAt = server.Clock.GetUtcNow(), FoundBy = "某人",
                });
            },
            default);
        return new Belongings(
            unit, status.ItemId, number, recorder, dock.Id, (await TestDock.ReadAsync<HoldView>(hold)).Hold, (await TestDock.ReadAsync<PackageView>(package)).Package, disposal,
            (await TestDock.ReadAsync<IssuedToken>(token)).Token.Id, account, (await TestDock.ReadAsync<GrantView>(granted)).Grant, (await TestDock.ReadAsync<AccessRequestView>(asked)).Request,
            review, finding);
    }

    internal static async Task PutAsync<T>(TestServer server, string path, T body)
    {
        using var answer = await server.Operator.PutAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
    }

    [GeneratedRegex("there is no (unit|recorder|case)")]
    private static partial Regex Hidden();

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();

    internal sealed record Belongings(
        string Unit, string Item, string Case, string Recorder, string Dock, string Hold, string Package, string Disposal, Guid Token, string Account, Guid Grant,
        string AccessRequest, string Review, string ReviewFinding)
    {
        /// <summary>What must not show up in anybody else's answers.</summary>
        public IEnumerable<string> Secrets() => [Item, Case, Recorder, Dock, Hold, Package, Disposal, Token.ToString(), Account, AccessRequest, Review, ReviewFinding];

        public string Fill(string route, string parameter) => parameter switch
        {
            "number" => Uri.EscapeDataString(Case),
            "path" => "bagit.txt",
            "sequence" => "1",
            "userName" => Account,
            "id" when route.Contains("/holds/", StringComparison.Ordinal) => Hold,
            "id" when route.Contains("/packages/", StringComparison.Ordinal) => Package,
            "id" when route.Contains("/disposals/", StringComparison.Ordinal) => Disposal,
            "id" when route.Contains("/access-requests/", StringComparison.Ordinal) => AccessRequest,
            "id" when route.Contains("/reviews/", StringComparison.Ordinal) => Review,
            "id" when route.Contains("/review-findings/", StringComparison.Ordinal) => ReviewFinding,
            "id" when route.Contains("/recorders/", StringComparison.Ordinal) => Recorder,
            "id" when route.Contains("/tokens/", StringComparison.Ordinal) => Token.ToString(),
            "id" when route.Contains("/grants/", StringComparison.Ordinal) => Grant.ToString(),
            "id" when route.Contains("/docks/", StringComparison.Ordinal) => Dock,
            "id" when route.Contains("/units/", StringComparison.Ordinal) => "new-" + Unit,
            "id" when route.Contains("/items/", StringComparison.Ordinal) => Item,
            "id" when route.Contains("/sessions/", StringComparison.Ordinal) => Guid.Empty.ToString(),
            _ => "1",
        };
    }
}
