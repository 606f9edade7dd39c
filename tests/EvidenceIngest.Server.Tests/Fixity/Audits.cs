using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>What tests of the audit do with a server.</summary>
internal static class Audits
{
    private const int MostRounds = 200;

    /// <summary>Seals a recording; its masters in order.</summary>
    public static async Task<IReadOnlyList<MasterFile>> SealAsync(this TestServer server, TestDock dock, string recorder, params string[] contents)
    {
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record(recorder, contents: contents));
        Assert.True(await server.RunAsync(status.ItemId, Stage.Seal));
        return await server.MastersAsync(status.ItemId);
    }

    public static Task<List<MasterFile>> MastersAsync(this TestServer server, string itemId) => server.Catalogue.ReadAsync(
        db => db.MasterFiles.Where(f => f.ItemId == itemId).OrderBy(f => f.Position).ToListAsync(), default);

    public static Task<List<ReplicatedMaster>> CopiesAsync(this TestServer server, string itemId) => server.Catalogue.ReadAsync(
        db => db.MasterCopies.Where(c => c.ItemId == itemId && c.SetAside == null && c.VersionId != null).OrderBy(c => c.Position).ToListAsync(), default);

    public static VaultVersion Version(this MasterFile file) => new(file.Bucket!, file.Key!, file.VersionId!);

    public static VaultVersion Version(this ReplicatedMaster copy) => new(copy.Bucket, copy.Key, copy.VersionId!);

    /// <summary>Rounds until nothing is due at once.</summary>
    public static async Task RoundsAsync(this TestServer server)
    {
        await server.VaultIsProbedAsync();
        for (var round = 0; await server.Get<FixityKeeper>().RunOnceAsync(default); round++)
            Assert.True(round < MostRounds, "the audit never comes to rest");
    }

    /// <summary>Some days later, a listing and a whole pass at full rate.</summary>
    public static async Task PassAsync(this TestServer server)
    {
        server.Clock.Shift += TimeSpan.FromDays(2);
        // What a pass under way has read already is read again only by the next.
        if ((await server.FixityAsync()).Vaults.Any(v => v.Pass is { EndedAt: null }))
            await server.HurryAsync();
        await server.HurryAsync();
        Assert.Empty(server.Get<FixityKeeper>().Trouble);
        Assert.All((await server.FixityAsync()).Vaults, v => Assert.NotNull(v.Pass!.EndedAt));
    }

    public static async Task HurryAsync(this TestServer server)
    {
        using var hurried = await server.Operator.PostAsync("/api/v1/fixity/hurry", null);
        await TestDock.ReadAsync<FixityStatus>(hurried);
        await server.RoundsAsync();
    }

    public static async Task<FixityStatus> FixityAsync(this TestServer server) =>
        (await server.Operator.GetFromJsonAsync<FixityStatus>("/api/v1/fixity", EvidenceJson.Options))!;

    public static async Task<IReadOnlyList<FixityFindingView>> FindingsAsync(this TestServer server, bool open = true) =>
        (await server.Operator.GetFromJsonAsync<FixityFindingPage>($"/api/v1/fixity/findings?open={(open ? "true" : "false")}&limit=500", EvidenceJson.Options))!.Findings;

    public static async Task<List<CustodyEvent>> EventsAsync(this TestServer server, string itemId, CustodyEventKind kind)
    {
        var chain = await server.Catalogue.ReadAsync(db => db.ReadChainAsync(itemId, default), default);
        Assert.Null(CustodyChain.Verify(itemId, chain.Select(e => (e.Bytes, e.Hash))));
        return [.. chain.Select(e => EvidenceJson.FromBytes<CustodyEvent>(e.Bytes)).Where(e => e.Kind == kind)];
    }

    /// <summary>A second vault that is trusted by now.</summary>
    public static Task SecondIsProbedAsync(this TestServer server, VaultTrustState wanted = VaultTrustState.Holds) => Eventually.HoldsAsync(
        () => Task.FromResult(server.Get<VaultSet>().Second!.Trust.State == wanted), "the second vault's trust is " + wanted);

    public static MemoryVault NewVault() => new(new Faults());
}
