using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Cases;

public sealed class CaseListTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Pages_hold_every_case_once_whatever_its_number_is_and_though_new_ones_come_in()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        // Numbers as agencies have them, and as nobody should: in the cursor each must stay what it is.
        var numbers = Enumerable.Range(1, 23).Select(n => $"薛执罚〔2026〕{n}_1/𠮷 号").ToList();
        foreach (var number in numbers)
            await SetAsync(server, number, "Open");

        var found = new List<string>();
        string? cursor = null;
        do
        {
            var page = await ListAsync(server, "limit=5" + (cursor is null ? "" : "&cursor=" + cursor));
            Assert.True(page.Cases.Count <= 5);
            found.AddRange(page.Cases.Select(c => c.Number));
            await SetAsync(server, $"new-{found.Count}", "Open");
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(numbers.AsEnumerable().Reverse(), found);
    }

    [Fact]
    public async Task Cases_of_one_moment_are_told_apart_by_their_numbers()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        foreach (var number in new[] { "c", "a", "d", "b" })
            await SetAsync(server, number, "Open");
        await cluster.ExecuteAsAdminAsync("update cases set changed_at = '2026-11-20 08:00:00.123456+08'", server.Database);

        var first = await ListAsync(server, "limit=3");
        var second = await ListAsync(server, "limit=3&cursor=" + first.Next);

        Assert.Equal(["a", "b", "c"], first.Cases.Select(c => c.Number));
        Assert.Equal(["d"], second.Cases.Select(c => c.Number));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task Filters_are_part_of_every_page()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        for (var n = 0; n < 6; n++)
            await SetAsync(server, "c-" + n, n % 2 == 0 ? "Open" : "Closed");

        var first = await ListAsync(server, "state=closed&unit=root&limit=2");
        var second = await ListAsync(server, "state=closed&unit=root&limit=2&cursor=" + first.Next);

        Assert.Equal(["c-5", "c-3", "c-1"], first.Cases.Concat(second.Cases).Select(c => c.Number));
        Assert.Empty((await ListAsync(server, "unit=elsewhere")).Cases);
    }

    [Theory]
    [InlineData("菏执罚", "鲁菏执罚〔2026〕1_%号", "鲁菏执罚〔2026〕2号")]
    [InlineData("〔2026〕1_%", "鲁菏执罚〔2026〕1_%号")]
    [InlineData("_", "鲁菏执罚〔2026〕1_%号")]
    [InlineData("%", "鲁菏执罚〔2026〕1_%号")]
    [InlineData("\\")]
    [InlineData("' or 1=1 --")]
    [InlineData("ab-7", "AB-7")]
    [InlineData("牡丹路　城管局", "鲁菏执罚〔2026〕2号")]
    [InlineData("000123", "AB-7")]
    [InlineData("0001")]
    public async Task Words_are_looked_for_as_they_stand_in_number_agency_and_place(string words, params string[] expected)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await SetAsync(server, "鲁菏执罚〔2026〕1_%号", "Open");
        await SetAsync(server, "鲁菏执罚〔2026〕2号", "Open", place: "牡丹路 9 号");
        await SetAsync(server, "AB-7", "Closed", officers: ["000123"]);

        var found = await ListAsync(server, "q=" + Uri.EscapeDataString(words));

        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Cases.Select(c => c.Number).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("q=a b c d e f g h i", "q")]
    [InlineData("q=%01", "q")]
    [InlineData("cursor=%00", "")]
    [InlineData("cursor=MTIz", "cursor")]
    [InlineData("cursor=LTFfYQ", "cursor")]
    [InlineData("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OV9h", "cursor")]
    [InlineData("cursor=MV8A", "cursor")]
    [InlineData("cursor=not a cursor!", "cursor")]
    [InlineData("state=Open", "state")]
    [InlineData("footage=none", "footage")]
    public async Task What_means_nothing_is_refused_by_its_name(string query, string named)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var answer = await server.Operator.GetAsync("/api/v1/cases?" + query);
        Assert.Contains(named, await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static async Task SetAsync(TestServer server, string number, string state, string? place = null, string[]? officers = null)
    {
        using var answer = await server.Operator.PutAsJsonAsync(
            "/api/v1/cases/" + Uri.EscapeDataString(number),
            new { matter = (string?)null, agency = "城管局", retentionClass = (string?)null, executedOn = state == "Closed" ? "2026-11-18" : null, state, place, officers });
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<CasePage> ListAsync(TestServer server, string query) =>
        (await server.Operator.GetFromJsonAsync<CasePage>("/api/v1/cases?" + query, EvidenceJson.Options))!;
}
