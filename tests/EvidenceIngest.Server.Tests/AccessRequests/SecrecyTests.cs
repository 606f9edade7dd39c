using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Supervision;
using EvidenceIngest.Server.Tests.Support;
using static EvidenceIngest.Server.Tests.AccessRequests.AccessFixture;

namespace EvidenceIngest.Server.Tests.AccessRequests;

public sealed class SecrecyTests(PrivateCluster cluster)
{
    private static readonly AccessDecision Agree = new(AccessState.Agreed, "同意查阅");

    [Fact]
    public async Task A_state_secret_can_only_be_refused()
    {
        await using var site = await StartAsync(cluster);
        var request = await site.EnterAsync();
        await site.MarkAsync(site.AsCustodian, Secrecy.StateSecret);

        foreach (var decision in new[] { Agree, Agree with { Consent = "当事人书面同意" }, new AccessDecision(AccessState.AgreedWithRedaction, "遮蔽后同意") })
            Assert.Contains("保守国家秘密法", await RefusedAsync(site.AsHead, $"access-requests/{request.Request}/decide", decision), StringComparison.Ordinal);
        await site.DecideAsync(request, new AccessDecision(AccessState.Refused, "涉及国家秘密", "《保守国家秘密法》"));
    }

    [Theory]
    [InlineData(Secrecy.TradeSecret)]
    [InlineData(Secrecy.PersonalPrivacy)]
    public async Task Trade_secrets_and_privacy_need_redaction_or_a_written_consent(Secrecy level)
    {
        await using var site = await StartAsync(cluster);
        await site.MarkAsync(site.AsCustodian, level);
        var request = await site.EnterAsync();

        Assert.Contains("redaction", await RefusedAsync(site.AsHead, $"access-requests/{request.Request}/decide", Agree), StringComparison.Ordinal);
        var agreed = await site.DecideAsync(request, Agree with { Consent = "某公司2026年11月20日书面同意，存卷" });

        Assert.Equal(AccessState.Agreed, agreed.State);
        Assert.Contains("存卷", Assert.Single(await site.ChainAsync(CustodyEventKind.AccessDecided)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Secrecy.StateSecret)]
    [InlineData(Secrecy.PersonalPrivacy)]
    public async Task A_level_that_is_raised_after_the_agreement_shuts_what_was_opened(Secrecy level)
    {
        await using var site = await StartAsync(cluster);
        var request = await site.OpenedAsync(await site.AgreedAsync());
        var link = await site.LinkAsync(request);

        await site.MarkAsync(site.AsCustodian, level);

        using (var look = await site.Server.Anonymous.GetAsync(link.Url))
            await TestDock.RefusedAsync(look, HttpStatusCode.Gone);
        Assert.Contains(site.Item, await RefusedAsync(site.AsCustodian, $"access-requests/{request.Request}/links", new AccessLinkRequest(site.Item)), StringComparison.Ordinal);
        Assert.Empty(await site.ChainAsync(CustodyEventKind.Viewed));
    }

    [Fact]
    public async Task Custodians_raise_heads_alone_lower_and_the_chain_says_why()
    {
        await using var site = await StartAsync(cluster);
        await site.MarkAsync(site.AsCustodian, Secrecy.TradeSecret);

        await site.MarkAsync(site.AsCustodian, Secrecy.PersonalPrivacy, HttpStatusCode.Forbidden);
        await site.MarkAsync(site.Server.Operator, Secrecy.None, HttpStatusCode.Forbidden);
        await RefusedAsync(site.AsCustodian, $"items/{site.Item}/secrecy/lower", new SecrecyRequest(Secrecy.None, "解密"), HttpStatusCode.Forbidden);
        await RefusedAsync(site.AsHead, $"items/{site.Item}/secrecy/lower", new SecrecyRequest(Secrecy.StateSecret, "定密"));
        var lowered = await AskAsync<SecrecyView>(site.AsHead, $"items/{site.Item}/secrecy/lower", new SecrecyRequest(Secrecy.None, "已公开"));

        Assert.Equal(Secrecy.None, lowered.Level);
        Assert.Equal(
            ["secrecy: from None to TradeSecret, as Custodian; reason: 经定密审核", "secrecy: from TradeSecret to None, as Head; reason: 已公开"],
            (await site.ChainAsync(CustodyEventKind.SecrecyChanged)).Select(e => e.Detail));
    }

    [Fact]
    public async Task Whoever_would_not_see_it_any_more_can_t_mark_a_state_secret()
    {
        await using var site = await StartAsync(cluster);
        using var above = await site.Server.PersonAsync("周某", Role.Custodian, "aj");

        await site.MarkAsync(above, Secrecy.StateSecret, HttpStatusCode.Conflict);
        await site.MarkAsync(site.Server.Operator, Secrecy.StateSecret, HttpStatusCode.Conflict);

        await site.MarkAsync(above, Secrecy.TradeSecret);
    }

    [Fact]
    public async Task Lists_figures_cases_and_links_leak_no_state_secret()
    {
        await using var site = await StartAsync(cluster);
        await PutAsync(site.AsCustodian, "cases/c-1", new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 20), "zd1"));
        await AskAsync<CaseView>(site.AsCustodian, "cases/c-1/items", new CaseLinkRequest([site.Item], "关联"));
        await site.Server.Get<CaseFiles>().RunOnceAsync(default);
        var link = await AskAsync<LinkAnswer>(site.AsCustodian, $"items/{site.Item}/links", new LinkRequest());
        using var above = await site.Server.PersonAsync("周某", Role.Custodian, "aj");
        using var supervisor = await site.Server.PersonAsync("吴某", Role.Supervisor, "root");
        var system = await AskAsync<IssuedToken>(site.Server.Operator, "tokens", new TokenRequest("办案系统", Role.CaseSystem, Unit: "zd1"));
        using var program = site.Server.Client(system.Secret);
        Assert.Equal(1, await CountedAsync(supervisor));
        Assert.Contains(site.Item, await above.GetStringAsync("/api/v1/cases/c-1"), StringComparison.Ordinal);

        await site.MarkAsync(site.AsCustodian, Secrecy.StateSecret);

        Assert.Equal(0, await CountedAsync(supervisor));
        foreach (var person in new[] { above, supervisor, program, site.Server.Operator })
        {
            foreach (var path in new[] { "items", "items/export", "cases", "cases/c-1" })
                Assert.DoesNotContain(site.Item, await person.GetStringAsync("/api/v1/" + path), StringComparison.Ordinal);
            using var one = await person.GetAsync("/api/v1/items/" + site.Item);
            Assert.EndsWith($" / there is no item {site.Item}", await TestDock.RefusedAsync(one, HttpStatusCode.NotFound), StringComparison.Ordinal);
        }

        Assert.Equal(1, await CountedAsync(site.AsCustodian));
        Assert.Contains(site.Item, await site.AsHead.GetStringAsync("/api/v1/cases/c-1"), StringComparison.Ordinal);
        using var late = await site.Server.Anonymous.GetAsync(link.Url);
        await TestDock.RefusedAsync(late, HttpStatusCode.Gone);
    }

    private static async Task<int> CountedAsync(HttpClient person) =>
        (await person.GetFromJsonAsync<SupervisionReport>("/api/v1/supervision?from=2026-11-01&to=2026-11-30&by=unit", EvidenceJson.Options))!.Rows.Sum(r => r.Items);
}
