using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Api;

public sealed class RepeatTests(PrivateCluster cluster) : IAsyncLifetime
{
    private TestServer _server = null!;
    private HttpClient _custodian = null!;
    private string _item = "";

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(cluster, withJobs: false);
        await _server.VaultIsProbedAsync();
        var status = await (await _server.EnrolDockAsync()).DeliverAsync(TestDock.Record());
        Assert.True(await _server.RunAsync(status.ItemId, Stage.Seal));
        (_item, _custodian) = (status.ItemId, await _server.PersonAsync("王芳", Role.Custodian));
    }

    public async ValueTask DisposeAsync()
    {
        _custodian.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_same_request_with_the_same_key_is_carried_out_once_and_answered_alike()
    {
        using var first = await PostAsync(_custodian, "packages", Package(), "\"a-1\"");
        using var again = await PostAsync(_custodian, "packages", Package(), "a-1");
        using var without = await PostAsync(_custodian, "packages", Package(), null);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.False(first.Headers.Contains(Repeats.ReplayedHeader));
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(["true"], again.Headers.GetValues(Repeats.ReplayedHeader));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.NotEqual(first.Headers.Location, without.Headers.Location);
        Assert.Equal(2, await PackagesAsync());
    }

    [Fact]
    public async Task A_key_belongs_to_one_caller_one_address_and_one_body()
    {
        using var other = await _server.PersonAsync("赵敏", Role.Custodian);
        using var first = await PostAsync(_custodian, "packages", Package(), "k");
        using var body = await PostAsync(_custodian, "packages", Package("给法院"), "k");
        using var caller = await PostAsync(other, "packages", Package(), "k");
        using var address = await PostAsync(_custodian, "holds", new HoldRequest([_item], null, "复议"), "k");

        Assert.Contains("another body", await TestDock.RefusedAsync(body, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, caller.StatusCode);
        Assert.NotEqual(first.Headers.Location, caller.Headers.Location);
        Assert.Equal(HttpStatusCode.Created, address.StatusCode);
    }

    [Fact]
    public async Task A_secret_is_never_kept_and_its_request_is_not_repeated()
    {
        using var first = await PostAsync(_server.Operator, "tokens", new TokenRequest("办案系统", Role.CaseSystem), "k");
        using var again = await PostAsync(_server.Operator, "tokens", new TokenRequest("办案系统", Role.CaseSystem), "k");

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Contains("held a secret", await TestDock.RefusedAsync(again, HttpStatusCode.Conflict), StringComparison.Ordinal);
        var kept = Assert.Single(await _server.Catalogue.ReadAsync(db => db.KeptAnswers.ToListAsync(), default));
        Assert.Equal((201, null, null), (kept.Status, kept.Body, kept.Location));
        Assert.Equal(1, await _server.Catalogue.ReadAsync(db => db.ApiTokens.CountAsync(t => t.Name == "办案系统"), default));
    }

    [Fact]
    public async Task What_was_refused_may_be_put_right_with_the_same_key()
    {
        using var wrong = await PostAsync(_custodian, "packages", Package(""), "k");
        using var right = await PostAsync(_custodian, "packages", Package(), "k");

        await TestDock.RefusedAsync(wrong, HttpStatusCode.BadRequest);
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused()
    {
        foreach (var key in new[] { "", "\"", "two words", new string('k', 201) })
        {
            using var answer = await PostAsync(_custodian, "packages", Package(), key);
            Assert.StartsWith(Repeats.Header, await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        }

        Assert.Equal(0, await PackagesAsync());
    }

    [Fact]
    public async Task While_the_first_one_runs_the_second_is_asked_to_wait_and_then_gets_its_answer()
    {
        await using var blocker = new NpgsqlConnection(PrivateCluster.AsOwner(_server.Database));
        await blocker.OpenAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("lock table holds in access exclusive mode", blocker))
            await command.ExecuteNonQueryAsync();
        var request = new HoldRequest([_item], null, "复议");
        var first = PostAsync(_custodian, "holds", request, "k");
        await Eventually.HoldsAsync(() => _server.Catalogue.ReadAsync(db => db.KeptAnswers.AnyAsync(), default), "the first one runs");

        using (var early = await PostAsync(_custodian, "holds", request, "k"))
        {
            Assert.Contains("still being worked on", await TestDock.RefusedAsync(early, HttpStatusCode.Conflict), StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(1), early.Headers.RetryAfter?.Delta);
        }

        await transaction.RollbackAsync();
        using var made = await first;
        using var late = await PostAsync(_custodian, "holds", request, "k");
        Assert.Equal((await TestDock.ReadAsync<HoldView>(made)).Hold, (await TestDock.ReadAsync<HoldView>(late)).Hold);
    }

    /// <summary>Before and after every commit of the request: those of the key, of what is made, and of the answer.</summary>
    [Fact]
    public async Task Wherever_the_server_is_killed_the_repetition_finds_what_the_first_run_made()
    {
        var (step, struck) = (0, true);
        for (; struck; step++)
        {
            var (hold, package) = (new HoldRequest([_item], null, $"复议{step}"), Package($"第{step}次"));
            _server.Faults.KillAt(step);
            using (await PostAsync(_custodian, "packages", package, $"p{step}"))
                struck = _server.Faults.Struck;
            _server.Faults.KillAt(step);
            using (await PostAsync(_custodian, "holds", hold, $"h{step}"))
                _server.Faults.Never();
            using var packaged = await PostAsync(_custodian, "packages", package, $"p{step}");
            using var held = await PostAsync(_custodian, "holds", hold, $"h{step}");
            using var packagedAgain = await PostAsync(_custodian, "packages", package, $"p{step}");
            Assert.Equal(HttpStatusCode.Created, packaged.StatusCode);
            Assert.Equal(HttpStatusCode.Created, held.StatusCode);
            Assert.Equal((await TestDock.ReadAsync<PackageView>(packaged)).Package, (await TestDock.ReadAsync<PackageView>(packagedAgain)).Package);
        }

        Assert.True(step > 5, $"only {step} places to be killed at");
        Assert.Equal(step, await PackagesAsync());
        Assert.Equal(step, await _server.Catalogue.ReadAsync(db => db.Holds.CountAsync(), default));
        var chain = await _custodian.GetFromJsonAsync<CustodyEventView[]>($"/api/v1/items/{_item}/custody", EvidenceJson.Options);
        Assert.Equal(step, chain!.Count(e => e.Kind == CustodyEventKind.Exported));
        Assert.Equal(step, chain!.Count(e => e.Kind == CustodyEventKind.HoldPlaced));
    }

    [Fact]
    public async Task A_server_that_was_killed_over_a_secret_says_that_nobody_knows()
    {
        // The key's own transaction passes; the token's is committed and not answered.
        _server.Faults.KillAt(3);
        using (var killed = await PostAsync(_server.Operator, "tokens", new TokenRequest("办案系统", Role.CaseSystem), "k"))
            Assert.Equal(HttpStatusCode.InternalServerError, killed.StatusCode);
        Assert.True(_server.Faults.Struck);

        using var again = await PostAsync(_server.Operator, "tokens", new TokenRequest("办案系统", Role.CaseSystem), "k");
        Assert.Contains("is not known", await TestDock.RefusedAsync(again, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal(1, await _server.Catalogue.ReadAsync(db => db.ApiTokens.CountAsync(t => t.Name == "办案系统"), default));
    }

    [Fact]
    public async Task A_key_is_forgotten_after_a_day_and_refused_after_a_change_of_rights()
    {
        await ReachTests.PutAsync(_server, "units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"));
        using var fresh = await _server.PersonAsync("赵敏", Role.Head);
        var hold = new HoldRequest([_item], null, "复议");
        using var first = await PostAsync(fresh, "holds", hold, "k");
        await _server.Catalogue.WriteAsync(
            db => db.RoleGrants.Where(g => g.Role == Role.Head && g.UnitId == Unit.Root).ExecuteUpdateAsync(set => set.SetProperty(g => g.RevokedAt, _server.Clock.GetUtcNow())), default);
        using (await _server.PersonAsync("赵敏", Role.Head, "zd1"))
        {
            using var narrowed = await PostAsync(fresh, "holds", hold, "k");
            Assert.Contains("have changed", await TestDock.RefusedAsync(narrowed, HttpStatusCode.Conflict), StringComparison.Ordinal);
        }

        using var mine = await PostAsync(_custodian, "holds", hold, "day");
        _server.Clock.Shift += TimeSpan.FromHours(25);
        using var tomorrow = await PostAsync(_custodian, "holds", hold, "day");
        Assert.NotEqual((await TestDock.ReadAsync<HoldView>(mine)).Hold, (await TestDock.ReadAsync<HoldView>(tomorrow)).Hold);
        Assert.Equal(1, await _server.Catalogue.ReadAsync(db => db.KeptAnswers.CountAsync(), default));
    }

    private PackageRequest Package(string why = "给检察院") => new([_item], null, why);

    private Task<int> PackagesAsync() => _server.Catalogue.ReadAsync(db => db.Packages.CountAsync(), default);

    [Fact]
    public async Task However_many_come_with_keys_at_once_their_work_gets_connections()
    {
        // More than there are for work, and each holds one while it asks for another.
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => PostAsync(_custodian, "packages", Package(), $"crowd-{i}")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Equal(answers.Length, await PackagesAsync());
        foreach (var answer in answers)
            answer.Dispose();
    }

    private static async Task<HttpResponseMessage> PostAsync<T>(HttpClient client, string path, T body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/" + path) { Content = JsonContent.Create(body, options: EvidenceJson.Options) };
        if (key is not null)
            request.Headers.TryAddWithoutValidation(Repeats.Header, key);
        return await client.SendAsync(request);
    }
}
