using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Items;

public sealed class ItemOrderTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Items_are_listed_as_they_came_and_narrowed_to_days_as_they_were_made()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        string[] days = ["2026-11-20", "2026-11-18", "2026-11-19", "2026-11-18"];
        var items = new List<string>();
        foreach (var day in days)
        {
            var recording = TestDock.Record();
            recording = recording with
            {
                Manifest = recording.Manifest with
                {
                    Recording = recording.Manifest.Recording with { RecorderTime = DateTime.Parse(day + "T09:00:00", null), TimeSource = MetadataSource.Person },
                },
            };
            items.Add((await dock.AnnounceAsync(recording)).ItemId);
        }

        string[] madeLast = [items[0], items[2], .. new[] { items[1], items[3] }.OrderDescending(StringComparer.Ordinal)];
        Assert.Equal(Enumerable.Reverse(items), await WalkAsync(server, ""));
        Assert.Equal(madeLast, await WalkAsync(server, "&from=2026-11-01"));
        Assert.Equal(madeLast[1..], await WalkAsync(server, "&to=2026-11-19"));
        Assert.Equal(madeLast[1..2], await WalkAsync(server, "&from=2026-11-19&to=2026-11-19"));
    }

    /// <summary>One item a page.</summary>
    private static async Task<List<string>> WalkAsync(TestServer server, string filter)
    {
        var walked = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await TestDock.ReadAsync<ItemPage>(await server.Operator.GetAsync($"/api/v1/items?limit=1{filter}&cursor={cursor}"));
            walked.AddRange(page.Items.Select(i => i.Item));
            cursor = page.Next;
        }

        return walked;
    }
}
