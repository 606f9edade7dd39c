using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.AccessRequests;

/// <summary>Two teams of one agency; the first has a rendered item, a custodian and a head.</summary>
internal sealed class AccessFixture : IAsyncDisposable
{
    public const string Custodian = "王芳";
    public const string Head = "李强";

    private AccessFixture(TestServer server, string item, HttpClient custodian, HttpClient head) => (Server, Item, AsCustodian, AsHead) = (server, item, custodian, head);

    public TestServer Server { get; }

    public string Item { get; }

    public HttpClient AsCustodian { get; }

    public HttpClient AsHead { get; }

    public static async Task<AccessFixture> StartAsync(PrivateCluster cluster, bool sound = false, bool rendered = true)
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        server.Media.MakesSound = sound;
        foreach (var (unit, parent) in new[] { ("aj", "root"), ("zd1", "aj"), ("zd2", "aj") })
            await PutAsync(server.Operator, "units/" + unit, new UnitRequest(unit, UnitKind.Team, parent));
        var item = await ItemAsync(server, "zd1", rendered);
        return new AccessFixture(server, item, await server.PersonAsync(Custodian, Role.Custodian, "zd1"), await server.PersonAsync(Head, Role.Head, "zd1"));
    }

    public static async Task<string> ItemAsync(TestServer server, string unit, bool rendered = true)
    {
        var dock = await server.EnrolDockAsync("站-" + Guid.NewGuid().ToString("N"));
        var recorder = "dev-" + Guid.NewGuid().ToString("N")[..8];
        await PutAsync(server.Operator, $"recorders/{recorder}/assignment", new AssignmentRequest("no-" + unit, "警-" + unit, Unit: unit));
        var status = await dock.DeliverAsync(TestDock.Record(recorder));
        foreach (var stage in rendered ? new[] { Stage.Seal, Stage.Inspect, Stage.Render } : [Stage.Seal])
            Assert.True(await server.RunAsync(status.ItemId, stage));
        return status.ItemId;
    }

    public AccessRequestEntry Entry(string name = "赵某", params string[] items) =>
        new(new AccessParty(name, Standing.Lawyer, IdentityDocument.LawyerLicence, "12X4"), "核对现场经过", items.Length > 0 ? items : [Item]);

    public async Task<AccessRequestView> EnterAsync(string name = "赵某", params string[] items)
    {
        using var answer = await PostAsync(AsCustodian, "access-requests", Entry(name, items));
        return await TestDock.ReadAsync<AccessRequestView>(answer);
    }

    public Task<AccessRequestView> DecideAsync(AccessRequestView request, AccessDecision decision) => AskAsync<AccessRequestView>(AsHead, $"access-requests/{request.Request}/decide", decision);

    public async Task<AccessRequestView> AgreedAsync(params string[] items) => await DecideAsync(await EnterAsync("赵某", items), new AccessDecision(AccessState.Agreed, "同意查阅"));

    /// <summary>Opened, with its copies made as the keeper makes them.</summary>
    public async Task<AccessRequestView> OpenedAsync(AccessRequestView request)
    {
        await AskAsync<AccessRequestView>(AsCustodian, $"access-requests/{request.Request}/open", new { });
        await KeepAsync();
        return await FindAsync(request);
    }

    public async Task KeepAsync()
    {
        while (await Server.Get<AccessKeeper>().RunOnceAsync(CancellationToken.None))
        {
        }
    }

    public async Task<AccessLinkAnswer> LinkAsync(AccessRequestView request) =>
        await AskAsync<AccessLinkAnswer>(AsCustodian, $"access-requests/{request.Request}/links", new AccessLinkRequest(Item));

    public async Task<AccessRequestView> FindAsync(AccessRequestView request) =>
        (await AsCustodian.GetFromJsonAsync<AccessRequestView>("/api/v1/access-requests/" + request.Request, EvidenceJson.Options))!;

    public async Task<List<CustodyEventView>> ChainAsync(CustodyEventKind kind, string? item = null)
    {
        var chain = await Server.Get<ItemRegister>().CustodyAsync(item ?? Item, CancellationToken.None);
        Assert.All(chain, e => Assert.Null(e.Broken));
        return [.. chain.Where(e => e.Kind == kind)];
    }

    public async Task MarkAsync(HttpClient by, Secrecy level, HttpStatusCode expected = HttpStatusCode.OK, string? item = null)
    {
        using var answer = await by.PutAsJsonAsync($"/api/v1/items/{item ?? Item}/secrecy", new SecrecyRequest(level, "经定密审核"), EvidenceJson.Options);
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public static Task<HttpResponseMessage> PostAsync<T>(HttpClient client, string path, T body) => client.PostAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);

    public static async Task<T> AskAsync<T>(HttpClient client, string path, object body)
    {
        using var answer = await PostAsync(client, path, body);
        return await TestDock.ReadAsync<T>(answer);
    }

    public static async Task<string> RefusedAsync(HttpClient client, string path, object body, HttpStatusCode status = HttpStatusCode.Conflict)
    {
        using var answer = await PostAsync(client, path, body);
        return await TestDock.RefusedAsync(answer, status);
    }

    public static async Task PutAsync<T>(HttpClient client, string path, T body)
    {
        using var answer = await client.PutAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        AsCustodian.Dispose();
        AsHead.Dispose();
        await Server.DisposeAsync();
    }
}
