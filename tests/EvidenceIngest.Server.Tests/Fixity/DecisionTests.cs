using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>What people see of findings, and how they end them.</summary>
public sealed class DecisionTests(PrivateCluster cluster)
{
    [Fact]
    public async Task An_open_finding_is_an_alarm_until_a_person_has_decided_with_a_reason()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        server.Vault.Lose(file.Version());
        await server.PassAsync();
        var finding = Assert.Single(await server.FindingsAsync());
        Assert.Contains("1 Missing", Assert.Single(await HealthAsync(server)), StringComparison.Ordinal);
        var status = await TestDock.ReadAsync<ServerStatus>(await server.Operator.GetAsync("/api/v1/status"));
        Assert.Equal(1, status.Fixity.OpenFindings[FindingKind.Missing]);

        Assert.Equal(HttpStatusCode.BadRequest, (await DecideAsync(server, finding.Finding, " ")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await DecideAsync(server, finding.Finding, "磁盘损坏，原件仍在记录仪")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await DecideAsync(server, finding.Finding, "again")).StatusCode);

        Assert.Empty(await HealthAsync(server));
        var ended = Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.FixityResolved));
        Assert.Equal("operator:custodian", ended.Actor);
        Assert.Contains("磁盘损坏", ended.Detail, StringComparison.Ordinal);
        // It is as it was, and that was decided about.
        await server.PassAsync();
        Assert.Empty(await server.FindingsAsync());
    }

    [Fact]
    public async Task What_was_decided_about_is_found_again_when_it_changes()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        server.Vault.Damage(file.Version(), _ => "oNe"u8.ToArray());
        await server.PassAsync();
        await DecideAsync(server, Assert.Single(await server.FindingsAsync()).Finding, "known");

        server.Vault.Damage(file.Version(), _ => "onE"u8.ToArray());
        await server.PassAsync();

        Assert.Single(await server.FindingsAsync());
        Assert.Equal(2, (await server.EventsAsync(file.ItemId, CustodyEventKind.FixityFailed)).Count);
    }

    [Fact]
    public async Task What_can_not_be_done_is_refused_with_the_reason()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        server.Vault.Lose(file.Version());
        await server.PassAsync();
        var finding = Assert.Single(await server.FindingsAsync()).Finding;

        using var noVault = await server.Operator.PostAsync($"/api/v1/fixity/findings/{finding}/restore", null);
        Assert.Contains("Vault:Second", await TestDock.RefusedAsync(noVault, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using var unknown = await DecideAsync(server, 999_999, "why");
        await TestDock.RefusedAsync(unknown, HttpStatusCode.NotFound);
        using var cursor = await server.Operator.GetAsync("/api/v1/fixity/findings?cursor=-1");
        await TestDock.RefusedAsync(cursor, HttpStatusCode.BadRequest);
        using var limit = await server.Operator.GetAsync("/api/v1/fixity/findings?limit=0");
        await TestDock.RefusedAsync(limit, HttpStatusCode.BadRequest);
        foreach (var path in new[] { "fixity", "fixity/findings" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Anonymous.GetAsync("/api/v1/" + path)).StatusCode);
        foreach (var path in new[] { $"fixity/findings/{finding}/resolve", $"fixity/findings/{finding}/restore", "fixity/hurry" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Anonymous.PostAsync("/api/v1/" + path, null)).StatusCode);
    }

    [Fact]
    public async Task Findings_are_paged_the_newest_first()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var files = await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "1", "2", "3", "4", "5");
        foreach (var file in files)
            server.Vault.Lose(file.Version());
        await server.PassAsync();

        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await server.Operator.GetFromJsonAsync<FixityFindingPage>($"/api/v1/fixity/findings?limit=2&cursor={cursor}", EvidenceJson.Options))!;
            Assert.InRange(page.Findings.Count, 1, 2);
            seen.AddRange(page.Findings.Select(f => f.Finding));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(5, seen.Count);
        Assert.Equal(seen.OrderDescending(), seen);
    }

    private static Task<HttpResponseMessage> DecideAsync(TestServer server, long finding, string why) =>
        server.Operator.PostAsJsonAsync($"/api/v1/fixity/findings/{finding}/resolve", new FindingDecision(why), EvidenceJson.Options);

    /// <summary>What /health says of the audit.</summary>
    private static async Task<IReadOnlyList<string>> HealthAsync(TestServer server)
    {
        using var answer = await server.Anonymous.GetAsync("/health");
        var report = EvidenceJson.FromBytes<HealthReport>(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(report.Reasons.Count == 0, answer.IsSuccessStatusCode);
        return [.. report.Reasons.Where(r => r.Contains("fixity", StringComparison.Ordinal))];
    }
}
