using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Search;

/// <summary>Neither lines nor counts nor the order of pages tell anybody of what they may not see.</summary>
public sealed class SearchRightsTests(PrivateCluster cluster) : SearchFixture(cluster)
{
    [Fact]
    public async Task Counts_are_those_of_a_server_on_which_there_is_nothing_else()
    {
        foreach (var unit in new[] { "zd1", "zd2" })
        {
            using var set = await Server.Operator.PutAsJsonAsync("/api/v1/units/" + unit, new UnitRequest(unit, UnitKind.Team, "root"), EvidenceJson.Options);
            set.EnsureSuccessStatusCode();
        }

        var mine = await OfAsync("zd1", "走私香烟", "好的");
        await OfAsync("zd2", "走私香烟", "走私");
        var secret = await OfAsync("zd1", "走私香烟");
        using var custodian = await Server.PersonAsync("李强", Role.Custodian, "zd1");
        using (var marked = await custodian.PutAsJsonAsync($"/api/v1/items/{secret}/secrecy", new SecrecyRequest(Secrecy.StateSecret, "定密"), EvidenceJson.Options))
            marked.EnsureSuccessStatusCode();
        using var above = await Server.PersonAsync("赵敏", Role.Custodian);
        using var elsewhere = await Server.PersonAsync("孙丽", Role.Head, "zd2");

        // Both of the own unit, the secret one included.
        var own = await FindAsync("走私", "&count=true", custodian);
        Assert.Equal([secret, mine], own.Items.Select(i => i.Item.Item));
        Assert.Equal((2, 2), (own.Found!.Count, own.Found.Units.Single(u => u.Value == "zd1").Count));
        Assert.Single(own.Found.Units);
        // Above, the secret one is not even a number.
        var all = await FindAsync("走私", "&count=true", above);
        Assert.Equal(2, all.Items.Count);
        Assert.Equal((2, "1,1"), (all.Found!.Count, string.Join(',', all.Found.Units.Select(u => u.Count))));
        Assert.DoesNotContain(secret, all.Items.Select(i => i.Item.Item));
        // Elsewhere there is nothing of it, by whatever filter or order.
        foreach (var query in new[] { "q=走私", "q=走私&order=relevance", "q=" + mine, "q=走私&unit=zd1", "q=走私&recorder=dev-zd1", "q=走私 -好的", "unit=zd1", "recorder=dev-zd1" })
        {
            var page = await AskAsync(query + "&count=true", elsewhere);
            Assert.DoesNotContain(page.Items, i => i.Item.Item == mine || i.Item.Item == secret);
            Assert.Equal(page.Items.Count, page.Found!.Count);
            Assert.DoesNotContain("zd1", string.Join(' ', page.Found.Units.Concat(page.Found.Recorders).Select(v => v.Value)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_may_not_hear_a_recording_does_not_learn_what_is_said_in_it()
    {
        var item = await SaidAsync("折叠刀");
        await DescribeAsync(item, "证明持刀");
        using var supervisor = await Server.PersonAsync("李强", Role.Supervisor);

        using (var refused = await supervisor.GetAsync("/api/v1/search?q=折叠刀"))
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Empty(await ListedAsync(supervisor, "折叠刀"));
        Assert.Empty(await ListedAsync(Custodian, "折叠刀"));
        Assert.Equal([item], await ListedAsync(supervisor, "持刀"));
        // Leaving a word out tells of it as much as asking for it.
        Assert.Equal([item], await ListedAsync(supervisor, "持刀 -折叠刀"));
        using var export = await supervisor.GetAsync("/api/v1/items/export?q=折叠刀");
        Assert.DoesNotContain(item, await export.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<List<string>> ListedAsync(HttpClient by, string words) =>
        [.. (await by.GetFromJsonAsync<ItemPage>("/api/v1/items?q=" + Uri.EscapeDataString(words), EvidenceJson.Options))!.Items.Select(i => i.Item)];

    private async Task<string> OfAsync(string unit, params string[] said)
    {
        using var assigned = await Server.Operator.PutAsJsonAsync($"/api/v1/recorders/dev-{unit}/assignment", new AssignmentRequest("no-" + unit, "甲", Unit: unit), EvidenceJson.Options);
        assigned.EnsureSuccessStatusCode();
        var item = await RecordedAsync("dev-" + unit);
        await SayAsync(item, 0, said);
        return item;
    }
}
