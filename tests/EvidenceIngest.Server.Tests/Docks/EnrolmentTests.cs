using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Docks;

public sealed class EnrolmentTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_code_enrols_one_dock_even_when_ten_try_at_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var made = await server.Operator.PostAsync("/api/v1/docks/invitations", null);
        var invitation = await TestDock.ReadAsync<DockInvitation>(made);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EnrolAsync(server, invitation.Code, "站" + i)));

        Assert.Single(answers, a => a.IsSuccessStatusCode);
        Assert.Equal(9, answers.Count(a => a.StatusCode == HttpStatusCode.Forbidden));
        Assert.Equal(1, await server.Catalogue.ReadAsync(db => db.Docks.CountAsync(), default));
    }

    [Fact]
    public async Task Codes_expire_and_guesses_are_refused()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var invitation = await server.Get<Enrolment>().InviteAsync("custodian", default);

        using (var guess = await EnrolAsync(server, "00000-00000-00000-00000", "站"))
            await TestDock.RefusedAsync(guess, HttpStatusCode.Forbidden);
        server.Clock.Shift = TimeSpan.FromHours(24);
        using (var late = await EnrolAsync(server, invitation.Code, "站"))
            await TestDock.RefusedAsync(late, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Bays_show_what_their_dock_reported_last()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync("一中队采集站");
        var bay = new BayReport("1-2", "Offloading", "dev-T000001", null, 1, 3, 10, 30, DateTimeOffset.UtcNow);

        using var put = await dock.Http.PutAsJsonAsync("/api/v1/docks/me/bays", new[] { bay }, EvidenceJson.Options);
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        var bays = await TestDock.ReadAsync<BayView[]>(await server.Operator.GetAsync("/api/v1/bays"));

        var shown = Assert.Single(bays);
        Assert.Equal(("一中队采集站", dock.Id, "1-2", "Offloading", 30L), (shown.Dock, shown.DockId, shown.Bay, shown.State, shown.BytesTotal));
    }

    [Fact]
    public async Task A_lost_answer_is_given_again_to_the_same_token_only()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var invitation = await server.Get<Enrolment>().InviteAsync("custodian", default);
        var token = new string('b', 64);

        using var first = await EnrolAsync(server, invitation.Code, "站", token);
        using var again = await EnrolAsync(server, invitation.Code, "站", token);
        using var other = await EnrolAsync(server, invitation.Code, "站", new string('c', 64));

        Assert.Equal((await TestDock.ReadAsync<EnrolmentAnswer>(first)).DockId, (await TestDock.ReadAsync<EnrolmentAnswer>(again)).DockId);
        await TestDock.RefusedAsync(other, HttpStatusCode.Forbidden);
    }

    private static Task<HttpResponseMessage> EnrolAsync(TestServer server, string code, string name, string? tokenHash = null) =>
        server.Anonymous.PostAsJsonAsync(
            "/api/v1/docks/enrol",
            new EnrolmentRequest(code, name, tokenHash ?? Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32))),
            EvidenceJson.Options);
}
