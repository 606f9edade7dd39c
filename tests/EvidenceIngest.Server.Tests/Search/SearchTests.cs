using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Search;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Custody;

namespace EvidenceIngest.Server.Tests.Search;

public sealed class SearchTests(PrivateCluster cluster) : SearchFixture(cluster)
{
    [Fact]
    public async Task A_sentence_is_found_with_the_second_in_which_it_was_said()
    {
        var item = await SaidAsync("请您配合检查", "车牌是粤Ｂ12345，对吗", "吹一下，酒精测试");
        await SaidAsync("没有人说话");

        var found = Assert.Single((await FindAsync("粤b12345")).Items);

        Assert.Equal(item, found.Item.Item);
        Assert.Equal(1, found.Matches);
        var hit = Assert.Single(found.Hits);
        Assert.Equal((SearchField.Transcript, 2, 1.0, 2.0), (hit.Field, hit.Place, hit.Start, hit.End));
        Assert.Equal("粤Ｂ12345", Marked(hit));
        Assert.Equal([item], await FoundAsync("酒精测试"));
        Assert.Empty(await FoundAsync("测试酒精"));
        Assert.Equal([item], await FoundAsync("测试 酒精"));
        Assert.Equal([item], await FoundAsync("精"));
        Assert.Equal([item], await FoundAsync("检查 -说话"));
        Assert.Empty(await FoundAsync("检查 -粤B"));
    }

    [Fact]
    public async Task Whatever_is_written_about_an_item_finds_it()
    {
        var item = await SaidAsync("好的");
        await SaidAsync("好的");
        await DescribeAsync(item, "证明占道经营的经过");
        await CaseAsync("鲁菏执罚字〔2026〕12号", "光明路与人民街交叉口", item);
        var detail = (await FindAsync(item)).Items.Single();

        Assert.Equal((item, SearchField.Item), (detail.Item.Item, detail.Hits.Single().Field));
        foreach (var (words, field) in new[] { ("占道经营", SearchField.ObjectOfProof), ("菏执罚字 2026 12号", SearchField.Case), ("人民街", SearchField.Place), (detail.Item.Files[0].Name, SearchField.File) })
        {
            var hit = (await FindAsync($"\"{words}\"")).Items.Single(i => i.Item.Item == item).Hits.Single();
            Assert.Equal(field, hit.Field);
        }

        Assert.Equal([item], (await AskAsync("place=光明路")).Items.Select(i => i.Item.Item));
        Assert.Equal([item], (await AskAsync("case=" + Uri.EscapeDataString("鲁菏执罚字〔2026〕12号"))).Items.Select(i => i.Item.Item));
        Assert.Empty((await AskAsync("place=占道经营")).Items);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_while_new_items_come_in()
    {
        var items = new List<string>();
        for (var i = 0; i < 7; i++)
            items.Insert(0, await SaidAsync($"打架斗殴 {i}"));
        var seen = new List<string>();
        string? cursor = "";
        do
        {
            var page = await FindAsync("斗殴", $"&limit=3&cursor={cursor}");
            seen.AddRange(page.Items.Select(i => i.Item.Item));
            await SaidAsync("打架斗殴");
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(items, seen);
    }

    [Fact]
    public async Task By_relevance_what_is_written_about_an_item_weighs_more_than_a_word_that_fell_in_it()
    {
        var described = await SaidAsync("好的");
        await DescribeAsync(described, "证明殴打他人");
        var often = await SaidAsync("殴打", "殴打", "殴打");
        var once = await SaidAsync("殴打");
        Assert.Equal([once, often, described], await FoundAsync("殴打"));

        var first = await FindAsync("殴打", "&order=relevance&limit=2");

        Assert.Equal([described, often], first.Items.Select(i => i.Item.Item));
        Assert.Equal([once], await FoundAsync("殴打", $"&order=relevance&limit=2&cursor={first.Next}"));
    }

    [Fact]
    public async Task What_was_found_is_counted_by_what_it_can_be_narrowed_by()
    {
        var item = await SaidAsync("醉酒");
        await SaidAsync("醉酒");
        await DescribeAsync(item, "证明醉酒");

        var found = (await FindAsync("醉酒", "&count=true")).Found!;

        Assert.Equal((2, false, 2), (found.Count, found.More, found.Incomplete));
        Assert.Equal([new FacetValue("dev-1", 2)], found.Recorders);
        Assert.Equal([new FacetValue("audio", 2)], found.Kinds);
        foreach (var (name, value) in new[] { ("state", found.States[0]), ("kind", found.Kinds[0]), ("unit", found.Units[0]), ("recorder", found.Recorders[0]) })
            Assert.Equal(value.Count, (await FindAsync("醉酒", $"&{name}={value.Value}")).Items.Count);
        Assert.Null((await FindAsync("醉酒")).Found);
    }

    [Fact]
    public async Task Items_are_found_by_what_was_noticed_about_them()
    {
        await SaidAsync("醉酒");
        var foreign = (await Dock.DeliverAsync(TestDock.Record("dev-usb", AttachmentKind.Usb))).ItemId;

        var page = await AskAsync("finding=RecorderUnassigned&count=true");

        Assert.Equal([foreign], page.Items.Select(i => i.Item.Item));
        Assert.Contains(new FacetValue("RecorderUnassigned", 1), page.Found!.Findings);
    }

    [Fact]
    public async Task Who_looks_for_what_enters_the_service_s_chain_and_so_does_a_list_that_is_handed_out()
    {
        await SaidAsync("走私");

        await FindAsync("走私 -香烟", "&from=2026-11-01");
        using var list = await Custodian.GetAsync("/api/v1/items/export?q=dev-1");

        Assert.Contains("dev-1", await list.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var chain = (await Server.Operator.GetFromJsonAsync<List<ServiceEventView>>("/api/v1/service/custody?limit=1000", EvidenceJson.Options))!;
        var searched = chain.Last(e => e.Kind == CustodyEventKind.Searched);
        Assert.Equal("operator:" + TestServer.Called("王芳"), searched.Actor);
        Assert.Contains("words '走私' -'香烟', as Custodian", searched.Detail, StringComparison.Ordinal);
        Assert.Contains("words 'dev-1'", chain.Last(e => e.Kind == CustodyEventKind.RegisterExported).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_is_saved_replaced_and_deleted_by_its_owner_alone()
    {
        using var other = await Server.PersonAsync("李强", Role.Supervisor);
        Assert.Equal(HttpStatusCode.OK, await SaveAsync(Custodian, "本周未整理", new() { ["q"] = "醉酒", ["lack"] = "requirement" }));
        Assert.Equal(HttpStatusCode.OK, await SaveAsync(Custodian, "本周未整理", new() { ["lack"] = "requirement", ["order"] = "newest" }));

        var saved = Assert.Single(await SavedAsync(Custodian));
        Assert.Equal(("本周未整理", "requirement"), (saved.Name, saved.Query["lack"]));
        Assert.False(saved.Query.ContainsKey("q"));
        Assert.Empty(await SavedAsync(other));
        using (var gone = await other.DeleteAsync("/api/v1/me/searches/本周未整理"))
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Single(await SavedAsync(Custodian));
        foreach (var wrong in new Dictionary<string, string>[] { [], new() { ["limit"] = "1" }, new() { ["q"] = "。" }, new() { ["from"] = "yesterday" }, new() { ["order"] = "best" }, new() { ["q"] = null! } })
            Assert.Equal(HttpStatusCode.BadRequest, await SaveAsync(Custodian, "无效", wrong));
        using (var gone = await Custodian.DeleteAsync("/api/v1/me/searches/本周未整理"))
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Empty(await SavedAsync(Custodian));
    }

    [Theory]
    [InlineData("q=。")]
    [InlineData("q=-酒")]
    [InlineData("q=酒&order=best")]
    [InlineData("order=relevance")]
    [InlineData("q=酒&cursor=1.AAAA")]
    [InlineData("q=酒&order=relevance&cursor=AAAA")]
    [InlineData("q=酒&finding=7")]
    [InlineData("q=酒&kind=film")]
    [InlineData("place=%25")]
    public async Task What_can_t_be_looked_for_is_refused(string query)
    {
        using var answer = await Custodian.GetAsync("/api/v1/search?" + query);
        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    private static string Marked(SearchHit hit) => string.Join('|', hit.Marks.Select(m => hit.Text.Substring(m.Start, m.Length)));

    private static async Task<HttpStatusCode> SaveAsync(HttpClient by, string name, Dictionary<string, string> query)
    {
        using var answer = await by.PutAsJsonAsync($"/api/v1/me/searches/{Uri.EscapeDataString(name)}", new SavedSearchRequest(query), EvidenceJson.Options);
        return answer.StatusCode;
    }

    private static async Task<List<SavedSearchView>> SavedAsync(HttpClient by) =>
        (await by.GetFromJsonAsync<List<SavedSearchView>>("/api/v1/me/searches", EvidenceJson.Options))!;
}
