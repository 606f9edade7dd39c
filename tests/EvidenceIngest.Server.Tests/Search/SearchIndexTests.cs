using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Search;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Search;

/// <summary>The index has every text that there is, and nothing else, whatever happens.</summary>
public sealed class SearchIndexTests(PrivateCluster cluster) : SearchFixture(cluster)
{
    [Fact]
    public async Task Every_change_changes_the_index_with_it()
    {
        var item = await SaidAsync("折叠刀", "放下");
        await CaseAsync("c-1", "光明路", item);
        await DescribeAsync(item, "证明持刀");
        await IndexIsWholeAsync();

        await SayAsync(item, 1, "水果刀");
        await DescribeAsync(item, "证明威胁");
        await CaseAsync("c-1", "人民街");
        await CaseAsync("c-2", "和平巷", item);
        using (var assigned = await Server.Operator.PutAsJsonAsync("/api/v1/recorders/dev-1/assignment", new AssignmentRequest("013302", "赵敏"), EvidenceJson.Options))
            assigned.EnsureSuccessStatusCode();

        await IndexIsWholeAsync();
        foreach (var gone in new[] { "折叠刀", "持刀", "光明路" })
            Assert.Empty(await FoundAsync(gone));
        foreach (var now in new[] { "水果刀", "威胁", "人民街", "和平巷", "赵敏", "013302" })
            Assert.Equal([item], await FoundAsync(now));
        using (var unlinked = await Custodian.DeleteAsync($"/api/v1/cases/c-1/items/{item}?why=错误"))
            unlinked.EnsureSuccessStatusCode();
        await IndexIsWholeAsync();
        Assert.Empty(await FoundAsync("人民街"));
    }

    [Fact]
    public async Task What_was_said_is_not_found_in_a_recording_that_was_disposed_of()
    {
        var item = await SaidAsync("折叠刀");
        await DescribeAsync(item, "证明持刀");

        await Server.Catalogue.WriteAsync(async db => (await db.Items.SingleAsync(i => i.Id == item)).State = ItemState.Disposed, default);

        await IndexIsWholeAsync();
        Assert.Empty(await FoundAsync("折叠刀"));
        Assert.Equal([item], await FoundAsync("持刀"));
    }

    [Fact]
    public async Task A_change_that_is_undone_changes_nothing()
    {
        var item = await SaidAsync("折叠刀");

        await Assert.ThrowsAsync<InvalidOperationException>(() => Server.Catalogue.WriteAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"update items set late_reason = '道路封闭' where id = {item}");
                throw new InvalidOperationException("undone");
            },
            default));

        await IndexIsWholeAsync();
        Assert.Empty(await FoundAsync("道路封闭"));
    }

    [Fact]
    public async Task Many_who_change_one_item_and_its_cases_at_once_leave_it_whole()
    {
        var items = new[] { await SaidAsync("一"), await SaidAsync("二"), await SaidAsync("三") };
        await CaseAsync("c-1", "光明路");
        await CaseAsync("c-2", "人民街");

        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, ct) =>
        {
            var (item, number) = (items[i % 3], $"c-{1 + (i / 3 % 2)}");
            switch (i % 4)
            {
                case 0: await CaseAsync(number, $"光明路{i}号", item); break;
                case 1: await DescribeAsync(item, $"证明第{i}次"); break;
                case 2: await CaseAsync(number, $"人民街{i}号"); break;
                default:
                    using (await Custodian.DeleteAsync($"/api/v1/cases/{number}/items/{item}?why=重复", ct))
                        break;
            }
        });

        await IndexIsWholeAsync();
    }

    [Fact]
    public async Task A_rebuild_mends_what_somebody_broke_while_others_go_on_working()
    {
        var items = new List<string>();
        for (var i = 0; i < 5; i++)
            items.Insert(0, await SaidAsync($"折叠刀{i}"));
        await OwnerAsync("delete from search_texts where field = 'Transcript'; update search_texts set text = '假的' where field = 'File'; insert into search_texts (item_id, field, place, text) select id, 'Scene', 7, '假的' from items");
        Assert.Empty(await FoundAsync("折叠刀"));

        using (var begun = await Server.Operator.PostAsync("/api/v1/search/rebuild", null))
            begun.EnsureSuccessStatusCode();
        await DescribeAsync(items[0], "证明持刀");
        await Eventually.HoldsAsync(async () => (await ProgressAsync()).State is SearchRebuildState.Done or SearchRebuildState.Failed, "the rebuild ends");

        var progress = await ProgressAsync();
        Assert.Equal((SearchRebuildState.Done, 5, 5, null), (progress.State, progress.Items, progress.Total, progress.Trouble));
        await IndexIsWholeAsync();
        Assert.Equal(items, await FoundAsync("折叠刀"));
        Assert.Empty(await FoundAsync("假的"));
    }

    private async Task<SearchRebuildProgress> ProgressAsync() =>
        (await Server.Operator.GetFromJsonAsync<SearchRebuildProgress>("/api/v1/search/rebuild", EvidenceJson.Options))!;
}
