using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;

namespace EvidenceIngest.Server.Tests.Custody;

public sealed class ServiceSearchTests(PrivateCluster cluster)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.FromHours(8));

    [Fact]
    public async Task Pages_hold_every_event_once_newest_first_also_while_more_happens()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await AppendAsync(server, [.. Enumerable.Range(0, 2345).Select(i => Event($"事件{i}", Noon.AddSeconds(i)))]);
        var all = await server.Catalogue.ReadAsync(db => db.ReadChainAsync(CustodyLog.ServiceChain, default), default);
        var seen = new List<int>();

        ServiceEventPage page;
        int? before = null;
        do
        {
            page = await FindAsync(server, $"limit=700&before={before}");
            seen.AddRange(page.Events.Select(e => e.Sequence));
            before = page.Next;
            await AppendAsync(server, [Event("meanwhile", Noon)]);
        }
        while (before is not null);

        Assert.Equal(Enumerable.Range(1, all.Count).Reverse(), seen);
    }

    [Fact]
    public async Task What_is_looked_for_is_found_wherever_it_stands_and_taken_literally()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await AppendAsync(server, [Event("给王芳授权100%_有效", Noon, "operator:李负责 (lfz)", CustodyEventKind.RoleGranted)]);
        await AppendAsync(server, [.. Enumerable.Range(0, 1500).Select(i => Event($"其他 {i}", Noon.AddMinutes(i)))]);

        // Behind more events than one page of the chain has.
        foreach (var words in new[] { "王芳", "100%_", "LFZ 有效", "kind=RoleGranted", "kind=rolegranted&王芳" })
        {
            var query = words.StartsWith("kind", StringComparison.Ordinal) ? words.Replace("&", "&q=", StringComparison.Ordinal) : "q=" + Uri.EscapeDataString(words);
            Assert.Equal("给王芳授权100%_有效", Assert.Single((await FindAsync(server, query)).Events).Detail);
        }

        foreach (var words in new[] { "100%有效", "王%", "王芳 其他", "' or '1'='1" })
            Assert.Empty((await FindAsync(server, "q=" + Uri.EscapeDataString(words))).Events);
    }

    [Fact]
    public async Task Days_are_the_agencys()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var midnight = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.FromHours(8));
        await AppendAsync(server,
        [
            Event("day before", midnight.AddMilliseconds(-1)), Event("first", midnight), Event("written down late", midnight.AddHours(-2)), Event("last", midnight.AddDays(1).AddMilliseconds(-1)),
            Event("day after", midnight.AddDays(1)),
        ]);

        Assert.Equal(["last", "first"], (await FindAsync(server, "from=2026-11-20&to=2026-11-20")).Events.Select(e => e.Detail));
        Assert.DoesNotContain((await FindAsync(server, "to=2026-11-19")).Events, e => e.At >= midnight);
        Assert.Equal(["day after"], (await FindAsync(server, "from=2026-11-21&to=2026-11-21")).Events.Select(e => e.Detail));
    }

    [Theory]
    [InlineData("kind=99")]
    [InlineData("kind=1")]
    [InlineData("kind=Nothing")]
    [InlineData("kind=Sealed,Rendered")]
    [InlineData("from=2026-13-01")]
    [InlineData("to=9999-12-31")]
    [InlineData("before=-1")]
    [InlineData("before=99999999999999")]
    [InlineData("q=%00")]
    public async Task Nonsense_is_refused(string query)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var answer = await server.Operator.GetAsync("/api/v1/service/custody/search?" + query);
        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Auditors_read_the_signed_heads_that_prove_it_and_administrators_do_not()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var auditor = await server.PersonAsync("钱审计", Role.Auditor);
        using var administrator = await server.PersonAsync("孙系统", Role.SystemAdministrator);
        await server.Get<LogKeeper>().RunOnceAsync(default);

        foreach (var path in new[] { "log/head", "service/custody/search", "log/consistency?from=1&to=1", "service/custody/1/proof" })
        {
            using var read = await auditor.GetAsync("/api/v1/" + path);
            Assert.True(read.StatusCode == HttpStatusCode.OK, path);
            using var refused = await administrator.GetAsync("/api/v1/" + path);
            Assert.True(refused.StatusCode == HttpStatusCode.Forbidden, path);
        }
    }

    private static NewEvent Event(string detail, DateTimeOffset at, string actor = "operator:某人 (mr)", CustodyEventKind kind = CustodyEventKind.MatterChanged) => new(at.ToUniversalTime(), actor, kind, detail);

    private static Task AppendAsync(TestServer server, IReadOnlyCollection<NewEvent> events)
    {
        server.HasInventedEvents = true;
        return server.Catalogue.WriteAsync(db => db.AppendAsync(CustodyLog.ServiceChain, events, default), default);
    }

    private static async Task<ServiceEventPage> FindAsync(TestServer server, string query)
    {
        using var answer = await server.Operator.GetAsync("/api/v1/service/custody/search?" + query);
        return await TestDock.ReadAsync<ServiceEventPage>(answer);
    }
}
