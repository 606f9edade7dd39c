using System.Net;
using System.Net.Http.Json;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Disposal;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using static EvidenceIngest.Server.Tests.AccessRequests.AccessFixture;

namespace EvidenceIngest.Server.Tests.AccessRequests;

public sealed class AccessRequestTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_party_looks_at_a_marked_copy_after_a_head_agreed_and_every_step_stands_in_the_chain()
    {
        await using var site = await StartAsync(cluster);
        var opened = await site.OpenedAsync(await site.AgreedAsync());
        var copy = Assert.Single(opened.Items).Copy!;
        Assert.Equal((CopyState.Ready, true, "access-" + opened.Request), (copy.State, copy.Watermarked, copy.Rendition));
        Assert.Empty(opened.WaitsFor);
        var link = await site.LinkAsync(opened);

        using var look = await site.Server.Anonymous.GetAsync(link.Url);

        var shown = await look.Content.ReadAsByteArrayAsync();
        Assert.StartsWith($"赵某|{opened.Request}|", Encoding.UTF8.GetString(shown), StringComparison.Ordinal);
        Assert.True(shown.AsSpan().EndsWith(FakeMedia.Proxy));
        Assert.Equal("inline", look.Content.Headers.ContentDisposition!.ToString());
        Assert.True(look.Headers.CacheControl!.NoStore);
        foreach (var (kind, words) in new[]
        {
            (CustodyEventKind.AccessRequested, "赵某 (Lawyer, LawyerLicence …12X4)"), (CustodyEventKind.AccessDecided, "Agreed as Head"), (CustodyEventKind.AccessOpened, opened.Request),
            (CustodyEventKind.LinkMade, "3 openings"), (CustodyEventKind.Viewed, "from 127.0.0.1; opening 1 of 3"),
        })
            Assert.Contains(words, Assert.Single(await site.ChainAsync(kind)).Detail, StringComparison.Ordinal);
        Assert.Contains("watermarked for access request " + opened.Request, (await site.ChainAsync(CustodyEventKind.Rendered))[^1].Detail, StringComparison.Ordinal);
        var stored = await site.Server.Catalogue.ReadAsync(db => db.Renditions.SingleAsync(r => r.Name == copy.Rendition), default);
        var proxy = await site.Server.Catalogue.ReadAsync(db => db.Renditions.SingleAsync(r => r.Name == "proxy"), default);
        Assert.Equal([proxy.Sha256], stored.Recipe.Parents);
    }

    [Fact]
    public async Task The_deadline_is_counted_in_working_days_day_by_day_and_anew_when_the_calendar_changes()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.EnterAsync();
        var days = request.DueDays.Where(d => d.Counted is not null).ToList();
        Assert.Equal(Enumerable.Range(0, 6).Cast<int?>(), days.Select(d => d.Counted));
        Assert.Equal(days[^1].Day.ToDateTime(new TimeOnly(23, 59, 59)), request.DueAt.DateTime);

        // The year's notice as it ships, or that of a year that has none yet, with one more day off.
        var off = request.DueDays.First(d => d.Counted == 1).Day;
        var year = Enumerable.Range(0, 366).Select(new DateOnly(off.Year, 1, 1).AddDays).Where(d => d.Year == off.Year).ToList();
        var moved = year.Where(d => d != off).Select(d => (Day: d, WorkingDayCalendar.Shipped.Describe(d).Kind)).Where(d => d.Kind is DayKind.Holiday or DayKind.MadeUp).ToList();
        var known = moved.Count > 0 ? moved : [.. year.Take(6).Select(d => (d, DayKind.Holiday))];
        var lines = known.Where(d => d.Day != off).Append((Day: off, Kind: DayKind.Holiday)).Select(d => $"{d.Day:yyyy-MM-dd},{(d.Kind == DayKind.Holiday ? "holiday" : "workday")},放假");
        await PutAsync(site.Server.Operator, $"calendar/{off.Year}", new NoticeRequest("date,kind,occasion\n" + string.Join('\n', lines), "测试通知"));
        await site.KeepAsync();

        var later = await site.FindAsync(request);
        Assert.True(later.DueAt > request.DueAt);
        Assert.Contains(request.Request, Assert.Single(await site.ChainAsync(CustodyEventKind.DeadlineChanged)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overdue_request_is_told_once_and_shown_in_the_status()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.EnterAsync();
        site.Server.Clock.Shift = TimeSpan.FromDays(40);

        await site.KeepAsync();
        await site.KeepAsync();

        Assert.True((await site.FindAsync(request)).Overdue);
        var status = await site.Server.Operator.GetFromJsonAsync<ServerStatus>("/api/v1/status", EvidenceJson.Options);
        Assert.Equal(new AccessStatus(1, 1, 0), status!.Access);
        var told = await site.Server.Catalogue.ReadAsync(db => db.Outbox.Where(o => o.Subject == request.Request).ToListAsync(), default);
        Assert.Equal(EventTypes.AccessOverdue, Assert.Single(told).Told!.Name);
    }

    [Fact]
    public async Task After_an_agreement_with_redaction_it_waits_for_a_released_copy()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.DecideAsync(await site.EnterAsync(), new AccessDecision(AccessState.AgreedWithRedaction, "遮蔽无关人员后同意"));

        Assert.Contains(request.WaitsFor, w => w.Contains("遮蔽件", StringComparison.Ordinal));
        Assert.Contains("redacted rendition", await RefusedAsync(site.AsCustodian, $"access-requests/{request.Request}/open", new { }), StringComparison.Ordinal);
        Assert.Null((await site.FindAsync(request)).OpenedAt);

        byte[] redacted = [.. "redacted "u8, .. FakeMedia.Proxy];
        var digest = TestDock.Digest(redacted);
        using var content = new MemoryStream(redacted);
        var version = await site.Server.Vault.PutAsync(new VaultObject("evidence-renditions", $"renditions/{site.Item}/redacted-1.mp4"), content, "video/mp4", default);
        var now = site.Server.Clock.GetUtcNow();
        await site.Server.Catalogue.WriteAsync(
            async db =>
            {
                db.Add(new StoredRendition
                {
                    ItemId = site.Item, Name = "redacted-1", Bucket = version.Bucket, Key = version.Key, VersionId = version.VersionId, ContentType = "video/mp4",
                    Bytes = redacted.Length, Sha256 = digest.Sha256, Recipe = new RenditionRecipe("test", [], [], false, 0), MadeAt = now,
                });
                await db.SaveChangesAsync();
                db.Add(new RedactionOrder
                {
                    Id = "1", ItemId = site.Item, Number = 1, Plan = [], PlanSha256 = "", Why = "试", OrderedBy = "甲", OrderedAt = now, State = RedactionState.Released, DueAt = now, Bucket = version.Bucket,
                    Key = "redacted-1", Rendition = "redacted-1", MadeAt = now, ReviewedBy = "乙", ReviewedAt = now, ReviewWhy = "试",
                });
            },
            default);
        var link = await site.LinkAsync(await site.OpenedAsync(request));

        Assert.Contains("|redacted ", Encoding.UTF8.GetString(await site.Server.Anonymous.GetByteArrayAsync(link.Url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sound_is_played_without_a_mark_and_the_request_says_so()
    {
        await using var site = await StartAsync(cluster, sound: true);

        var opened = await site.OpenedAsync(await site.AgreedAsync());

        var copy = Assert.Single(opened.Items).Copy!;
        Assert.Equal((CopyState.Ready, false, "proxy"), (copy.State, copy.Watermarked, copy.Rendition));
        Assert.Contains(opened.WaitsFor, w => w.Contains("水印", StringComparison.Ordinal));
        Assert.Equal(FakeMedia.Proxy, await site.Server.Anonymous.GetByteArrayAsync((await site.LinkAsync(opened)).Url));
    }

    [Fact]
    public async Task A_copy_that_can_t_be_made_says_why_and_is_made_once_it_can()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.AgreedAsync();
        site.Server.Media.MarkingFails = new RenditionFailedException("there are no readable pictures to mark");

        var failed = await site.OpenedAsync(request);

        Assert.Equal((CopyState.Failed, "there are no readable pictures to mark"), (failed.Items[0].Copy!.State, failed.Items[0].Copy!.Note));
        Assert.Contains("Failed", await RefusedAsync(site.AsCustodian, $"access-requests/{request.Request}/links", new AccessLinkRequest(site.Item)), StringComparison.Ordinal);
        site.Server.Media.MarkingFails = new MediaToolUnavailableException("the disk is full");
        var waiting = await site.OpenedAsync(request);
        Assert.Equal(CopyState.Waiting, waiting.Items[0].Copy!.State);
        Assert.Contains("the disk is full", waiting.Items[0].Copy!.Note, StringComparison.Ordinal);

        site.Server.Media.MarkingFails = null;
        site.Server.Clock.Shift = TimeSpan.FromMinutes(1);
        await site.KeepAsync();
        Assert.Equal(CopyState.Ready, (await site.FindAsync(request)).Items[0].Copy!.State);
    }

    [Fact]
    public async Task What_has_no_viewing_copy_yet_is_waited_for()
    {
        await using var site = await StartAsync(cluster, rendered: false);

        var opened = await site.OpenedAsync(await site.AgreedAsync());

        Assert.Equal(CopyState.Waiting, opened.Items[0].Copy!.State);
        Assert.Contains("viewing copy", opened.Items[0].Copy!.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_for_a_case_names_what_the_case_has_then_and_nothing_later()
    {
        await using var site = await StartAsync(cluster);
        await PutAsync(site.AsCustodian, "cases/c-1", new CaseRequest(null, null, null, CaseState.Open, null, "zd1"));
        await AskAsync<CaseView>(site.AsCustodian, "cases/c-1/items", new CaseLinkRequest([site.Item], "关联"));
        var entered = await AskAsync<AccessRequestView>(site.AsCustodian, "access-requests", site.Entry() with { Items = null, Case = "c-1" });
        var request = await site.DecideAsync(entered, new AccessDecision(AccessState.Agreed, "同意"));

        var later = await ItemAsync(site.Server, "zd1");
        await AskAsync<CaseView>(site.AsCustodian, "cases/c-1/items", new CaseLinkRequest([later], "补充"));

        Assert.Equal(site.Item, Assert.Single((await site.OpenedAsync(request)).Items).Item);
        Assert.Contains("does not belong", await RefusedAsync(site.AsCustodian, $"access-requests/{request.Request}/links", new AccessLinkRequest(later)), StringComparison.Ordinal);
        Assert.Empty(await site.ChainAsync(CustodyEventKind.AccessDecided, later));
    }

    [Fact]
    public async Task A_refusal_names_the_law_and_opens_nothing()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.EnterAsync();
        await RefusedAsync(site.AsHead, $"access-requests/{request.Request}/decide", new AccessDecision(AccessState.Refused, "不予同意"), HttpStatusCode.BadRequest);

        var refused = await site.DecideAsync(request, new AccessDecision(AccessState.Refused, "不予同意", "《行政处罚法》第五十条"));

        Assert.Equal("《行政处罚法》第五十条", refused.Decision!.Ground);
        Assert.Contains("Refused", await RefusedAsync(site.AsCustodian, $"access-requests/{request.Request}/open", new { }), StringComparison.Ordinal);
        await RefusedAsync(site.AsCustodian, $"access-requests/{request.Request}/withdraw", new AccessWord("不再需要"));
    }

    [Fact]
    public async Task Nothing_is_disposed_of_while_somebody_waits_to_look_at_it()
    {
        await using var site = await StartAsync(cluster);
        await site.EnterAsync();
        await site.Server.Get<RetentionKeeper>().RunOnceAsync(default);
        site.Server.Clock.Shift = TimeSpan.FromDays(366 * 11);
        await site.Server.Get<RetentionKeeper>().RunOnceAsync(default);

        var why = await RefusedAsync(site.AsCustodian, "disposals", new DisposalRequest([site.Item], "到期"));

        Assert.Contains("not decided yet", why, StringComparison.Ordinal);
    }
}
