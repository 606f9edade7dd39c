using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Tests.Vault;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>
/// Two buckets of a RADOS Gateway as the two vaults. A locked version can't be changed there, which is the point of it; so the
/// catalogue is pointed at other versions of the same keys, which are what a changed, cut-off and vanished object would be.
/// </summary>
[Collection(VaultCollection.Name)]
public sealed class RealStoreTests(PrivateStore store, PrivateCluster cluster)
{
    private const int Large = (16 << 20) + 12_345;

    [Fact]
    public async Task Damage_is_found_strangers_too_and_everything_comes_back_from_the_second_vault()
    {
        var name = $"fixity-{Guid.NewGuid():N}";
        var (firstOptions, secondOptions) = (store.Options(name), store.Options(name + "-2"));
        await store.SetUpAsync(firstOptions);
        await store.SetUpAsync(secondOptions);
        using var first = PrivateStore.Open(firstOptions);
        await using var server = await TestServer.StartAsync(
            cluster, withJobs: false, fixity: new FixityOptions { SecondVault = secondOptions, BytesPerSecond = null },
            services: services =>
            {
                services.AddSingleton(firstOptions);
                services.AddSingleton<IVault>(first);
            });
        await server.VaultIsProbedAsync();
        await server.SecondIsProbedAsync();
        var files = await SealAsync(server, ["right", new string('x', Large), "cut off", "lost", ""]);

        await server.RoundsAsync();

        Assert.Empty(server.Get<FixityKeeper>().Trouble);
        Assert.Empty(await server.FindingsAsync());
        Assert.Equal(5, (await server.CopiesAsync(files[0].ItemId)).Count);

        var altered = await first.PutAsync(Target(files[1]), new MemoryStream([.. Enumerable.Repeat((byte)'x', Large - 1), (byte)'y']), "video/mp4", default);
        var cut = await first.PutAsync(Target(files[2]), new MemoryStream("cut"u8.ToArray()), "video/mp4", default);
        await PointAsync(server, files[1], altered.VersionId);
        await PointAsync(server, files[2], cut.VersionId);
        await PointAsync(server, files[3], "thereWasNeverSuchAVersionHereAtAl");
        await server.PassAsync();

        var findings = await server.FindingsAsync();
        // What was put on top is no stranger, by the catalogue's own word; but it is not what was sealed, and has no lock.
        Assert.Equal([(2, FindingKind.Altered), (3, FindingKind.Truncated), (4, FindingKind.Missing)], findings.Select(f => (f.File!.Value, f.Kind)).Order());
        // The store was told to lock those again, and the pass after that saw that it had.
        Assert.Equal([(2, FindingKind.LockWeak), (3, FindingKind.LockWeak)], (await server.FindingsAsync(open: false)).Select(f => (f.File!.Value, f.Kind)).Order());
        Assert.True(await first.ReadLockAsync(altered, default) is { Compliance: true });

        foreach (var finding in findings)
            await server.Get<FixityRegister>().OrderRestoreAsync(finding.Finding, "custodian", default);
        await server.RoundsAsync();

        Assert.Empty(server.Get<FixityKeeper>().Trouble);
        Assert.Empty(await server.FindingsAsync());
        Assert.Equal(3, (await server.EventsAsync(files[0].ItemId, CustodyEventKind.Restored)).Count);
        var restored = await server.MastersAsync(files[0].ItemId);
        Assert.Equal(Large, (await first.ReadAsync(restored[1].Version(), default)).Count(b => b == 'x'));
        Assert.True(await first.ReadLockAsync(restored[1].Version(), default) is { Compliance: true } kept && kept.Until >= files[1].LockedUntil);
        await first.PutAsync(new VaultObject(name, "masters/stranger.mp4"), new MemoryStream([1, 2, 3]), "video/mp4", default);
        await server.PassAsync();
        // With the catalogue right again, what had been put on top of two masters is what it always was: nobody's.
        Assert.Equal(
            new[] { (FindingKind.Untracked, files[1].Key!), (FindingKind.Untracked, files[2].Key!), (FindingKind.Untracked, "masters/stranger.mp4") }.Order(),
            (await server.FindingsAsync()).Select(f => (f.Kind, f.Key)).Order());
    }

    private static VaultObject Target(MasterFile file) => new(file.Bucket!, file.Key!);

    private static Task<int> PointAsync(TestServer server, MasterFile file, string versionId) => server.Catalogue.WriteAsync(
        db => db.MasterFiles.Where(f => f.ItemId == file.ItemId && f.Position == file.Position)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.VersionId, versionId), default), default);

    private static async Task<IReadOnlyList<MasterFile>> SealAsync(TestServer server, string[] contents)
    {
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record("dev-1", contents: contents);
        var status = await dock.AnnounceAsync(recording);
        var wanted = status.Files.SelectMany((f, file) => f.MissingParts.Select(part => (file, part))).ToList();
        byte[] Body(int file, int part) => [.. recording.Bodies[file].Skip((part - 1) * status.PartBytes).Take(status.PartBytes)];
        using var answer = await dock.PostAsync(
            $"deliveries/{status.DeliveryId}/grants",
            new GrantRequest([.. wanted.Select(w => new PartToUpload(w.file, w.part, Body(w.file, w.part).Length, ContentMd5.Of(Body(w.file, w.part))))]));
        foreach (var grant in (await TestDock.ReadAsync<GrantAnswer>(answer)).Grants)
        {
            var body = Body(grant.File, grant.Part);
            Assert.Equal(HttpStatusCode.OK, await Uploads.SendAsync(grant.Url, body, ContentMd5.Of(body)));
        }

        await dock.CompleteAsync(status);
        Assert.True(await server.RunAsync(status.ItemId, Stage.Seal));
        return await server.MastersAsync(status.ItemId);
    }
}
