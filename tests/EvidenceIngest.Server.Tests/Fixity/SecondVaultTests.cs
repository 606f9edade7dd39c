using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>Masters lie in a second vault as well, are audited there, and come back from it when a person orders so.</summary>
public sealed class SecondVaultTests(PrivateCluster cluster)
{
    private readonly MemoryVault _second = Audits.NewVault();

    [Fact]
    public async Task Every_master_is_copied_locked_as_long_told_and_audited_there_too()
    {
        await using var server = await StartAsync();
        var files = await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one", "", "three");

        await server.RoundsAsync();

        var copies = await server.CopiesAsync(files[0].ItemId);
        Assert.Equal(files.Select(f => (TestServer.SecondBucket, f.Key!)), copies.Select(c => (c.Bucket, c.Key)));
        Assert.All(files.Zip(copies), pair =>
        {
            Assert.Equal(server.Vault.Content(pair.First.Version()), _second.Content(pair.Second.Version()));
            Assert.True(_second.Lock(pair.Second.Version()) is { Compliance: true } kept && kept.Until >= pair.First.LockedUntil);
        });
        Assert.Equal(3, (await server.EventsAsync(files[0].ItemId, CustodyEventKind.Replicated)).Count);
        await server.RoundsAsync();
        Assert.Equal(3, _second.Versions.Count);

        _second.Damage(copies[2].Version(), bytes => bytes[..2]);
        await server.PassAsync();
        var finding = Assert.Single(await server.FindingsAsync());
        Assert.Equal((VaultSet.SecondName, AuditedWhat.Copy, FindingKind.Truncated, 3), (finding.Vault, finding.What, finding.Kind, finding.File));
        var checks = (await server.EventsAsync(files[0].ItemId, CustodyEventKind.FixityChecked)).Select(e => e.Detail).ToList();
        Assert.Single(checks, d => d.StartsWith("pass 2 of vault first: 3 files", StringComparison.Ordinal) && d.EndsWith("all as sealed", StringComparison.Ordinal));
        Assert.Single(checks, d => d.StartsWith("pass 2 of vault second: 3 files", StringComparison.Ordinal) && d.EndsWith("1 findings are open", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_stores_replicate_themselves_is_adopted_and_no_stranger()
    {
        await using var server = await StartAsync();
        var dock = await server.EnrolDockAsync();
        var files = await server.SealAsync(dock, "dev-1", "one", "two");
        var there = _second.Stray(new VaultObject(TestServer.SecondBucket, files[0].Key!), "one"u8.ToArray());
        var wrong = _second.Stray(new VaultObject(TestServer.SecondBucket, files[1].Key!), "twO"u8.ToArray());

        await server.RoundsAsync();

        var copies = await server.CopiesAsync(files[0].ItemId);
        Assert.Equal(there, copies[0].Version());
        Assert.NotEqual(wrong, copies[1].Version());
        Assert.NotNull(_second.Lock(there));
        // The one that isn't the master has no business under its key.
        Assert.Equal((FindingKind.Untracked, wrong.VersionId), Assert.Single((await server.FindingsAsync()).Select(f => (f.Kind, f.VersionId))));
    }

    [Fact]
    public async Task Nothing_is_copied_into_a_vault_that_fails_the_probe()
    {
        _second.ProbeHolds = false;
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, secondVault: _second);
        await server.SecondIsProbedAsync(VaultTrustState.Broken);
        await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one");

        await server.RoundsAsync();

        Assert.Empty(_second.Versions);
        Assert.Contains("probe", server.Get<FixityKeeper>().Trouble[FixityKeeper.Copying], StringComparison.Ordinal);
        Assert.Equal(1, (await server.FixityAsync()).Vaults[1].Uncopied);
    }

    [Fact]
    public async Task A_damaged_master_is_not_spread()
    {
        await using var server = await StartAsync();
        var files = await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one", "two");
        server.Vault.Damage(files[0].Version(), _ => "oNe"u8.ToArray());

        await server.RoundsAsync();

        Assert.Equal(FindingKind.Altered, Assert.Single(await server.FindingsAsync()).Kind);
        Assert.Equal(files[1].Key, Assert.Single(_second.Versions).Key);
    }

    [Fact]
    public async Task A_lock_that_was_extended_is_extended_there_too()
    {
        await using var server = await StartAsync();
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        await server.RoundsAsync();
        var longer = file.LockedUntil!.Value.AddYears(20);
        await server.Vault.LockAsync(file.Version(), longer, default);
        await server.Catalogue.WriteAsync(db => db.MasterFiles.ExecuteUpdateAsync(set => set.SetProperty(f => f.LockedUntil, longer)), default);

        server.Clock.Shift = TimeSpan.FromHours(2);
        await server.RoundsAsync();

        var copy = Assert.Single(await server.CopiesAsync(file.ItemId));
        Assert.Equal((longer, longer), (copy.LockedUntil!.Value, _second.Lock(copy.Version())!.Until));
    }

    public static TheoryData<string> Damages => ["altered", "lost", "cut off"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_master_comes_back_from_the_second_vault_and_the_damaged_version_stays(string damage)
    {
        await using var server = await StartAsync();
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record("dev-1", contents: ["one", "two"]);
        var status = await dock.DeliverAsync(recording);
        await server.RunAsync(status.ItemId, Stage.Seal);
        var old = (await server.MastersAsync(status.ItemId))[0];
        await server.RoundsAsync();
        if (damage == "lost")
            server.Vault.Lose(old.Version());
        else
            server.Vault.Damage(old.Version(), bytes => damage == "altered" ? "oNe"u8.ToArray() : bytes[..1]);
        await server.PassAsync();
        var finding = Assert.Single(await server.FindingsAsync());

        using var ordered = await server.Operator.PostAsync($"/api/v1/fixity/findings/{finding.Finding}/restore", null);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, ordered.StatusCode);
        await server.RoundsAsync();

        Assert.Empty(await server.FindingsAsync());
        var now = (await server.MastersAsync(status.ItemId))[0];
        Assert.NotEqual(old.Key, now.Key);
        Assert.Equal("one"u8.ToArray(), server.Vault.Content(now.Version()));
        Assert.True(server.Vault.Lock(now.Version())!.Until >= old.LockedUntil);
        Assert.Equal(damage != "lost", server.Vault.Versions.Contains(old.Version()));
        var restored = Assert.Single(await server.EventsAsync(status.ItemId, CustodyEventKind.Restored));
        Assert.Equal("operator:custodian", restored.Actor);
        Assert.Contains($"{old.Key} version {old.VersionId}", restored.Detail, StringComparison.Ordinal);
        Assert.Contains($"{now.Key} version {now.VersionId}", restored.Detail, StringComparison.Ordinal);
        // The item lives on: it is read from there, nothing is a stranger, and the dock still gets its receipt.
        await server.PassAsync();
        Assert.Empty(await server.FindingsAsync());
        Assert.Equal(DeliveryState.Sealed, (await dock.AnnounceAsync(recording)).State);
        Assert.True(await server.RunAsync(status.ItemId, Stage.Inspect));
        Assert.Contains("one"u8.ToArray(), server.Media.Inspected);
    }

    [Fact]
    public async Task A_damaged_copy_comes_back_from_the_first_vault()
    {
        await using var server = await StartAsync();
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        await server.RoundsAsync();
        var old = Assert.Single(await server.CopiesAsync(file.ItemId));
        _second.Damage(old.Version(), _ => "oNe"u8.ToArray());
        await server.PassAsync();
        var finding = Assert.Single(await server.FindingsAsync());

        await server.Get<FixityRegister>().OrderRestoreAsync(finding.Finding, "custodian", default);
        await server.RoundsAsync();

        var now = Assert.Single(await server.CopiesAsync(file.ItemId));
        Assert.NotEqual(old.Version(), now.Version());
        Assert.Equal("one"u8.ToArray(), _second.Content(now.Version()));
        Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.Restored));
        await server.PassAsync();
        Assert.Empty(await server.FindingsAsync());
    }

    [Fact]
    public async Task When_both_are_damaged_the_order_stands_with_its_reason_and_nothing_is_written()
    {
        await using var server = await StartAsync();
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        await server.RoundsAsync();
        var copy = Assert.Single(await server.CopiesAsync(file.ItemId));
        server.Vault.Damage(file.Version(), _ => "oNe"u8.ToArray());
        _second.Damage(copy.Version(), _ => "onE"u8.ToArray());
        await server.PassAsync();
        var finding = Assert.Single(await server.FindingsAsync(), f => f.Vault == VaultSet.FirstName);
        await server.Get<FixityRegister>().OrderRestoreAsync(finding.Finding, "custodian", default);

        await server.RoundsAsync();

        var after = await server.Get<FixityRegister>().FindAsync(finding.Finding, default);
        Assert.Null(after.ResolvedAt);
        Assert.Contains("was sealed as", after.RestoreTrouble, StringComparison.Ordinal);
        Assert.Equal(file.Version(), Assert.Single(server.Vault.Versions));
        Assert.Equal(file.VersionId, (await server.MastersAsync(file.ItemId))[0].VersionId);
    }

    [Fact]
    public async Task Copying_and_restoring_that_are_killed_at_any_step_end_the_same()
    {
        await using var server = await StartAsync();
        var dock = await server.EnrolDockAsync();
        await server.RoundsAsync();
        var keeper = server.Get<FixityKeeper>();
        var kills = 0;
        for (var step = 0; ; step++)
        {
            var file = Assert.Single(await server.SealAsync(dock, $"dev-{step}", "one"));
            server.Faults.KillAt(step);
            await keeper.RunOnceAsync(default);
            server.Faults.Never();
            var struck = server.Faults.Struck;
            await server.RoundsAsync();
            Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.Replicated));
            Assert.Single(_second.Versions, v => v.Key == file.Key);

            server.Vault.Damage(file.Version(), _ => "oNe"u8.ToArray());
            await server.PassAsync();
            var finding = Assert.Single(await server.FindingsAsync());
            await server.Get<FixityRegister>().OrderRestoreAsync(finding.Finding, "custodian", default);
            server.Faults.KillAt(step);
            await keeper.RunOnceAsync(default);
            server.Faults.Never();
            struck |= server.Faults.Struck;
            server.Clock.Shift += TimeSpan.FromMinutes(5);
            await server.RoundsAsync();
            Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.Restored));
            Assert.Equal(2, server.Vault.Versions.Count(v => v.Key.Contains(file.ItemId, StringComparison.Ordinal)));
            await server.PassAsync();
            Assert.Empty(await server.FindingsAsync());
            kills += struck ? 1 : 0;
            if (!struck)
                break;
        }

        Assert.True(kills > 12, $"only {kills} steps were seen");
    }

    [Fact]
    public async Task Restoring_a_copy_that_is_killed_at_any_step_is_told_once()
    {
        await using var server = await StartAsync();
        var dock = await server.EnrolDockAsync();
        await server.RoundsAsync();
        var kills = 0;
        for (var step = 0; ; step++)
        {
            var file = Assert.Single(await server.SealAsync(dock, $"dev-{step}", "one"));
            await server.RoundsAsync();
            _second.Lose(Assert.Single(await server.CopiesAsync(file.ItemId)).Version());
            await server.PassAsync();
            var finding = Assert.Single(await server.FindingsAsync());
            await server.Get<FixityRegister>().OrderRestoreAsync(finding.Finding, "custodian", default);

            server.Faults.KillAt(step);
            await server.Get<FixityKeeper>().RunOnceAsync(default);
            server.Faults.Never();
            server.Clock.Shift += TimeSpan.FromMinutes(5);
            await server.RoundsAsync();

            Assert.Empty(await server.FindingsAsync());
            Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.Restored));
            Assert.Single(_second.Versions, v => v.Key == file.Key);
            if (!server.Faults.Struck)
                break;
            kills++;
        }

        Assert.True(kills > 5, $"only {kills} steps were seen");
    }

    private async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false, secondVault: _second);
        await server.SecondIsProbedAsync();
        return server;
    }
}
