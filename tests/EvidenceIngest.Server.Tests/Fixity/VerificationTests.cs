using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>A person has one item read now.</summary>
public sealed class VerificationTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Every_master_in_every_vault_is_read_whole_and_the_chain_names_who_asked()
    {
        var second = Audits.NewVault();
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, secondVault: second);
        var files = await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one", "", "three");
        await server.RoundsAsync();
        using var custodian = await server.PersonAsync("王管理", Role.Custodian);
        server.Vault.Reads.Clear();
        second.Reads.Clear();

        var verified = await VerifyAsync(custodian, files[0].ItemId);

        Assert.True(verified.IsRight);
        Assert.Equal([("first", 1), ("first", 2), ("first", 3), ("second", 1), ("second", 2), ("second", 3)], verified.Files.Select(f => (f.Vault, f.File)));
        Assert.Equal(files.Select(f => f.Version()), server.Vault.Reads);
        Assert.Equal(3, second.Reads.Count);
        var told = (await server.EventsAsync(files[0].ItemId, CustodyEventKind.FixityChecked))[^1];
        Assert.Contains(TestServer.Called("王管理"), told.Actor, StringComparison.Ordinal);
        Assert.Contains("6 files, 16 bytes", told.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_as_sealed_is_told_and_stays_a_finding()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var files = await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one", "two");
        server.Vault.Damage(files[1].Version(), bytes => [.. bytes, 0]);

        var verified = await VerifyAsync(server.Operator, files[0].ItemId);

        Assert.False(verified.IsRight);
        Assert.Null(verified.Files[0].Wrong);
        Assert.StartsWith(nameof(FindingKind.Altered), verified.Files[1].Wrong, StringComparison.Ordinal);
        Assert.Equal(files[1].Version(), Assert.Single((await server.FindingsAsync()).Select(f => new VaultVersion(f.Bucket, f.Key, f.VersionId))));
        Assert.Contains("1 are not as sealed", (await server.EventsAsync(files[0].ItemId, CustodyEventKind.FixityChecked))[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_sealed_yet_and_what_is_not_there_are_refused()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var waiting = await (await server.EnrolDockAsync()).DeliverAsync(TestDock.Record("dev-1", contents: ["one"]));
        using var early = await server.Operator.PostAsync($"/api/v1/items/{waiting.ItemId}/verify", null);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        using var nobodys = await server.Operator.PostAsync("/api/v1/items/ev-nobodys/verify", null);
        Assert.Equal(HttpStatusCode.NotFound, nobodys.StatusCode);
    }

    private static async Task<VerificationView> VerifyAsync(HttpClient person, string item)
    {
        using var answer = await person.PostAsync($"/api/v1/items/{item}/verify", null);
        return await TestDock.ReadAsync<VerificationView>(answer);
    }
}
