using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Retention;

/// <summary>A server with one sealed item, a custodian and a head; the clock can be moved by years.</summary>
internal sealed class RetentionFixture : IAsyncDisposable
{
    private RetentionFixture(TestServer server, HttpClient custodian, HttpClient head, string item) =>
        (Server, Custodian, Head, Item) = (server, custodian, head, item);

    public TestServer Server { get; }

    public HttpClient Custodian { get; }

    public HttpClient Head { get; }

    public string Item { get; }

    public DateTimeOffset Now => Server.Clock.GetUtcNow();

    public static async Task<RetentionFixture> StartAsync(PrivateCluster cluster, bool keyMarked = false)
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var item = await SealAsync(server, keyMarked);
        var fixture = new RetentionFixture(server, await server.PersonAsync("王芳", Role.Custodian), await server.PersonAsync("李强", Role.Head), item);
        await fixture.KeepAsync();
        return fixture;
    }

    public static async Task<string> SealAsync(TestServer server, bool keyMarked = false)
    {
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record();
        recording = recording with { Manifest = recording.Manifest with { Recording = recording.Manifest.Recording with { KeyMarked = keyMarked } } };
        var status = await dock.DeliverAsync(recording);
        Assert.True(await server.RunAsync(status.ItemId, Stage.Seal));
        return status.ItemId;
    }

    /// <summary>As the keeper does every half minute.</summary>
    public Task<bool> KeepAsync() => Server.Get<RetentionKeeper>().RunOnceAsync(CancellationToken.None);

    /// <summary>Tokens end within a year: people get new ones when a test moves the clock.</summary>
    public async Task<HttpClient> AfterAsync(int years, string name, Role role)
    {
        Server.Clock.Shift += TimeSpan.FromDays(366 * years);
        await KeepAsync();
        return await Server.PersonAsync(name, role);
    }

    public Task<EvidenceItem> StoredAsync() => Server.Catalogue.ReadAsync(db => db.Items.Include(i => i.Files).SingleAsync(i => i.Id == Item), CancellationToken.None);

    public async Task<ItemRetentionView> RetentionAsync() =>
        (await Server.Operator.GetFromJsonAsync<ItemRetentionView>($"/api/v1/items/{Item}/retention", EvidenceJson.Options))!;

    public async Task<List<CustodyEventView>> ChainAsync() =>
        (await Server.Operator.GetFromJsonAsync<List<CustodyEventView>>($"/api/v1/items/{Item}/custody", EvidenceJson.Options))!;

    public async Task<CustodyEventView> LastAsync(CustodyEventKind kind) => (await ChainAsync()).Last(e => e.Kind == kind);

    public async Task<DateTimeOffset> LockAsync()
    {
        var file = (await StoredAsync()).Files.Single();
        return (await Server.Vault.ReadLockAsync(new Server.Vault.VaultVersion(file.Bucket!, file.Key!, file.VersionId!), CancellationToken.None))!.Until;
    }

    public static Task<HttpResponseMessage> PutAsync<T>(HttpClient client, string path, T body) => client.PutAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);

    public static Task<HttpResponseMessage> PostAsync<T>(HttpClient client, string path, T body) => client.PostAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);

    public async Task<CaseView> CaseAsync(string number, CaseRequest request)
    {
        using var answer = await PutAsync(Custodian, "cases/" + Uri.EscapeDataString(number), request);
        return await TestDock.ReadAsync<CaseView>(answer);
    }

    public async Task<CaseView> LinkAsync(string number)
    {
        using var answer = await PostAsync(Custodian, $"cases/{Uri.EscapeDataString(number)}/items", new CaseLinkRequest([Item], "现场录像"));
        return await TestDock.ReadAsync<CaseView>(answer);
    }

    public async ValueTask DisposeAsync()
    {
        Custodian.Dispose();
        Head.Dispose();
        await Server.DisposeAsync();
    }
}
