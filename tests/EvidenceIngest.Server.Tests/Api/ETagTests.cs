using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Api;

public sealed class ETagTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Who_changes_an_item_that_somebody_changed_meanwhile_is_told_so_and_changes_nothing()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var status = await (await server.EnrolDockAsync()).DeliverAsync(TestDock.Record());
        Assert.True(await server.RunAsync(status.ItemId, Stage.Seal));
        using var wang = await server.PersonAsync("王芳", Role.Custodian);
        using var zhao = await server.PersonAsync("赵敏", Role.Custodian);
        var path = $"/api/v1/items/{status.ItemId}";
        var tag = await TagAsync(wang, path);
        Assert.Equal(tag, await TagAsync(zhao, path));

        using (var known = await SendAsync(wang, HttpMethod.Get, path, null, h => h.IfNoneMatch.Add(tag)))
        {
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
            Assert.Equal(tag, known.Headers.ETag);
            Assert.Empty(await known.Content.ReadAsByteArrayAsync());
        }

        using var changed = await SendAsync(wang, HttpMethod.Patch, path + "/metadata", Patch("证明现场"), h => h.IfMatch.Add(tag));
        using var lost = await SendAsync(zhao, HttpMethod.Patch, path + "/metadata", Patch("证明身份"), h => h.IfMatch.Add(tag));
        using var broken = await SendAsync(zhao, HttpMethod.Patch, path + "/metadata", Patch("证明身份"), h => h.TryAddWithoutValidation("If-Match", "abc"));

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Contains("read it again", await TestDock.RefusedAsync(lost, HttpStatusCode.PreconditionFailed), StringComparison.Ordinal);
        Assert.StartsWith("If-Match", await TestDock.RefusedAsync(broken, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(changed.Headers.ETag, await TagAsync(zhao, path));
        Assert.Equal("证明现场", (await zhao.GetFromJsonAsync<ItemDetail>(path, EvidenceJson.Options))!.Metadata.ObjectOfProof?.Value);
        using var right = await SendAsync(zhao, HttpMethod.Patch, path + "/metadata", Patch("证明身份"), h => h.IfMatch.Add(changed.Headers.ETag!));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task Of_ten_who_change_the_same_thing_at_once_one_wins_and_nine_are_told()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var wang = await server.PersonAsync("王芳", Role.Custodian);
        foreach (var (client, path, body) in new (HttpClient, string, Func<int, object>)[]
        {
            (wang, "cases/" + Uri.EscapeDataString("鲁/1"), i => new CaseRequest(null, $"第{i}中队", null, CaseState.Open, null)),
            (wang, "matters/m1", i => new MatterRequest($"事项{i}", "条例", false, null)),
            (server.Operator, "units/zhongdui", i => new UnitRequest($"第{i}中队", UnitKind.Team, "root")),
            (server.Operator, "retention/classes/yi", i => new RetentionClassRequest($"class {i}", $"类别{i}", 60, "条例", "建立类别")),
        })
        {
            async Task<HttpResponseMessage> PutAsync(int i, Action<HttpRequestHeaders> headers) => await SendAsync(client, HttpMethod.Put, "/api/v1/" + path, body(i), headers);
            using (var early = await PutAsync(0, h => h.IfMatch.Add(EntityTagHeaderValue.Any)))
                await TestDock.RefusedAsync(early, HttpStatusCode.PreconditionFailed);
            using (var unclear = await PutAsync(0, h => h.IfNoneMatch.Add(new EntityTagHeaderValue("\"a\""))))
                await TestDock.RefusedAsync(unclear, HttpStatusCode.BadRequest);
            var made = await OneOfTenAsync(i => PutAsync(i, h => h.IfNoneMatch.Add(EntityTagHeaderValue.Any)));
            await OneOfTenAsync(i => PutAsync(i + 10, h => h.IfMatch.Add(made)));
        }
    }

    /// <returns>The tag of what the one who was granted made.</returns>
    private static async Task<EntityTagHeaderValue> OneOfTenAsync(Func<int, Task<HttpResponseMessage>> ask)
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 10).Select(ask));
        var granted = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(a => a.StatusCode == HttpStatusCode.PreconditionFailed));
        var tag = granted.Headers.ETag!;
        foreach (var answer in answers)
            answer.Dispose();
        return tag;
    }

    private static MetadataPatch Patch(string proof) => new(null, null, null, proof, "补录");

    private static async Task<EntityTagHeaderValue> TagAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.ETag ?? throw new InvalidOperationException("no ETag");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, object? body, Action<HttpRequestHeaders> headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: EvidenceJson.Options);
        headers(request.Headers);
        return await client.SendAsync(request);
    }
}
