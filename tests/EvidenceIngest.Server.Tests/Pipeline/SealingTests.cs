using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Pipeline;

public sealed class SealingTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Killed_at_any_step_and_run_again_it_ends_with_one_receipt_and_one_version()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var kills = 0;
        for (var step = 0; ; step++)
        {
            var status = await dock.DeliverAsync(TestDock.Record("dev-" + step, contents: ["chapter one", "", "chapter three"]));
            server.Faults.KillAt(step);
            try
            {
                await server.Get<Sealing>().RunAsync(status.ItemId, CancellationToken.None);
            }
            catch (KilledException)
            {
                kills++;
            }

            server.Faults.Never();
            if (!server.Faults.Struck)
                break;
            await server.Get<Sealing>().RunAsync(status.ItemId, CancellationToken.None);
            await AssertSealedOnceAsync(server, dock, status);
        }

        // Three files, each completed, recorded, read, locked, its lock read; before and after each.
        Assert.True(kills > 25, $"only {kills} steps were seen");
    }

    [Fact]
    public async Task The_same_receipt_comes_back_however_often_it_is_asked_for()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var recording = TestDock.Record();
        var status = await dock.DeliverAsync(recording);
        await server.RunAsync(status.ItemId, Stage.Seal);

        var first = await dock.StatusAsync(status);
        await server.RunAsync(status.ItemId, Stage.Seal);
        await server.Get<Sealing>().RunAsync(status.ItemId, CancellationToken.None);
        var announced = await dock.AnnounceAsync(recording);
        var completed = await dock.CompleteAsync(status);

        Assert.Equal(first.Receipt!.Payload, announced.Receipt!.Payload);
        Assert.Equal(first.Receipt.Payload, completed.Receipt!.Payload);
        Assert.Equal(first.Receipt.Signatures[0].Sig, completed.Receipt.Signatures[0].Sig);
    }

    [Fact]
    public async Task A_read_back_that_differs_is_sent_again_and_the_bad_object_stays_on_record()
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var recording = TestDock.Record();
        server.Vault.FlippedReads = 1;

        var status = await dock.StatusAsync(await dock.DeliverAsync(recording), 20);
        Assert.Equal(DeliveryState.ResendNeeded, status.State);
        Assert.Contains("file 1", status.Reason, StringComparison.Ordinal);
        Assert.Equal([1], status.Files[0].MissingParts);
        Assert.Empty(server.Vault.LockedVersions);

        await dock.SendAsync(recording, status);
        status = await dock.StatusAsync(await dock.CompleteAsync(status), 20);

        Assert.Equal(DeliveryState.Sealed, status.State);
        var sealedFile = Assert.Single(dock.Receipt(status).Statement.Files);
        Assert.EndsWith("/01-r2.mp4", sealedFile.Key, StringComparison.Ordinal);
        Assert.Equal(sealedFile.VersionId, Assert.Single(server.Vault.LockedVersions).VersionId);
        var chain = await server.Get<ItemRegister>().CustodyAsync(status.ItemId, CancellationToken.None);
        Assert.Contains("/01.mp4", Assert.Single(chain, e => e.Kind == CustodyEventKind.FixityMismatch).Detail, StringComparison.Ordinal);
        var aside = await server.Catalogue.ReadAsync(
            db => db.Uploads.Where(u => u.ItemId == status.ItemId && u.SetAside != null).ToListAsync(), CancellationToken.None);
        Assert.Contains(server.Vault.Versions, v => v.VersionId == Assert.Single(aside).VersionId);
    }

    public static TheoryData<string> UnkeptLocks => ["none", "governance", "an hour short"];

    [Theory]
    [MemberData(nameof(UnkeptLocks))]
    public async Task A_lock_that_is_not_what_was_asked_for_is_no_seal(string kept)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        server.Vault.Locking = asked => kept switch
        {
            "none" => null,
            "governance" => asked with { Compliance = false },
            _ => asked with { Until = asked.Until.AddHours(-1) },
        };
        var status = await dock.DeliverAsync(TestDock.Record());

        Assert.False(await server.RunAsync(status.ItemId, Stage.Seal));

        status = await dock.StatusAsync(status);
        Assert.Equal(DeliveryState.Sealing, status.State);
        Assert.Contains("lock", status.Reason, StringComparison.Ordinal);
        Assert.Null(status.Receipt);
        Assert.Equal(VaultTrustState.Broken, server.Get<VaultTrust>().State);
    }

    [Fact]
    public async Task Nothing_is_sealed_in_a_vault_that_fails_the_probe()
    {
        await using var server = await TestServer.StartAsync(cluster, arrange: vault => vault.ProbeHolds = false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync(VaultTrustState.Broken);

        var status = await dock.DeliverAsync(TestDock.Record());
        await Eventually.HoldsAsync(async () => (await dock.StatusAsync(status)).Reason is not null, "a reason is shown");

        status = await dock.StatusAsync(status);
        Assert.Equal(DeliveryState.Sealing, status.State);
        Assert.Contains("probe", status.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Vault.LockedVersions);
        using var health = await server.Anonymous.GetAsync("/health");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, health.StatusCode);
    }

    [Fact]
    public async Task A_vault_that_comes_back_is_probed_and_sealing_goes_on_by_itself()
    {
        await using var server = await TestServer.StartAsync(cluster, arrange: vault => vault.IsDown = true);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync(VaultTrustState.Unreachable);
        server.Vault.IsDown = false;
        await server.VaultIsProbedAsync();

        var recording = TestDock.Record();
        var status = await dock.AnnounceAsync(recording);
        await dock.SendAsync(recording, status);
        await dock.CompleteAsync(status);
        await Eventually.HoldsAsync(
            async () => (await dock.StatusAsync(status)).State == DeliveryState.Sealed, "sealed");
    }

    [Fact]
    public async Task Two_servers_that_seal_the_same_item_at_once_issue_one_receipt()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record(contents: ["one", "", "three"]));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => server.Get<Sealing>().RunAsync(status.ItemId, CancellationToken.None))));

        await AssertSealedOnceAsync(server, dock, status);
    }

    private static async Task AssertSealedOnceAsync(TestServer server, TestDock dock, DeliveryStatus status)
    {
        status = await dock.StatusAsync(status);
        Assert.Equal(DeliveryState.Sealed, status.State);
        var receipt = dock.Receipt(status).Statement;
        var (receipts, masters) = await server.Catalogue.ReadAsync(
            async db => (
                await db.Receipts.CountAsync(r => r.ItemId == status.ItemId),
                await db.MasterFiles.Where(f => f.ItemId == status.ItemId).OrderBy(f => f.Position).ToListAsync()),
            CancellationToken.None);
        Assert.Equal(1, receipts);
        Assert.Equal(masters.Select(f => f.VersionId), receipt.Files.Select(f => f.VersionId));
        // An empty file's PUT may be repeated; only the version that is recorded is locked.
        Assert.Equal(
            masters.Select(f => new VaultVersion(f.Bucket!, f.Key!, f.VersionId!)).ToHashSet(),
            server.Vault.LockedVersions.Where(v => v.Key.Contains(status.ItemId, StringComparison.Ordinal)).ToHashSet());
        var chain = await server.Catalogue.ReadAsync(db => db.ReadChainAsync(status.ItemId, CancellationToken.None), CancellationToken.None);
        Assert.Null(CustodyChain.Verify(status.ItemId, chain.Select(e => (e.Bytes, e.Hash))));
        var kinds = chain.Select(e => Domain.EvidenceJson.FromBytes<CustodyEvent>(e.Bytes).Kind).ToList();
        Assert.Equal((3, 1), (kinds.Count(k => k == CustodyEventKind.Sealed), kinds.Count(k => k == CustodyEventKind.Receipted)));
    }
}
