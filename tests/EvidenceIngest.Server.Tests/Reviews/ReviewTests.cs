using System.Net;
using System.Net.Http.Json;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Domain.Reviews;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Reviews;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Reviews;

public sealed class ReviewTests(PrivateCluster cluster)
{
    // Surrogates sort differently as UTF-16 and as UTF-8.
    private static readonly string[] Numbers = ["薛综执罚〔2026〕1号", "薛综执罚〔2026〕2号", "\uFF21-7", "\U00020000-8", "b/9", "c-10", "c-11"];

    [Fact]
    public async Task Ten_lines_of_Python_draw_the_same_sample()
    {
        await using var server = await StartAsync();
        using var supervisor = await server.PersonAsync("吴某", Role.Supervisor);

        var review = await DrawAsync(supervisor, server, count: 4, seed: "彩票 2026134 '); DROP");

        Assert.Equal((4, Numbers.Length, true), (review.Cases.Count, review.PopulationSize, review.SeedChosen));
        var folder = Directory.CreateTempSubdirectory("evidence-draw-").FullName;
        try
        {
            var (script, population) = (Path.Combine(folder, "draw.py"), Path.Combine(folder, "population.txt"));
            await File.WriteAllTextAsync(script, Documented());
            await File.WriteAllBytesAsync(population, await supervisor.GetByteArrayAsync($"/api/v1/reviews/{review.Review}/population"));
            var (code, output, error) = await ChildProcess.RunAsync(
                "python3", [script, review.Seed, "4", population], new Dictionary<string, string> { ["PYTHONIOENCODING"] = "utf-8" }, TimeSpan.FromMinutes(1));
            Assert.True(code == 0, error);
            Assert.Equal([review.Digest, .. review.Cases.Select(c => c.Number)], output.TrimEnd('\n').Split('\n'));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        var events = await ServiceAsync(server, CustodyEventKind.ReviewDrawn);
        Assert.Contains(review.Digest, Assert.Single(events).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_depends_on_its_seed_and_on_every_number_of_the_population()
    {
        var population = SampleDraw.Population(Enumerable.Range(0, 1000).Select(i => $"c-{i}"));
        var drawn = SampleDraw.Draw("a", population, 50);

        Assert.Equal(drawn, SampleDraw.Draw("a", population, 50));
        Assert.Equal(50, drawn.Distinct().Count());
        Assert.NotEqual(drawn, SampleDraw.Draw("b", population, 50));
        Assert.NotEqual(drawn, SampleDraw.Draw("a", SampleDraw.Population(Enumerable.Range(0, 1001).Select(i => $"c-{i}")), 50));
        Assert.Throws<ArgumentException>(() => SampleDraw.Population(["c-1", "c-1"]));
        // Each is drawn about as often: 4,000 draws of 5 of 20 expect 1,000 each, with a deviation of 27.
        var small = SampleDraw.Population(Enumerable.Range(0, 20).Select(i => $"c-{i}"));
        var counts = Enumerable.Range(0, 4000).SelectMany(seed => SampleDraw.Draw($"s{seed}", small, 5)).CountBy(n => n);
        Assert.All(counts, c => Assert.InRange(c.Value, 850, 1150));
    }

    [Fact]
    public async Task Open_cases_those_of_other_days_and_those_out_of_reach_are_not_drawn()
    {
        await using var server = await StartAsync();
        await PutAsync(server.Operator, "units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"));
        await PutAsync(server.Operator, "cases/z-1", new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 1), "zd1"));
        await PutAsync(server.Operator, "cases/open-1", new CaseRequest(null, null, null, CaseState.Open, null, "zd1"));
        using var team = await server.PersonAsync("郑某", Role.Supervisor, "zd1");
        using var root = await server.PersonAsync("吴某", Role.Supervisor);

        var own = await DrawAsync(team, server, count: 10);
        var all = await DrawAsync(root, server, count: 500);

        Assert.Equal("z-1", Assert.Single(own.Cases).Number);
        Assert.False(own.SeedChosen);
        Assert.Equal(Numbers.Append("z-1").Order(StringComparer.Ordinal), all.Cases.Select(c => c.Number).Order(StringComparer.Ordinal));
        using (var hidden = await team.GetAsync("/api/v1/reviews/" + all.Review))
            await TestDock.RefusedAsync(hidden, HttpStatusCode.NotFound);
        Assert.DoesNotContain(all.Review, await team.GetStringAsync("/api/v1/reviews"), StringComparison.Ordinal);
        using var none = await root.PostAsJsonAsync("/api/v1/reviews", new DrawRequest(new DateOnly(2020, 1, 1), new DateOnly(2020, 2, 1), 1, "评查"), EvidenceJson.Options);
        await TestDock.RefusedAsync(none, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_was_found_is_told_corrected_sent_back_and_closed()
    {
        await using var server = await StartAsync();
        using var supervisor = await server.PersonAsync("吴某", Role.Supervisor);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        var review = await DrawAsync(supervisor, server, count: 7);
        var scores = review.Criteria.ToDictionary(c => c.Id, c => c.Points - 1);
        var path = $"reviews/{review.Review}/cases/{Uri.EscapeDataString("b/9")}";

        var scored = await ReadAsync<ReviewView>(await PutAsync(supervisor, path, new ScoreRequest(scores, [new NewFinding("fields", "缺证明对象")])));
        // Repeated, it finds what it did.
        await PutAsync(supervisor, path, new ScoreRequest(scores, [new NewFinding("fields", "缺证明对象")]));

        Assert.Equal((95, 100), Assert.Single(scored.Cases, c => c.Number == "b/9") is var c ? (c.Total!.Value, c.Most) : default);
        var found = Assert.Single((await custodian.GetFromJsonAsync<ReviewFindingView[]>("/api/v1/review-findings", EvidenceJson.Options))!);
        Assert.Equal(("缺证明对象", ReviewFindingState.Open), (found.Text, found.State));
        await RefusedAsync(supervisor, $"review-findings/{found.Finding}/judge", new VerdictRequest(true, "已核实"), HttpStatusCode.Conflict);
        await AskAsync(custodian, $"review-findings/{found.Finding}/correct", new CorrectionRequest("已补录"));
        using var both = await server.PersonAsync("王芳", Role.Supervisor);
        await RefusedAsync(both, $"review-findings/{found.Finding}/judge", new VerdictRequest(true, "已核实"), HttpStatusCode.Conflict);
        Assert.Equal(ReviewFindingState.Open, (await AskAsync(supervisor, $"review-findings/{found.Finding}/judge", new VerdictRequest(false, "仍缺一件"))).State);
        await AskAsync(custodian, $"review-findings/{found.Finding}/correct", new CorrectionRequest("两件均已补录"));
        Assert.Equal(ReviewFindingState.Closed, (await AskAsync(supervisor, $"review-findings/{found.Finding}/judge", new VerdictRequest(true, "已核实"))).State);
        await RefusedAsync(custodian, $"review-findings/{found.Finding}/correct", new CorrectionRequest("再改"), HttpStatusCode.Conflict);

        var told = await server.Catalogue.ReadAsync(db => db.Outbox.Where(o => o.Subject == "b/9").OrderBy(o => o.Id).ToListAsync(), default);
        Assert.Equal(
            [EventTypes.ReviewFound, EventTypes.ReviewCorrected, EventTypes.ReviewSentBack, EventTypes.ReviewCorrected, EventTypes.ReviewClosed],
            told.Select(t => t.Told!.Name).Where(n => n.StartsWith("case.review", StringComparison.Ordinal)));
        Assert.Single(await ServiceAsync(server, CustodyEventKind.CaseReviewed));
        Assert.Equal(2, (await ServiceAsync(server, CustodyEventKind.ReviewJudged)).Count);
    }

    [Fact]
    public async Task Points_that_can_t_be_given_are_refused_and_a_sample_stays_as_it_was_drawn()
    {
        await using var server = await StartAsync();
        using var supervisor = await server.PersonAsync("吴某", Role.Supervisor);
        using var other = await server.PersonAsync("郑某", Role.Supervisor);
        var review = await DrawAsync(supervisor, server, count: 1);
        var (good, path) = (review.Criteria.ToDictionary(c => c.Id, c => c.Points), $"reviews/{review.Review}/cases/{Uri.EscapeDataString(review.Cases[0].Number)}");
        foreach (var scores in new[]
        {
            [], new Dictionary<string, int>(good) { ["fields"] = 21 }, new Dictionary<string, int>(good) { ["fields"] = -1 }, new Dictionary<string, int>(good) { ["mood"] = 1 },
        })
        {
            using var refused = await PutRawAsync(supervisor, path, new ScoreRequest(scores, []));
            await TestDock.RefusedAsync(refused, HttpStatusCode.BadRequest);
        }

        var absent = Numbers.Except([review.Cases[0].Number]).First();
        using (var notDrawn = await PutRawAsync(supervisor, $"reviews/{review.Review}/cases/{Uri.EscapeDataString(absent)}", new ScoreRequest(good, [])))
            await TestDock.RefusedAsync(notDrawn, HttpStatusCode.Conflict);
        await PutAsync(supervisor, path, new ScoreRequest(good, []));
        using (var again = await PutRawAsync(other, path, new ScoreRequest(good, [])))
            await TestDock.RefusedAsync(again, HttpStatusCode.Conflict);

        // New criteria count for new samples.
        await PutAsync(supervisor, "review-criteria/fields", new CriterionRequest("四要素", "第二十七条", 40));
        Assert.Equal(20, (await supervisor.GetFromJsonAsync<ReviewView>("/api/v1/reviews/" + review.Review, EvidenceJson.Options))!.Criteria.Single(c => c.Id == "fields").Points);
        Assert.Equal(40, (await DrawAsync(supervisor, server, count: 1)).Criteria.Single(c => c.Id == "fields").Points);
        var changed = await Assert.ThrowsAsync<PostgresException>(() => server.Catalogue.WriteAsync(db => db.Database.ExecuteSqlAsync($"update reviews set seed = 'better'"), default));
        Assert.Contains(changed.SqlState, (string[])[PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.RestrictViolation]);
    }

    private async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false);
        foreach (var number in Numbers)
            await PutAsync(server.Operator, "cases/" + Uri.EscapeDataString(number), new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 1)));
        return server;
    }

    private static async Task<ReviewView> DrawAsync(HttpClient by, TestServer server, int count, string? seed = null)
    {
        var today = DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime);
        using var answer = await by.PostAsJsonAsync("/api/v1/reviews", new DrawRequest(today.AddDays(-2), today.AddDays(2), count, "半年评查", seed), EvidenceJson.Options);
        return await TestDock.ReadAsync<ReviewView>(answer);
    }

    private static async Task<List<CustodyEvent>> ServiceAsync(TestServer server, CustodyEventKind kind)
    {
        var chain = await server.Catalogue.ReadAsync(db => db.CustodyEvents.Where(e => e.ItemId == "service").OrderBy(e => e.Sequence).Select(e => e.Bytes).ToListAsync(), default);
        return [.. chain.Select(bytes => EvidenceJson.FromBytes<CustodyEvent>(bytes)).Where(e => e.Kind == kind)];
    }

    /// <summary>The script as the document has it.</summary>
    private static string Documented()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var document = Path.Combine(folder, "docs", "supervision.md");
            if (!File.Exists(document))
                continue;
            var text = File.ReadAllText(document, Encoding.UTF8);
            var begin = text.IndexOf("```python\n", StringComparison.Ordinal) + "```python\n".Length;
            return text[begin..text.IndexOf("```", begin, StringComparison.Ordinal)];
        }

        throw new FileNotFoundException("docs/supervision.md");
    }

    private static Task<HttpResponseMessage> PutRawAsync<T>(HttpClient client, string path, T body) => client.PutAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);

    private static async Task<HttpResponseMessage> PutAsync<T>(HttpClient client, string path, T body)
    {
        var answer = await PutRawAsync(client, path, body);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        return answer;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        using (answer)
            return await TestDock.ReadAsync<T>(answer);
    }

    private static async Task<ReviewFindingView> AskAsync<T>(HttpClient client, string path, T body) => await ReadAsync<ReviewFindingView>(await client.PostAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options));

    private static async Task RefusedAsync<T>(HttpClient client, string path, T body, HttpStatusCode status)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);
        await TestDock.RefusedAsync(answer, status);
    }
}
