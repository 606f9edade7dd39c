using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using static EvidenceIngest.Server.Tests.AccessRequests.AccessFixture;

namespace EvidenceIngest.Server.Tests.AccessRequests;

public sealed class AccessAttackTests(PrivateCluster cluster)
{
    private static readonly AccessDecision Agree = new(AccessState.Agreed, "同意查阅");

    [Fact]
    public async Task Whoever_entered_it_can_t_decide_it_in_any_role()
    {
        await using var site = await StartAsync(cluster);
        using var both = await site.Server.PersonAsync(AccessFixture.Custodian, Role.Head, "zd1");
        var request = await site.EnterAsync();

        Assert.Contains("another person", await RefusedAsync(both, $"access-requests/{request.Request}/decide", Agree), StringComparison.Ordinal);
        await RefusedAsync(site.Server.Operator, $"access-requests/{request.Request}/decide", Agree, HttpStatusCode.Forbidden);
        var direct = await Assert.ThrowsAsync<PostgresException>(() => site.Server.Catalogue.WriteAsync(
            db => db.Database.ExecuteSqlAsync($"update access_requests set state = 'Agreed', decided_at = now(), decided_by = entered_by, decided_role = 'Head', decision_why = '同意'"), default));
        Assert.Equal(PostgresErrorCodes.CheckViolation, direct.SqlState);
    }

    [Fact]
    public async Task A_head_of_a_sibling_unit_finds_nothing_to_decide_and_one_above_does()
    {
        await using var site = await StartAsync(cluster);
        using var sibling = await site.Server.PersonAsync("孙某", Role.Head, "zd2");
        using var above = await site.Server.PersonAsync("周某", Role.Head, "aj");
        var request = await site.EnterAsync();

        await RefusedAsync(sibling, $"access-requests/{request.Request}/decide", Agree, HttpStatusCode.NotFound);
        Assert.DoesNotContain(request.Request, await sibling.GetStringAsync("/api/v1/access-requests"), StringComparison.Ordinal);
        Assert.Equal(AccessState.Agreed, (await AskAsync<AccessRequestView>(above, $"access-requests/{request.Request}/decide", Agree)).State);
    }

    [Fact]
    public async Task Nobody_enters_a_request_for_what_is_out_of_their_reach()
    {
        await using var site = await StartAsync(cluster);
        var other = await ItemAsync(site.Server, "zd2");

        await RefusedAsync(site.AsCustodian, "access-requests", site.Entry("赵某", site.Item, other), HttpStatusCode.NotFound);
        Assert.Empty(await site.ChainAsync(CustodyEventKind.AccessRequested));
    }

    [Fact]
    public async Task Neither_items_nor_another_decision_get_into_what_was_decided_not_even_through_the_database()
    {
        await using var site = await StartAsync(cluster);
        var other = await ItemAsync(site.Server, "zd1");
        var request = await site.AgreedAsync();

        Assert.Contains("decided already", await RefusedAsync(site.AsHead, $"access-requests/{request.Request}/decide", new AccessDecision(AccessState.Refused, "改主意", "无")), StringComparison.Ordinal);
        foreach (var sql in new FormattableString[]
        {
            $"insert into access_request_items (request_id, item_id) values ({request.Request}, {other})",
            $"delete from access_request_items where request_id = {request.Request}",
            $"update access_requests set state = 'AgreedWithRedaction' where id = {request.Request}",
            $"update access_requests set consent = '伪造' where id = {request.Request}",
            $"delete from access_requests where id = {request.Request}",
        })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => site.Server.Catalogue.WriteAsync(db => db.Database.ExecuteSqlAsync(sql), default));
            Assert.Contains(refused.SqlState, (string[])[PostgresErrorCodes.RestrictViolation, PostgresErrorCodes.ForeignKeyViolation]);
        }
    }

    [Fact]
    public async Task Of_two_heads_at_one_moment_one_decides()
    {
        await using var site = await StartAsync(cluster);
        using var second = await site.Server.PersonAsync("周某", Role.Head, "aj");
        var request = await site.EnterAsync();

        var answers = await Task.WhenAll(
            PostAsync(site.AsHead, $"access-requests/{request.Request}/decide", Agree),
            PostAsync(second, $"access-requests/{request.Request}/decide", new AccessDecision(AccessState.Refused, "不同意", "第三十条")));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
        Assert.Single(await site.ChainAsync(CustodyEventKind.AccessDecided));
    }

    [Fact]
    public async Task A_kill_anywhere_in_deciding_opening_and_marking_leaves_each_step_done_once()
    {
        await using var site = await StartAsync(cluster);
        var other = await ItemAsync(site.Server, "zd1");
        var request = await site.EnterAsync("赵某", site.Item, other);

        await UntilItEndsAsync(() => PostAsync(site.AsHead, $"access-requests/{request.Request}/decide", Agree));
        await UntilItEndsAsync(() => PostAsync(site.AsCustodian, $"access-requests/{request.Request}/open", new { }));
        for (var step = 0; ; step++)
        {
            site.Server.Faults.KillAt(step);
            site.Server.Clock.Shift += TimeSpan.FromMinutes(1);
            try
            {
                await site.KeepAsync();
            }
            catch (Exception e) when (e.GetBaseException() is KilledException)
            {
            }

            if (!site.Server.Faults.Struck)
                break;
            // A kill that the process lived to see was counted as an attempt.
            await site.Server.Catalogue.WriteAsync(db => db.AccessCopies.ExecuteUpdateAsync(set => set.SetProperty(c => c.Attempts, 0)), default);
        }

        site.Server.Faults.Never();
        foreach (var item in new[] { site.Item, other })
        {
            Assert.Single(await site.ChainAsync(CustodyEventKind.AccessDecided, item));
            Assert.Single(await site.ChainAsync(CustodyEventKind.AccessOpened, item));
            Assert.Single(await site.ChainAsync(CustodyEventKind.Rendered, item), e => e.Detail.Contains(request.Request, StringComparison.Ordinal));
        }

        Assert.All((await site.FindAsync(request)).Items, i => Assert.Equal(CopyState.Ready, i.Copy!.State));

        async Task UntilItEndsAsync(Func<Task<HttpResponseMessage>> ask)
        {
            for (var step = 0; ; step++)
            {
                site.Server.Faults.KillAt(step);
                using var answer = await ask();
                if (!site.Server.Faults.Struck)
                {
                    site.Server.Faults.Never();
                    Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task A_link_ends_with_its_time()
    {
        await using var site = await StartAsync(cluster);
        var link = await site.LinkAsync(await site.OpenedAsync(await site.AgreedAsync()));
        await OpensAsync(site, link);

        site.Server.Clock.Shift = TimeSpan.FromMinutes(61);

        await EndedAsync(site, link, "expired");
        Assert.Single(await site.ChainAsync(CustodyEventKind.Viewed));
    }

    [Fact]
    public async Task A_link_ends_with_its_request()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.OpenedAsync(await site.AgreedAsync());
        var link = await site.LinkAsync(request);

        await AskAsync<AccessRequestView>(site.AsCustodian, $"access-requests/{request.Request}/withdraw", new AccessWord("当事人撤回"));

        await EndedAsync(site, link, "has ended");
        await RefusedAsync(site.AsCustodian, $"access-requests/{request.Request}/links", new AccessLinkRequest(site.Item));
        Assert.Single(await site.ChainAsync(CustodyEventKind.AccessWithdrawn));
    }

    [Fact]
    public async Task A_link_is_opened_so_often_and_no_more()
    {
        await using var site = await StartAsync(cluster);
        var link = await site.LinkAsync(await site.OpenedAsync(await site.AgreedAsync()));

        for (var opening = 0; opening < 3; opening++)
        {
            await OpensAsync(site, link);
            // Ranges of one look are one opening, however long it lasts.
            site.Server.Clock.Shift += TimeSpan.FromMinutes(4);
            await OpensAsync(site, link);
            site.Server.Clock.Shift += TimeSpan.FromMinutes(6);
        }

        await EndedAsync(site, link, "3 times");
        Assert.Equal(3, (await site.ChainAsync(CustodyEventKind.Viewed)).Count);
    }

    [Fact]
    public async Task Many_at_once_don_t_open_it_more_often()
    {
        await using var site = await StartAsync(cluster);
        var link = await site.LinkAsync(await site.OpenedAsync(await site.AgreedAsync()));
        var token = link.Url[(link.Url.LastIndexOf('/') + 1)..];
        var looks = site.Server.Get<AccessLooks>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            try
            {
                await looks.OpenAsync(token, $"10.0.0.{i}", default);
                return true;
            }
            catch (RequestRefusedException)
            {
                return false;
            }
        }));

        Assert.Equal(3, answers.Count(opened => opened));
        Assert.Equal(3, (await site.ChainAsync(CustodyEventKind.Viewed)).Count);
    }

    [Fact]
    public async Task The_copy_leaves_by_no_other_way()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.OpenedAsync(await site.AgreedAsync());
        var rendition = request.Items[0].Copy!.Rendition!;

        await RefusedAsync(site.AsCustodian, $"items/{site.Item}/links", new LinkRequest(rendition), HttpStatusCode.BadRequest);
        await RefusedAsync(site.AsCustodian, "packages", new PackageRequest([site.Item], [rendition], "移送"), HttpStatusCode.BadRequest);
        // A token of the one kind of link opens nothing of the other.
        var link = await site.LinkAsync(request);
        using (var crossed = await site.Server.Anonymous.GetAsync(link.Url.Replace("/media/access/", "/media/", StringComparison.Ordinal)))
            await TestDock.RefusedAsync(crossed, HttpStatusCode.NotFound);
        var ordinary = await AskAsync<LinkAnswer>(site.AsCustodian, $"items/{site.Item}/links", new LinkRequest());
        using (var crossed = await site.Server.Anonymous.GetAsync(ordinary.Url.Replace("/media/", "/media/access/", StringComparison.Ordinal)))
            await TestDock.RefusedAsync(crossed, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>%{localtime}':x=0,drawbox=\\")]
    [InlineData("王\u202Eg4pm.exe")]
    public async Task A_hostile_name_is_a_name(string name)
    {
        await using var site = await StartAsync(cluster);

        var request = await site.EnterAsync(name);

        Assert.Equal(name, request.Party.Name);
    }

    [Fact]
    public async Task What_can_t_stand_in_a_request_is_refused_with_the_fields_name()
    {
        await using var site = await StartAsync(cluster);
        var good = site.Entry();
        foreach (var (entry, field) in new[]
        {
            (good with { Party = good.Party with { Name = new string('王', 300) } }, "party.name"),
            (good with { Party = good.Party with { Name = " " } }, "party.name"),
            (good with { Party = good.Party with { Name = "王\n某" } }, "party.name"),
            (good with { Party = good.Party with { DocumentTail = "370403199001011234" } }, "party.documentTail"),
            (good with { Party = good.Party with { DocumentTail = "1/;4" } }, "party.documentTail"),
            (good with { Reason = "身份证370403199001011234" }, "reason"),
            (good with { Items = [] }, "items, case"),
            (good with { Case = "c-1" }, "items, case"),
            (good with { Items = [.. Enumerable.Range(0, 101).Select(i => $"ev-{i}")] }, "items, case"),
            (good with { ReceivedOn = new DateOnly(2199, 1, 1) }, "receivedOn"),
        })
            Assert.StartsWith(field + ":", await RefusedAsync(site.AsCustodian, "access-requests", entry, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Empty(await site.ChainAsync(CustodyEventKind.AccessRequested));
    }

    private static async Task OpensAsync(AccessFixture site, AccessLinkAnswer link)
    {
        using var answer = await site.Server.Anonymous.GetAsync(link.Url);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task EndedAsync(AccessFixture site, AccessLinkAnswer link, string why)
    {
        using var answer = await site.Server.Anonymous.GetAsync(link.Url);
        Assert.Contains(why, await TestDock.RefusedAsync(answer, HttpStatusCode.Gone), StringComparison.Ordinal);
    }
}
