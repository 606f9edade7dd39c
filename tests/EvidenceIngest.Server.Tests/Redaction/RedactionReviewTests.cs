using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Redaction;

/// <summary>Who may let a redacted copy out, and what happens to it until then.</summary>
public sealed class RedactionReviewTests(PrivateCluster cluster)
{
    private static readonly RedactionPlan Plan = new([new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0, 0, 0.5, 0.5)])]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Until_another_person_who_looked_at_it_releases_it_nobody_else_sees_it()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await ItemAsync(site);
        await site.MakeAsync(item, Plan);
        Assert.Contains("复核放行", await LinkRefusedAsync(site, item), StringComparison.Ordinal);
        using (var package = await site.AsOrderer.PostAsJsonAsync("/api/v1/packages", new PackageRequest([item], ["redacted-1"], "移送"), EvidenceJson.Options, Ct))
            Assert.Contains("复核放行", await TestDock.RefusedAsync(package, HttpStatusCode.Conflict), StringComparison.Ordinal);

        // The one who ordered it may look, and not release it.
        await site.Server.Anonymous.GetByteArrayAsync((await RedactionSite.PreviewAsync(site.AsOrderer, item)).Url, Ct);
        using (var own = await RedactionSite.ReviewAsync(site.AsOrderer, item, RedactionState.Released))
            Assert.Contains("申请人以外的人", await TestDock.RefusedAsync(own, HttpStatusCode.Conflict), StringComparison.Ordinal);
        // Somebody else's look, and a link that nobody opened, are no looks of the reviewer's.
        await RedactionSite.PreviewAsync(site.AsReviewer, item);
        using (var blind = await RedactionSite.ReviewAsync(site.AsReviewer, item, RedactionState.Released))
            Assert.Contains("预览", await TestDock.RefusedAsync(blind, HttpStatusCode.Conflict), StringComparison.Ordinal);
        await site.ReleaseAsync(item);

        using var answer = await site.AsOrderer.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest("redacted-1"), EvidenceJson.Options, Ct);
        Assert.NotEmpty(await site.Server.Anonymous.GetByteArrayAsync((await TestDock.ReadAsync<LinkAnswer>(answer)).Url, Ct));
        var chain = await site.Server.Get<ItemRegister>().CustodyAsync(item, Ct);
        Assert.All(chain, e => Assert.Null(e.Broken));
        var order = await site.FindAsync(item);
        foreach (var (kind, by) in new[] { (CustodyEventKind.RedactionOrdered, RedactionSite.Orderer), (CustodyEventKind.RedactionReleased, RedactionSite.Reviewer) })
        {
            var told = Assert.Single(chain, e => e.Kind == kind);
            Assert.Equal("operator:" + TestServer.Called(by), told.Actor);
            Assert.Contains(order.PlanSha256, told.Detail, StringComparison.Ordinal);
        }

        Assert.Contains(chain, e => e.Kind == CustodyEventKind.Rendered && e.Detail.StartsWith("redacted-1:", StringComparison.Ordinal) && e.Detail.Contains(order.PlanSha256, StringComparison.Ordinal));
        Assert.Equal(3, chain.Count(e => e.Kind == CustodyEventKind.Viewed && e.Detail.StartsWith("redacted-1 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_rejected_copy_is_shown_to_nobody_any_more_and_another_plan_is_another_copy()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await ItemAsync(site);
        await site.MakeAsync(item, Plan);
        var preview = await RedactionSite.PreviewAsync(site.AsOrderer, item);
        using (var answer = await RedactionSite.ReviewAsync(site.AsReviewer, item, RedactionState.Rejected))
            Assert.Equal(RedactionState.Rejected, (await TestDock.ReadAsync<RedactionView>(answer)).State);

        using (var closed = await site.Server.Anonymous.GetAsync(preview.Url, Ct))
            await TestDock.RefusedAsync(closed, HttpStatusCode.Gone);
        using (var again = await site.AsReviewer.PostAsJsonAsync(RedactionSite.Path(item, "/1/preview"), new { }, Ct))
            await TestDock.RefusedAsync(again, HttpStatusCode.Conflict);
        using (var turned = await RedactionSite.ReviewAsync(site.AsReviewer, item, RedactionState.Released))
            await TestDock.RefusedAsync(turned, HttpStatusCode.Conflict);
        await LinkRefusedAsync(site, item);

        await site.MakeAsync(item, Plan);
        await site.ReleaseAsync(item, 2);
        Assert.Equal([RedactionState.Rejected, RedactionState.Released], (await site.AsOrderer.GetFromJsonAsync<RedactionView[]>(RedactionSite.Path(item), EvidenceJson.Options, Ct))!.Select(r => r.State));
    }

    [Fact]
    public async Task Of_two_reviewers_at_once_one_decides()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        using var third = await site.Server.PersonAsync("赵敏", Role.Head);
        var item = await ItemAsync(site);
        await site.MakeAsync(item, Plan);
        foreach (var person in new[] { site.AsReviewer, third })
            await site.Server.Anonymous.GetByteArrayAsync((await RedactionSite.PreviewAsync(person, item)).Url, Ct);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RedactionSite.ReviewAsync(i % 2 == 0 ? site.AsReviewer : third, item, i % 2 == 0 ? RedactionState.Released : RedactionState.Rejected)));
        var chain = await site.Server.Get<ItemRegister>().CustodyAsync(item, Ct);
        Assert.Single(chain, e => e.Kind is CustodyEventKind.RedactionReleased or CustodyEventKind.RedactionRejected);
        Assert.All(answers, a => Assert.Contains(a.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
    }

    [Fact]
    public async Task The_database_lets_nobody_change_a_plan_or_release_what_they_ordered()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await ItemAsync(site);
        await site.MakeAsync(item, Plan);
        foreach (var change in new[]
        {
            "update redactions set plan = ''", "update redactions set ordered_by = 'x'", "delete from redactions", "truncate redactions cascade",
            "update redactions set state = 'Released', reviewed_by = ordered_by, reviewed_at = now(), review_why = 'x'", "update redactions set state = 'Released'",
            "update redactions set state = 'Ordered', rendition = null, made_at = null", "update redactions set rendition = 'proxy'",
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => site.Server.Catalogue.WriteAsync(db => db.Database.ExecuteSqlRawAsync(change, Ct), Ct));
        }

        Assert.Equal(RedactionState.ToReview, (await site.FindAsync(item)).State);
    }

    [Fact]
    public async Task A_request_that_was_agreed_to_with_redaction_waits_for_a_released_copy_and_shows_that()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        using var head = await site.Server.PersonAsync("孙某", Role.Head);
        var item = await ItemAsync(site);
        var entry = new AccessRequestEntry(new AccessParty("赵某", Standing.Party, IdentityDocument.IdentityCard, "1234"), "核对", [item]);
        var request = (await AskAsync<AccessRequestView>(site.AsOrderer, "access-requests", entry)).Request;
        await AskAsync<AccessRequestView>(head, $"access-requests/{request}/decide", new AccessDecision(AccessState.AgreedWithRedaction, "遮蔽后同意"));
        await OpenRefusedAsync(site, request);
        var (file, _) = await site.MakeAsync(item, Plan);
        await OpenRefusedAsync(site, request);
        await site.ReleaseAsync(item);

        await AskAsync<AccessRequestView>(site.AsOrderer, $"access-requests/{request}/open", new { });
        await site.Server.Get<AccessKeeper>().RunOnceAsync(Ct);
        var link = await AskAsync<AccessLinkAnswer>(site.AsOrderer, $"access-requests/{request}/links", new AccessLinkRequest(item));

        // The stand-in for the watermark writes what it says before what it marks.
        var shown = await site.Server.Anonymous.GetByteArrayAsync(link.Url, Ct);
        Assert.StartsWith("赵某|" + request, System.Text.Encoding.UTF8.GetString(shown), StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(file, Ct), shown[^(int)new FileInfo(file).Length..]);
    }

    [Fact]
    public async Task People_of_another_unit_and_programs_get_at_none_of_it()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        using (var made = await site.Server.Operator.PutAsJsonAsync("/api/v1/units/zd9", new UnitRequest("九中队", UnitKind.Team, "root"), EvidenceJson.Options, Ct))
            made.EnsureSuccessStatusCode();
        using var stranger = await site.Server.PersonAsync("钱某", Role.Custodian, "zd9");
        using var supervisor = await site.Server.PersonAsync("周某", Role.Supervisor);
        var item = await ItemAsync(site);
        await site.MakeAsync(item, Plan);
        foreach (var (person, status) in new[] { (stranger, HttpStatusCode.NotFound), (supervisor, HttpStatusCode.Forbidden) })
        {
            using var preview = await person.PostAsJsonAsync(RedactionSite.Path(item, "/1/preview"), new { }, Ct);
            using var plan = await person.GetAsync(RedactionSite.Path(item, "/1"), Ct);
            using var review = await RedactionSite.ReviewAsync(person, item, RedactionState.Rejected);
            using var order = await person.PostAsJsonAsync(RedactionSite.Path(item), new RedactionRequest(Plan, "试"), EvidenceJson.Options, Ct);
            Assert.All(new[] { preview, plan, review, order }, a => Assert.Equal(status, a.StatusCode));
        }
    }

    private static async Task<string> ItemAsync(RedactionSite site) => await RealMedia.SealAsync(site.Server, await site.Studio.FilmAsync("a.mp4", 2, "160x120"));

    private static async Task<string> LinkRefusedAsync(RedactionSite site, string item)
    {
        using var answer = await site.AsOrderer.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest("redacted-1"), EvidenceJson.Options, Ct);
        return await TestDock.RefusedAsync(answer, HttpStatusCode.Conflict);
    }

    private static async Task OpenRefusedAsync(RedactionSite site, string request)
    {
        using var answer = await site.AsOrderer.PostAsJsonAsync($"/api/v1/access-requests/{request}/open", new { }, Ct);
        Assert.Contains("复核放行", await TestDock.RefusedAsync(answer, HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    private static async Task<T> AskAsync<T>(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options, Ct);
        return await TestDock.ReadAsync<T>(answer);
    }
}
