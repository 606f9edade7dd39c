using System.Text.Json.Nodes;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Audit;

public sealed class AuditPageTests(Office office)
{
    [Fact]
    public async Task An_event_is_found_and_its_proof_holds_outside_the_page()
    {
        var unit = "a" + Guid.NewGuid().ToString("N")[..8];
        await office.Owner().SendAsync(HttpMethod.Put, "units/" + unit, new { name = "审计用中队", kind = "Team", parent = "root" });
        await using var visit = await office.VisitAsync(Person.Auditor);
        await visit.GoAsync("/audit");
        Assert.All(await visit.Page.Locator("tr[data-event] .detail").AllInnerTextsAsync(), told => Assert.True(told.Any(c => c >= 0x4e00), "has no Chinese reading: " + told));
        await visit.Page.FillAsync("#q", unit);
        await visit.Page.SelectOptionAsync("#kind", "UnitChanged");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "查询" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("tr[data-event]")).ToHaveCountAsync(1);
        Assert.Contains("kind=UnitChanged", visit.Page.Url, StringComparison.Ordinal);
        var sequence = (await visit.Page.Locator("tr[data-event]").GetAttributeAsync("data-event"))!;
        // A head is signed once a minute.
        var auditor = await office.ApiAsync(Person.Auditor);
        await Office.UntilAsync("the event is under a signed head", async () =>
        {
            try
            {
                await auditor.GetAsync($"service/custody/{sequence}/proof");
                return true;
            }
            catch (Exception e) when (e.Message.Contains("409", StringComparison.Ordinal))
            {
                return false;
            }
        });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "查看" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog[open]")).ToContainTextAsync("该记录在签名的树头之下");
        await visit.InspectAsync("audit-proof");
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "下载证明" }).ClickAsync());

        var proof = JsonNode.Parse(await File.ReadAllTextAsync(await download.PathAsync()))!;
        var envelope = EvidenceJson.FromBytes<SignedEnvelope>(System.Text.Encoding.UTF8.GetBytes(proof["head"]!.ToJsonString()));
        var head = EvidenceJson.FromBytes<TreeHead>(envelope.Payload);
        using var key = new VerificationKey(head.PublicKey);
        Assert.Equal(head, TreeHead.Verify(envelope, key));
        Assert.True(EvidenceJson.FromBytes<InclusionProof>(System.Text.Encoding.UTF8.GetBytes(proof["proof"]!.ToJsonString())).Holds(head));
    }

    [Fact]
    public async Task Days_without_events_say_so_and_more_comes_page_by_page()
    {
        await using var visit = await office.VisitAsync(Person.Auditor, english: true);
        await visit.GoAsync("/audit?from=2019-01-01&to=2019-12-31");
        await Assertions.Expect(visit.Page.Locator(".empty")).ToContainTextAsync("No event is like that");
        await visit.GoAsync("/audit");
        var first = int.Parse((await visit.Page.Locator("tr[data-event]").First.GetAttributeAsync("data-event"))!, System.Globalization.CultureInfo.InvariantCulture);
        var shown = await visit.Page.Locator("tr[data-event]").CountAsync();
        Assert.Equal(Math.Min(100, first), shown);
        await visit.InspectAsync("audit-en");
    }
}
