using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tests.Retention;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Items;

/// <summary>What custodians say of items: many at once, the scene's tick-list, why something was late.</summary>
public sealed class ReviewTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_selection_is_changed_and_linked_as_a_whole_and_every_chain_says_so()
    {
        await using var site = await RetentionFixture.StartAsync(cluster);
        string[] items = [site.Item, await RetentionFixture.SealAsync(site.Server), await RetentionFixture.SealAsync(site.Server)];
        await site.CaseAsync("a1", new CaseRequest(null, null, null, CaseState.Open, null));

        var first = await TestDock.ReadAsync<BulkAnswer>(await BulkAsync(site, new BulkRequest(items, "整理", ObjectOfProof: "检查经过", Case: "a1")));
        var again = await TestDock.ReadAsync<BulkAnswer>(await BulkAsync(site, new BulkRequest(items, "整理", ObjectOfProof: "检查经过", Case: "a1")));

        Assert.Equal((3, 0), (first.Changed, again.Changed));
        foreach (var item in items)
        {
            var chain = (await site.Custodian.GetFromJsonAsync<List<CustodyEventView>>($"/api/v1/items/{item}/custody", EvidenceJson.Options))!;
            Assert.Equal("objectOfProof: from nothing to '检查经过' (Person); reason: 整理", Assert.Single(chain, e => e.Kind == CustodyEventKind.MetadataChanged).Detail);
            Assert.Single(chain, e => e.Kind == CustodyEventKind.CaseLinked);
        }
    }

    [Fact]
    public async Task One_item_that_can_t_be_changed_leaves_all_as_they_were()
    {
        await using var site = await RetentionFixture.StartAsync(cluster);
        using (var unknown = await BulkAsync(site, new BulkRequest([site.Item, "ev-20261120-unknown000"], "整理", ObjectOfProof: "经过")))
            await TestDock.RefusedAsync(unknown, HttpStatusCode.NotFound);
        using (var noCase = await BulkAsync(site, new BulkRequest([site.Item], "整理", ObjectOfProof: "经过", Case: "没有")))
            await TestDock.RefusedAsync(noCase, HttpStatusCode.NotFound);
        using (var nothing = await BulkAsync(site, new BulkRequest([site.Item], "整理")))
            await TestDock.RefusedAsync(nothing, HttpStatusCode.BadRequest);

        Assert.Null((await site.StoredAsync()).ObjectOfProof);
    }

    [Fact]
    public async Task A_scene_is_reviewed_point_by_point_and_earlier_answers_stay_in_the_chain()
    {
        await using var site = await RetentionFixture.StartAsync(cluster);
        var points = Enum.GetValues<ScenePoint>().ToDictionary(p => p, _ => SceneTick.Shown);

        using (var short1 = await SceneAsync(site, new SceneRequest(points.Where(p => p.Key != ScenePoint.Service).ToDictionary())))
            Assert.Contains("现场送达执法文书的情况", await TestDock.RefusedAsync(short1, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        await TestDock.ReadAsync<ItemDetail>(await SceneAsync(site, new SceneRequest(points)));
        points[ScenePoint.Objects] = SceneTick.NotShown;
        var detail = await TestDock.ReadAsync<ItemDetail>(await SceneAsync(site, new SceneRequest(points, "物品未拍清")));
        await TestDock.ReadAsync<ItemDetail>(await SceneAsync(site, new SceneRequest(points, "物品未拍清")));

        Assert.Equal(SceneTick.NotShown, detail.Scene!.Points[ScenePoint.Objects]);
        Assert.Equal(TestServer.Called("王芳"), detail.Scene.ReviewedBy);
        var told = (await site.ChainAsync()).Where(e => e.Kind == CustodyEventKind.SceneReviewed).ToList();
        Assert.Equal(2, told.Count);
        Assert.Contains("Objects NotShown", told[1].Detail, StringComparison.Ordinal);
        Assert.Contains("before: Surroundings Shown", told[1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"points":null}""")]
    [InlineData("""{"points":{"Weather":"Shown"}}""")]
    [InlineData("""{"points":{"Surroundings":7,"Persons":7,"Objects":7,"Measures":7,"Service":7,"Other":7}}""")]
    public async Task A_tick_list_of_other_things_is_refused(string body)
    {
        await using var site = await RetentionFixture.StartAsync(cluster);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await site.Custodian.PutAsync($"/api/v1/items/{site.Item}/scene", content);
        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Why_an_item_was_late_is_said_by_a_person_and_it_stays_late()
    {
        await using var site = await RetentionFixture.StartAsync(cluster);
        using (var early = await LateAsync(site, "系统故障"))
        {
            if ((await site.StoredAsync()).OnTime != false)
                await TestDock.RefusedAsync(early, HttpStatusCode.Conflict);
        }

        await site.Server.Catalogue.WriteAsync(db => db.Items.ExecuteUpdateAsync(set => set.SetProperty(i => i.OnTime, false)), default);
        await TestDock.ReadAsync<ItemDetail>(await LateAsync(site, "采集站断电"));
        var detail = await TestDock.ReadAsync<ItemDetail>(await LateAsync(site, "采集站断电两日"));

        Assert.Equal(("采集站断电两日", false), (detail.LateReason, detail.Summary.OnTime));
        Assert.Equal("'采集站断电两日'; before: '采集站断电'", (await site.LastAsync(CustodyEventKind.LatenessExplained)).Detail);
    }

    private static Task<HttpResponseMessage> BulkAsync(RetentionFixture site, BulkRequest request) => RetentionFixture.PostAsync(site.Custodian, "items/bulk", request);

    private static Task<HttpResponseMessage> SceneAsync(RetentionFixture site, SceneRequest request) => RetentionFixture.PutAsync(site.Custodian, $"items/{site.Item}/scene", request);

    private static Task<HttpResponseMessage> LateAsync(RetentionFixture site, string reason) => RetentionFixture.PutAsync(site.Custodian, $"items/{site.Item}/lateness", new LatenessRequest(reason));
}
