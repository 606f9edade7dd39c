using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Events.Webhooks;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Events;

/// <summary>Webhooks against a real receiver: one that dies, is slow, refuses, and lies.</summary>
public sealed class WebhookTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Every_event_arrives_in_order_through_kills_of_the_receiver_under_load()
    {
        const int Each = 40;
        await using var server = await StartAsync();
        await using var receiver = await Receiver.StartAsync();
        await AddAsync(server, receiver.Url, "item.*");
        var items = await Told.ItemsAsync(cluster, server, 20);
        // Now and then it dies after it took an event and before it said so.
        var n = 0;
        receiver.Answer = (http, _) =>
        {
            if (Interlocked.Increment(ref n) % 50 == 0)
                http.Abort();
            return Task.CompletedTask;
        };

        var writing = Told.AppendAsync(server, items, Each, TimeSpan.FromMilliseconds(50));
        for (var kill = 0; kill < 4; kill++)
        {
            var before = receiver.All.Count;
            await Eventually.HoldsAsync(() => Task.FromResult(receiver.All.Count >= before + 60), "the receiver gets events again", 60);
            await receiver.KillAsync();
            await Task.Delay(300);
            await receiver.RestartAsync();
        }

        await writing;
        await NothingWaitsAsync(server);
        Told.AssertWhole(receiver.Events, items, Each);
        // Cut off after it had been taken: sent again with the same id.
        Assert.True(receiver.All.Count > items.Length * Each, "nothing was sent twice");
    }

    [Fact]
    public async Task A_receiver_that_hangs_holds_up_no_other_and_gets_everything_once_it_answers()
    {
        await using var server = await StartAsync(o => o with { CallLimit = TimeSpan.FromSeconds(1) });
        await using var slow = await Receiver.StartAsync();
        await using var quick = await Receiver.StartAsync();
        slow.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);
        await AddAsync(server, slow.Url, "item.*");
        await AddAsync(server, quick.Url, "item.*");
        var items = await Told.ItemsAsync(cluster, server, 10);
        await Told.AppendAsync(server, items, 10, TimeSpan.Zero);

        await Eventually.HoldsAsync(() => Task.FromResult(quick.All.Count == 100), "the quick one has all");
        Told.AssertWhole(quick.Events, items, 10);
        await Eventually.HoldsAsync(async () => (await ListAsync(server)).Any(w => w.Failure?.Contains("no answer within", StringComparison.Ordinal) == true), "the status says why");

        slow.Answer = (_, _) => Task.CompletedTask;
        await NothingWaitsAsync(server);
        Told.AssertWhole(slow.Events, items, 10);
        Assert.All(await ListAsync(server), w => Assert.Null(w.FailingSince));
    }

    [Fact]
    public async Task An_event_that_is_refused_holds_back_its_item_alone_then_dies_and_can_be_replayed()
    {
        await using var server = await StartAsync(o => o with { MostRefusals = 3 });
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, r) =>
        {
            if (Told.Parse(r.Body).Text("id") == "item-1/1")
                http.Response.StatusCode = 422;
            return Task.CompletedTask;
        };
        var webhook = await AddAsync(server, receiver.Url, "item.*");
        var items = await Told.ItemsAsync(cluster, server, 3);
        await Told.AppendAsync(server, items, 3, TimeSpan.Zero);
        await Eventually.HoldsAsync(async () => (await ListAsync(server)).Single() is { Dead: 1, Waiting: 0 }, "one event is dead");

        var ids = receiver.Events.Select(e => e.Text("id")).ToList();
        Assert.Equal(3, ids.Count(id => id == "item-1/1"));
        Assert.True(ids.LastIndexOf("item-1/1") < ids.IndexOf("item-1/2"), "the item's next event overtook it");
        Assert.True(ids.IndexOf("item-2/3") < ids.LastIndexOf("item-1/1"), "another item waited for it");
        using (var answer = await server.Operator.GetAsync($"/api/v1/webhooks/{webhook.Webhook.Id}/dead"))
        {
            var dead = Assert.Single(await TestDock.ReadAsync<List<DeadLetter>>(answer));
            Assert.Equal(("item.viewed", 3, "the receiver answered 422"), (dead.Name, dead.Attempts, dead.Failure));
            Assert.Equal("item-1/1", (string?)dead.Event!["id"]);
        }

        receiver.Answer = (_, _) => Task.CompletedTask;
        Assert.Equal(1, (await ReplayAsync(server, webhook, null)).Replayed);
        await NothingWaitsAsync(server);
        Assert.Equal(0, (await ListAsync(server)).Single().Dead);
        Assert.Equal(4, receiver.Events.Count(e => e.Text("id") == "item-1/1"));
        Assert.Equal(0, (await ReplayAsync(server, webhook, null)).Replayed);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_receiver_that_can_not_now_is_asked_again(int status)
    {
        await using var server = await StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = receiver.All.Count < 4 ? status : 204;
            return Task.CompletedTask;
        };
        await AddAsync(server, receiver.Url, "item.*");
        var items = await Told.ItemsAsync(cluster, server, 1);
        await Told.AppendAsync(server, items, 2, TimeSpan.Zero);

        await NothingWaitsAsync(server);
        Assert.Equal(["item-1/1", "item-1/1", "item-1/1", "item-1/1", "item-1/2"], receiver.Events.Select(e => e.Text("id")));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var server = await StartAsync(o => o with { MostRefusals = 2 });
        await using var receiver = await Receiver.StartAsync();
        await using var elsewhere = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            // 308: one that would have to be followed with the body.
            (http.Response.StatusCode, http.Response.Headers.Location) = (308, elsewhere.Url);
            return Task.CompletedTask;
        };
        await AddAsync(server, receiver.Url, "item.*");
        await Told.AppendAsync(server, await Told.ItemsAsync(cluster, server, 1), 1, TimeSpan.Zero);

        await Eventually.HoldsAsync(async () => (await ListAsync(server)).Single().Dead == 1, "the event is dead");
        Assert.Empty(elsewhere.All);
        Assert.Contains("redirects are not followed", (await ListAsync(server)).Single().Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Openssl_makes_the_same_signature_of_what_came()
    {
        await using var server = await StartAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await AddAsync(server, receiver.Url, "item.*");
        await Told.AppendAsync(server, await Told.ItemsAsync(cluster, server, 1), 1, TimeSpan.Zero);
        await NothingWaitsAsync(server);

        var came = Assert.Single(receiver.All);
        Assert.Equal("application/cloudevents+json; charset=utf-8", came.ContentType);
        var parts = came.Signature.Split(',').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        var file = Path.GetTempFileName();
        try
        {
            // As docs/events.md tells a receiver to do it.
            await File.WriteAllBytesAsync(file, came.Body);
            Assert.Equal(parts["v1"], await OpensslAsync(parts["t"], file, webhook.Secret));
            await File.AppendAllTextAsync(file, " ");
            Assert.NotEqual(parts["v1"], await OpensslAsync(parts["t"], file, webhook.Secret));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["t"], CultureInfo.InvariantCulture)), DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.True(WebhookSignature.IsRight(webhook.Secret, came.Signature, came.Body, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task Registering_and_removing_are_recorded_and_the_secret_is_nowhere()
    {
        await using var server = await StartAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await AddAsync(server, receiver.Url + "?key=hidden", "item.*");
        for (var i = 0; i < 2; i++)
        {
            using var removed = await server.Operator.DeleteAsync($"/api/v1/webhooks/{webhook.Webhook.Id}");
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        Assert.Empty(await ListAsync(server));
        await Told.AppendAsync(server, await Told.ItemsAsync(cluster, server, 1), 1, TimeSpan.Zero);
        await Eventually.HoldsAsync(async () => (await Told.NamesAsync(server, "item-1")).Count == 1, "the event was placed");
        Assert.Equal(0, await server.Catalogue.ReadAsync(db => db.WebhookDeliveries.CountAsync(), default));
        var chain = (await server.Catalogue.ReadAsync(db => db.ReadChainAsync(CustodyLog.ServiceChain, default), default)).Select(e => EvidenceJson.FromBytes<CustodyEvent>(e.Bytes)).ToList();
        Assert.Single(chain, e => e.Kind == CustodyEventKind.WebhookRegistered);
        Assert.Single(chain, e => e.Kind == CustodyEventKind.WebhookRemoved);
        Assert.All(chain, e => Assert.DoesNotContain("hidden", e.Detail, StringComparison.Ordinal));
        var row = await server.Catalogue.ReadAsync(db => db.Webhooks.SingleAsync(), default);
        Assert.All([row.Salt, row.SecretSha256], bytes => Assert.DoesNotContain(webhook.Secret, Encoding.Latin1.GetString(bytes), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://10.1.2.3/events", "https")]
    [InlineData("http://receiver.example/events", "https")]
    [InlineData("https://user:pw@receiver.example/", "password")]
    [InlineData("https://receiver.example/#x", "fragment")]
    [InlineData("ftp://receiver.example/", "must be like")]
    [InlineData("/etc/passwd", "must be like")]
    [InlineData("file:///etc/passwd", "must be like")]
    [InlineData("", "empty")]
    [InlineData("https://a\nb/", "control")]
    [InlineData("https://169.254.169.254/latest/meta-data", "link-local")]
    [InlineData("https://2852039166/", "link-local")]
    [InlineData("https://[::ffff:169.254.169.254]/", "link-local")]
    [InlineData("https://[64:ff9b::a9fe:a9fe]/", "link-local")]
    [InlineData("https://[fe80::1]/", "link-local")]
    [InlineData("https://[fd00:ec2::254]/", "link-local")]
    [InlineData("https://100.100.100.200/", "link-local")]
    [InlineData("https://0.0.0.0/", "link-local")]
    [InlineData("https://255.255.255.255/", "link-local")]
    public async Task An_address_that_is_no_receivers_is_refused(string url, string why)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var answer = await server.Operator.PostAsJsonAsync("/api/v1/webhooks", new WebhookRequest("x", url), EvidenceJson.Options);
        Assert.Contains(why, await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_means_something_else_by_now_is_refused_where_it_is_connected_to()
    {
        await using var server = await StartAsync();
        var webhook = await AddAsync(server, "https://receiver.invalid/", "item.*");
        await cluster.ExecuteAsAdminAsync("update webhooks set url = 'https://169.254.169.254/'", server.Database);
        await Told.AppendAsync(server, await Told.ItemsAsync(cluster, server, 1), 1, TimeSpan.Zero);

        await Eventually.HoldsAsync(
            async () => (await ListAsync(server)).Single().Failure is { } failure
                && (failure.Contains("link-local", StringComparison.Ordinal) || failure.Contains("receiver.invalid", StringComparison.Ordinal)), "the status says why");
        Assert.Equal(1, (await ListAsync(server)).Single(w => w.Id == webhook.Webhook.Id).Waiting);
    }

    [Fact]
    public async Task Only_those_who_administer_security_may_and_nonsense_is_refused()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        using (var refused = await custodian.GetAsync("/api/v1/webhooks"))
            await TestDock.RefusedAsync(refused, HttpStatusCode.Forbidden);
        using var security = await server.PersonAsync("李强", Role.SecurityAdministrator);
        using (var allowed = await security.GetAsync("/api/v1/webhooks"))
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        using (var types = await security.PostAsJsonAsync("/api/v1/webhooks", new WebhookRequest("x", "https://x/", ["ITEM"]), EvidenceJson.Options))
            Assert.Contains("types", await TestDock.RefusedAsync(types, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        using (var unknown = await security.DeleteAsync("/api/v1/webhooks/nobody"))
            await TestDock.RefusedAsync(unknown, HttpStatusCode.NotFound);
        using (var replay = await security.PostAsJsonAsync($"/api/v1/webhooks/{Guid.NewGuid()}/replay", new ReplayRequest(), EvidenceJson.Options))
            await TestDock.RefusedAsync(replay, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_key_file_signs_nothing_and_the_status_says_so()
    {
        await using var server = await StartAsync();
        await using var receiver = await Receiver.StartAsync();
        await AddAsync(server, receiver.Url, "item.*");
        await cluster.ExecuteAsAdminAsync("update webhooks set secret_sha256 = '\\x00'", server.Database);
        await Told.AppendAsync(server, await Told.ItemsAsync(cluster, server, 1), 1, TimeSpan.Zero);

        await Eventually.HoldsAsync(async () => (await ListAsync(server)).Single().Failure?.Contains("restore the file", StringComparison.Ordinal) == true, "the status says why");
        Assert.Empty(receiver.All);
    }

    [Fact]
    public async Task Another_server_goes_on_where_the_first_one_stopped()
    {
        await using var receiver = await Receiver.StartAsync();
        var secrets = Directory.CreateTempSubdirectory("evidence-key-").FullName;
        EventsOptions Shared(string folder) => new() { Webhooks = Quick with { KeyFile = Path.Combine(secrets, "webhook-key") } };
        var first = await TestServer.StartAsync(cluster, withJobs: false, events: Shared);
        await using var second = await TestServer.StartAsync(cluster, withJobs: false, database: first.Database, vault: first.Vault, events: Shared);
        await AddAsync(second, receiver.Url, "item.*");
        var items = await Told.ItemsAsync(cluster, second, 10);
        var writing = Told.AppendAsync(second, items, 20, TimeSpan.FromMilliseconds(50));
        await Eventually.HoldsAsync(() => Task.FromResult(receiver.All.Count > 20), "the first server sends");
        await first.DisposeAsync();

        await writing;
        await NothingWaitsAsync(second);
        Told.AssertWhole(receiver.Events, items, 20);
        Directory.Delete(secrets, recursive: true);
    }

    [Fact]
    public async Task The_command_adds_lists_and_removes()
    {
        await using var server = await StartAsync();
        var home = Directory.CreateTempSubdirectory("evidence-home-").FullName;
        Directory.CreateDirectory(Path.Combine(home, "secrets"));
        await File.WriteAllTextAsync(Path.Combine(home, "secrets", "operator.token"), server.OperatorToken);
        async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => await ChildProcess.RunAsync(
            Installation.Executable, ["webhooks", .. arguments],
            new Dictionary<string, string> { ["EVIDENCE_HOME"] = home, ["EVIDENCE_Dock__Server"] = server.Operator.BaseAddress!.ToString() }, TimeSpan.FromMinutes(1));

        var added = await RunAsync("add", "案件系统", "https://receiver.example/events", "--types", "item.sealed", "case.*");
        var list = await RunAsync("list");
        var id = (await ListAsync(server)).Single().Id.ToString();
        var dead = await RunAsync("dead", id);
        var replayed = await RunAsync("replay", id);
        var refused = await RunAsync("add", "x", "http://10.0.0.1/");
        var removed = await RunAsync("remove", id);

        Assert.StartsWith("whsec_", added.Output, StringComparison.Ordinal);
        Assert.Contains($"{id}\t案件系统\thttps://receiver.example/events\titem.sealed,case.*\t0\t0", list.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (dead.ExitCode, dead.Output));
        Assert.Contains("重新发送 0", replayed.Output, StringComparison.Ordinal);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("must be https", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, removed.ExitCode);
        Assert.Empty(await ListAsync(server));
        Directory.Delete(home, recursive: true);
    }

    internal static WebhookOptions Quick { get; } = new() { FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromMilliseconds(500) };

    internal static async Task<RegisteredWebhook> AddAsync(TestServer server, string url, params string[] types)
    {
        using var answer = await server.Operator.PostAsJsonAsync("/api/v1/webhooks", new WebhookRequest("案件系统", url, types), EvidenceJson.Options);
        return await TestDock.ReadAsync<RegisteredWebhook>(answer);
    }

    internal static async Task NothingWaitsAsync(TestServer server) => await Eventually.HoldsAsync(
        // In this order: what is placed between the two looks waits by the second.
        async () => !await server.Catalogue.ReadAsync(db => db.Outbox.AnyAsync(o => o.Position == null), default)
            && !await server.Catalogue.ReadAsync(db => db.WebhookDeliveries.AnyAsync(d => d.State == WebhookDeliveryState.Waiting), default), "nothing waits", 60);

    private static async Task<List<WebhookView>> ListAsync(TestServer server)
    {
        using var answer = await server.Operator.GetAsync("/api/v1/webhooks");
        return await TestDock.ReadAsync<List<WebhookView>>(answer);
    }

    private static async Task<ReplayAnswer> ReplayAsync(TestServer server, RegisteredWebhook webhook, long? position)
    {
        using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/webhooks/{webhook.Webhook.Id}/replay", new ReplayRequest(position), EvidenceJson.Options);
        return await TestDock.ReadAsync<ReplayAnswer>(answer);
    }

    private static async Task<string> OpensslAsync(string time, string file, string secret)
    {
        var (exitCode, output, error) = await ChildProcess.RunAsync(
            "bash", ["-c", "{ printf '%s.' \"$T\"; cat \"$FILE\"; } | openssl dgst -sha256 -hmac \"$SECRET\" -r"],
            new Dictionary<string, string> { ["T"] = time, ["FILE"] = file, ["SECRET"] = secret }, TimeSpan.FromSeconds(30));
        Assert.True(exitCode == 0, error);
        return output.Split(' ')[0];
    }

    private Task<TestServer> StartAsync(Func<WebhookOptions, WebhookOptions>? arrange = null) => TestServer.StartAsync(
        cluster, withJobs: false,
        events: folder => new EventsOptions { Webhooks = (arrange ?? (o => o))(Quick) with { KeyFile = Path.Combine(folder, "secrets", "webhook-key") } });
}
