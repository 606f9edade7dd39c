using System.Net;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Redaction;

/// <summary>What may be ordered, and that an order survives whatever happens while it is carried out.</summary>
public sealed class RedactionOrderTests(PrivateCluster cluster)
{
    private const string Key = """{"at":0,"x":0,"y":0,"width":0.5,"height":0.5}""";

    private static readonly RedactionPlan Plan = new([new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0, 0, 0.5, 0.5)])]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_cannot_be_redacted_is_refused_and_says_where()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        // Five minutes, by the fake inspector.
        var item = (await dock.DeliverAsync(TestDock.Record())).ItemId;
        await RefusedAsync(server, item, Body($$"""{"regions":[{"mode":"Black","keyFrames":[{{Key}}]}]}"""), HttpStatusCode.Conflict, "尚未完成封存");
        Assert.True(await server.RunAsync(item, Stage.Seal));
        Assert.True(await server.RunAsync(item, Stage.Inspect));
        foreach (var (plan, where) in new[]
        {
            ("{}", "plan:"), ("""{"regions":[],"sounds":[],"words":[]}""", "plan:"), ("null", ""), ("[]", ""), ("""{"other":1}""", ""),
            ("""{"regions":[{"mode":"Black","keyFrames":[]}]}""", "plan.regions[0].keyFrames:"), ("""{"regions":[{"mode":"Black"}]}""", ""), ("""{"regions":[null]}""", ""),
            ("""{"regions":[{"mode":"Pink","keyFrames":[]}]}""", ""), ("""{"regions":[{"mode":1,"keyFrames":[]}]}""", ""),
            (Region(Key.Replace("\"x\":0", "\"x\":-0.1", StringComparison.Ordinal)), "plan.regions[0].keyFrames[0]:"),
            (Region(Key.Replace("\"x\":0", "\"x\":0.6", StringComparison.Ordinal)), "plan.regions[0].keyFrames[0]:"),
            (Region(Key.Replace("\"x\":0", "\"x\":1e308", StringComparison.Ordinal)), "plan.regions[0].keyFrames[0]:"),
            (Region(Key.Replace("\"x\":0", "\"x\":\"NaN\"", StringComparison.Ordinal)), ""), (Region(Key.Replace("\"x\":0", "\"x\":NaN", StringComparison.Ordinal)), ""),
            (Region(Key.Replace("\"x\":0", "\"x\":1e999", StringComparison.Ordinal)), ""),
            (Region(Key.Replace("0.5,\"height\"", "0,\"height\"", StringComparison.Ordinal)), "plan.regions[0].keyFrames[0]:"),
            (Region(Key.Replace("0.5,\"height\"", "-1,\"height\"", StringComparison.Ordinal)), "plan.regions[0].keyFrames[0]:"),
            (Region(Key.Replace("0.5,\"height\"", "1.1,\"height\"", StringComparison.Ordinal)), "plan.regions[0].keyFrames[0]:"),
            (Region(Key.Replace("\"at\":0", "\"at\":301", StringComparison.Ordinal)), "plan.regions[0].keyFrames[0].at:"),
            (Region($"{Key},{Key}"), "plan.regions[0].keyFrames[1].at:"),
            (Region(Key, ""","from":5"""), "plan.regions[0].keyFrames[0].at:"), (Region(Key, ""","from":-1"""), "plan.regions[0].from:"), (Region(Key, ""","from":300"""), "plan.regions[0].from:"),
            (Region(Key, ""","to":0"""), "plan.regions[0]:"), (Region(Key, ""","to":302"""), "plan.regions[0].to:"), (Region(Key, ""","to":1e308"""), "plan.regions[0].to:"),
            ("""{"sounds":[{"mode":"Mute","from":3,"to":2}]}""", "plan.sounds[0]:"), ("""{"sounds":[{"mode":"Mute","from":-1e308}]}""", "plan.sounds[0].from:"), ("""{"sounds":[{"mode":"Mute","from":0,"to":400}]}""", "plan.sounds[0].to:"),
            ("""{"words":[{"mode":"Mute","segment":0}]}""", "plan.transcript:"), ("""{"transcript":1,"words":[{"mode":"Mute","segment":0}]}""", "plan.transcript:"), ("""{"transcript":2147483648}""", ""),
            ($$"""{"regions":[{{string.Join(',', Enumerable.Repeat($$"""{"mode":"Black","keyFrames":[{{Key}}]}""", 201))}}]}""", "plan.regions:"),
            ($$"""{"sounds":[{{string.Join(',', Enumerable.Repeat("""{"mode":"Mute"}""", 1001))}}]}""", "plan.sounds:"),
            (Region(string.Join(',', Enumerable.Range(0, 10_001).Select(i => Key.Replace("\"at\":0", FormattableString.Invariant($"\"at\":{i / 100.0}"), StringComparison.Ordinal)))), "plan.regions.keyFrames:"),
        })
        {
            await RefusedAsync(server, item, Body(plan), HttpStatusCode.BadRequest, where);
        }

        await RefusedAsync(server, item, """{"plan":{"sounds":[{"mode":"Mute"}]},"why":" "}""", HttpStatusCode.BadRequest, "why:");
        await RefusedAsync(server, item, """{"plan":{"sounds":[{"mode":"Mute"}]}}""", HttpStatusCode.BadRequest, "why");
        await RefusedAsync(server, item, Body("""{"sounds":[{"mode":"Mute"}]}""") + new string(' ', 5 << 20), HttpStatusCode.RequestEntityTooLarge, "");
        Assert.Equal(0, await server.Catalogue.ReadAsync(db => db.Redactions.CountAsync(Ct), Ct));
    }

    [Fact]
    public async Task A_plan_is_kept_as_it_was_sent_to_the_byte()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.FilmAsync("a.mp4", 2, "160x120"));
        const string Sent = "{ \"sounds\" : [ {\"mode\":\"Mute\", \"from\": 0.50 , \"to\":1e0}\n] }";
        using var content = new StringContent($$"""{"why":"试", "plan": {{Sent}} }""", Encoding.UTF8, "application/json");
        using var answer = await site.AsOrderer.PostAsync(RedactionSite.Path(item), content, Ct);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var stored = await site.Server.Catalogue.ReadAsync(db => db.Redactions.SingleAsync(Ct), Ct);
        Assert.Equal(Sent, Encoding.UTF8.GetString(stored.Plan));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stored.Plan)), stored.PlanSha256);
    }

    [Fact]
    public async Task An_order_survives_a_kill_at_every_step_and_is_made_once()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var server = site.Server;
        var item = await RealMedia.SealAsync(server, await site.Studio.FilmAsync("a.mp4", 1, "160x120"));
        var (struck, orders) = (true, 0);
        for (var step = 0; struck; step++)
        {
            var order = await site.OrderAsync(item, Plan);
            orders++;
            server.Faults.KillAt(step);
            try
            {
                await server.Get<RedactionKeeper>().RunOnceAsync(Ct);
            }
            catch (KilledException)
            {
            }

            struck = server.Faults.Struck;
            server.Faults.Never();
            server.Clock.Shift += TimeSpan.FromMinutes(1);
            await server.Get<RedactionKeeper>().RunOnceAsync(Ct);
            Assert.Equal(RedactionState.ToReview, (await site.FindAsync(item, order.Redaction)).State);
        }

        Assert.True(orders > 4);
        Assert.Equal(orders, await server.Catalogue.ReadAsync(db => db.Renditions.CountAsync(r => r.ItemId == item && r.Name.StartsWith("redacted-"), Ct), Ct));
        Assert.Equal(orders, (await server.Get<ItemRegister>().CustodyAsync(item, Ct)).Count(e => e.Kind == CustodyEventKind.Rendered && e.Detail.StartsWith("redacted-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Two_servers_make_an_order_once()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.FilmAsync("a.mp4", 1, "160x120"));
        await site.OrderAsync(item, Plan);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => site.Server.Get<RedactionKeeper>().RunOnceAsync(Ct)));
        Assert.Single(await site.Server.Get<ItemRegister>().CustodyAsync(item, Ct), e => e.Kind == CustodyEventKind.Rendered);
    }

    [Fact]
    public async Task What_cannot_be_read_ends_as_a_failed_order_that_says_why()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var item = (await dock.DeliverAsync(TestDock.Record())).ItemId;
        Assert.True(await server.RunAsync(item, Stage.Seal));
        Assert.True(await server.RunAsync(item, Stage.Inspect));
        using var content = new StringContent(Body("""{"sounds":[{"mode":"Mute"}]}"""), Encoding.UTF8, "application/json");
        using (var answer = await server.Operator.PostAsync(RedactionSite.Path(item), content, Ct))
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await server.Get<RedactionKeeper>().RunOnceAsync(Ct);
        var failed = await server.Catalogue.ReadAsync(db => db.Redactions.SingleAsync(Ct), Ct);
        Assert.Equal((RedactionState.Failed, null), (failed.State, failed.Rendition));
        Assert.Contains("无法读取", failed.Note, StringComparison.Ordinal);
        Assert.Contains(await server.Get<ItemRegister>().CustodyAsync(item, Ct), e => e.Kind == CustodyEventKind.RenderFailed && e.Detail.StartsWith("redacted-1:", StringComparison.Ordinal));
    }

    private static string Region(string keys, string more = "") => $$"""{"regions":[{"mode":"Black","keyFrames":[{{keys}}]{{more}}}]}""";

    private static string Body(string plan) => $$"""{"plan":{{plan}},"why":"试"}""";

    private static async Task RefusedAsync(TestServer server, string item, string body, HttpStatusCode status, string words)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await server.Operator.PostAsync(RedactionSite.Path(item), content, Ct);
        Assert.True(answer.StatusCode == status, $"{body[..Math.Min(300, body.Length)]}: {answer.StatusCode}");
        Assert.Contains(words, await TestDock.RefusedAsync(answer, status), StringComparison.Ordinal);
    }
}
