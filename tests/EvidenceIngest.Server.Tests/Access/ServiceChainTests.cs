using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Access;

/// <summary>What happens to the service itself is custody, too.</summary>
public sealed class ServiceChainTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Tokens_docks_and_settings_enter_the_services_chain_in_order_and_the_log()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.EnrolDockAsync("一中队采集站");
        using var answer = await server.Operator.PostAsJsonAsync("/api/v1/tokens", new TokenRequest("办案系统", Role.CaseSystem), EvidenceJson.Options);
        var issued = await TestDock.ReadAsync<IssuedToken>(answer);
        using var cases = server.Client(issued.Secret);
        using (var before = await cases.GetAsync("/api/v1/items"))
            before.EnsureSuccessStatusCode();
        using (var revoked = await server.Operator.DeleteAsync($"/api/v1/tokens/{issued.Token.Id}"))
            revoked.EnsureSuccessStatusCode();

        using (var after = await cases.GetAsync("/api/v1/items"))
            Assert.Contains("revoked", await TestDock.RefusedAsync(after, HttpStatusCode.Unauthorized), StringComparison.Ordinal);

        var chain = await ReadAsync(server);
        CustodyEventKind[] expected =
        [
            CustodyEventKind.ConfigurationChanged, CustodyEventKind.DockInvited, CustodyEventKind.DockEnrolled, CustodyEventKind.TokenIssued,
            CustodyEventKind.TokenRevoked, CustodyEventKind.AccessRefused,
        ];
        Assert.Equal(expected.Order(), chain.Select(e => e.Kind).Order());
        Assert.Equal(Enumerable.Range(1, expected.Length), chain.Select(e => e.Sequence));
        Assert.Null(CustodyChain.Verify(CustodyLog.ServiceChain, chain.Select(e => (e.Bytes, e.Hash))));
        Assert.Contains("办案系统, CaseSystem of root, from any address", chain.Single(e => e.Kind == CustodyEventKind.TokenIssued).Detail, StringComparison.Ordinal);
        Assert.Equal("address:127.0.0.1", chain.Single(e => e.Kind == CustodyEventKind.AccessRefused).Actor);

        await server.Get<LogKeeper>().RunOnceAsync(default);
        var logged = await server.Get<LogRegister>().InclusionAsync(CustodyLog.ServiceChain, 1, null, default);
        Assert.Equal(chain[0].Hash, logged.Proof.LeafHash);
    }

    [Fact]
    public async Task A_flood_of_refused_requests_leaves_a_line_a_minute_with_their_number()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var thief = server.Client("stolen");
        async Task AskAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var answer = await thief.GetAsync("/api/v1/items");
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }
        }

        await AskAsync(20);
        server.Clock.Shift = TimeSpan.FromMinutes(2);
        await AskAsync(1);

        var refusals = (await ReadAsync(server)).Where(e => e.Kind == CustodyEventKind.AccessRefused).Select(e => e.Detail).ToList();
        Assert.Equal(["GET /api/v1/items: the token is not known", "GET /api/v1/items: the token is not known; 19 more since the last record of this"], refusals);
    }

    [Fact]
    public async Task After_an_hour_of_quiet_a_crowd_of_noisy_addresses_is_forgotten()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var refusals = server.Get<AccessRefusals>();
        var began = server.Clock.GetUtcNow();
        for (var i = 0; i < 1200; i++)
            refusals.Due($"10.0.{i % 600 / 256}.{i % 256}", "the token is not known", began);
        Assert.Null(refusals.Due("10.9.9.9", "the token is not known", began));

        Assert.Equal(0, refusals.Due("10.9.9.9", "the token is not known", began.AddHours(1.1)));
        Assert.Equal(0, refusals.Due("10.9.9.8", "the token is not known", began.AddHours(1.1)));
    }

    [Fact]
    public async Task Only_auditors_read_it_and_nobody_through_the_items()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);

        using var direct = await custodian.GetAsync("/api/v1/service/custody");
        using var sideways = await custodian.GetAsync("/api/v1/items/service/custody");

        await TestDock.RefusedAsync(direct, HttpStatusCode.Forbidden);
        await TestDock.RefusedAsync(sideways, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_event_that_was_committed_and_not_answered_is_not_written_twice()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var happened = new NewEvent(server.Clock.GetUtcNow(), "operator:x", CustodyEventKind.TokenRevoked, "t-1: once, dock");
        for (var i = 0; i < 3; i++)
            await server.Catalogue.WriteAsync((CatalogueDb db) => db.AppendToServiceAsync(happened, default), default);

        Assert.Single(await ReadAsync(server), e => e.Detail == "t-1: once, dock");
    }

    [Fact]
    public async Task A_setting_that_changed_is_told_once_with_old_and_new()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await Eventually.HoldsAsync(async () => (await ReadAsync(server)).Count > 0, "the first start was recorded");
        await server.Catalogue.WriteAsync(
            db => db.Configurations.ExecuteUpdateAsync(set => set.SetProperty(c => c.Settings, new Dictionary<string, string> { ["Vault:RetentionDays"] = "36500" })), default);
        await using var again = await TestServer.StartAsync(cluster, withJobs: false, database: server.Database, vault: server.Vault);

        await Eventually.HoldsAsync(async () => (await ReadAsync(again)).Count > 1, "the change was recorded");
        Assert.Equal("Vault:RetentionDays: from '36500' to nothing", (await ReadAsync(again))[^1].Detail);
    }

    private static async Task<List<ServiceEventView>> ReadAsync(TestServer server)
    {
        using var answer = await server.Operator.GetAsync("/api/v1/service/custody?limit=1000");
        return await TestDock.ReadAsync<List<ServiceEventView>>(answer);
    }
}
