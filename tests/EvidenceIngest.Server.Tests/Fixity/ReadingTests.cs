using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>What has been sealed is read again and again, and what is wrong with it is found.</summary>
public sealed class ReadingTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_pass_reads_everything_once_and_tells_it_once_per_item()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var chapters = await server.SealAsync(dock, "dev-1", "one", "", "three");
        var single = await server.SealAsync(dock, "dev-2", "four");
        await server.RunAsync(single[0].ItemId, Stage.Inspect);
        await server.RunAsync(single[0].ItemId, Stage.Render);
        server.Vault.Reads.Clear();

        await server.PassAsync();

        var held = chapters.Concat(single).Select(f => f.Version()).ToList();
        Assert.Equal(held.ToHashSet(), server.Vault.Reads.Where(v => v.Bucket == "evidence").ToHashSet());
        Assert.Equal(5, server.Vault.Reads.Count); // The rendition too.
        var pass = Assert.Single((await server.FixityAsync()).Vaults).Pass!;
        Assert.Equal((5L, 5L, 0L, pass.TotalBytes), (pass.Objects, pass.TotalObjects, pass.Wrong, pass.Bytes));
        Assert.Contains("3 files, 8 bytes", Assert.Single(await server.EventsAsync(chapters[0].ItemId, CustodyEventKind.FixityChecked)).Detail, StringComparison.Ordinal);
        Assert.Single(await server.EventsAsync(single[0].ItemId, CustodyEventKind.FixityChecked));
        Assert.All(await server.MastersAsync(chapters[0].ItemId), f => Assert.True(f.VerifiedAt > chapters[0].VerifiedAt));
        Assert.Empty(await server.FindingsAsync());

        await server.PassAsync();
        Assert.Equal(2, (await server.EventsAsync(chapters[0].ItemId, CustodyEventKind.FixityChecked)).Count);
    }

    [Fact]
    public async Task Every_one_of_five_hundred_turned_bits_is_found()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var random = new Random(20261122);
        var damaged = new HashSet<VaultVersion>();
        for (var item = 0; item < 20; item++)
        {
            var files = await server.SealAsync(dock, $"dev-{item}", [.. Enumerable.Range(0, 25).Select(i => $"chapter {i} of item {item}: {random.NextInt64()}")]);
            foreach (var file in files)
            {
                server.Vault.Damage(file.Version(), bytes =>
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                    return bytes;
                });
                damaged.Add(file.Version());
            }
        }

        await server.PassAsync();

        var findings = await server.FindingsAsync();
        Assert.Equal(500, findings.Count);
        Assert.All(findings, f => Assert.Equal((FindingKind.Altered, AuditedWhat.Master), (f.Kind, f.What)));
        Assert.Equal(damaged, findings.Select(f => new VaultVersion(f.Bucket, f.Key, f.VersionId)).ToHashSet());
        Assert.Equal(500, (await server.FixityAsync()).Vaults[0].Pass!.Wrong);
        Assert.Equal(25, (await server.EventsAsync(findings[0].Item!, CustodyEventKind.FixityFailed)).Count);
    }

    [Fact]
    public async Task Cut_off_lost_swapped_and_lengthened_objects_are_told_apart()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var files = await server.SealAsync(dock, "dev-1", "cut off", "emptied", "lost", "swapped a", "swapped b", "longer", "right", "");
        server.Vault.Damage(files[0].Version(), bytes => bytes[..3]);
        server.Vault.Damage(files[1].Version(), _ => []);
        server.Vault.Lose(files[2].Version());
        server.Vault.Swap(files[3].Version(), files[4].Version());
        server.Vault.Damage(files[5].Version(), bytes => [.. bytes, 0]);

        await server.PassAsync();

        FindingKind?[] expected =
            [FindingKind.Truncated, FindingKind.Truncated, FindingKind.Missing, FindingKind.Altered, FindingKind.Altered, FindingKind.Altered, null, null];
        var found = (await server.FindingsAsync()).ToDictionary(f => f.File!.Value, f => f.Kind);
        Assert.Equal(expected, Enumerable.Range(1, 8).Select(i => found.TryGetValue(i, out var kind) ? kind : (FindingKind?)null));
        Assert.Contains("6 findings are open", Assert.Single(await server.EventsAsync(files[0].ItemId, CustodyEventKind.FixityChecked)).Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string> WeakLocks => ["none", "governance", "an hour short"];

    [Theory]
    [MemberData(nameof(WeakLocks))]
    public async Task A_lock_that_became_weaker_is_a_finding_and_is_set_again(string became)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        var kept = server.Vault.Lock(file.Version())!;
        server.Vault.Weaken(file.Version(), became switch
        {
            "none" => null,
            "governance" => kept with { Compliance = false },
            _ => kept with { Until = kept.Until.AddHours(-1) },
        });

        await server.PassAsync();

        Assert.Equal(FindingKind.LockWeak, Assert.Single(await server.FindingsAsync()).Kind);
        Assert.Equal(new VaultLock(true, file.LockedUntil!.Value), server.Vault.Lock(file.Version()));
        await server.PassAsync();
        Assert.Empty(await server.FindingsAsync());
        Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.FixityResolved));
    }

    [Fact]
    public async Task A_finding_is_told_once_and_ends_when_the_object_is_right_again()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        var right = server.Vault.Content(file.Version());
        server.Vault.Damage(file.Version(), _ => "two"u8.ToArray());
        await server.PassAsync();
        var first = Assert.Single(await server.FindingsAsync());
        await server.PassAsync();
        var again = Assert.Single(await server.FindingsAsync());
        Assert.Equal(first.Finding, again.Finding);
        Assert.True(again.LastSeenAt > first.LastSeenAt);
        Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.FixityFailed));

        server.Vault.Damage(file.Version(), _ => right);
        await server.PassAsync();

        Assert.Empty(await server.FindingsAsync());
        var ended = Assert.Single(await server.FindingsAsync(open: false));
        Assert.Equal("server:test", ended.ResolvedBy);
        Assert.Contains($"finding {ended.Finding}, Altered", Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.FixityResolved)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bit_that_turned_on_the_way_is_no_finding()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one");
        server.Vault.FlippedReads = 1;

        await server.PassAsync();

        Assert.Equal(0, server.Vault.FlippedReads);
        Assert.Empty(await server.FindingsAsync());
    }

    [Fact]
    public async Task A_vault_that_is_away_is_trouble_and_no_finding()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one", "two");
        await server.Get<FixityRegister>().HurryAsync(default);
        server.Vault.IsDown = true;

        for (var round = 0; round < 5; round++)
            await server.RoundsAsync();

        Assert.Contains("down", server.Get<FixityKeeper>().Trouble[VaultSet.FirstName], StringComparison.Ordinal);
        Assert.Empty(await server.FindingsAsync());
        server.Vault.IsDown = false;
        await server.PassAsync();
        Assert.Equal(2, (await server.FixityAsync()).Vaults[0].Pass!.Objects);
    }

    [Fact]
    public async Task An_object_that_alone_can_not_be_read_becomes_a_finding_after_three_rounds_and_holds_nothing_up()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var files = await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one", "two", "three");
        server.Vault.Unreadable.Add(files[0].Version());
        await server.Get<FixityRegister>().HurryAsync(default);

        await server.RoundsAsync();
        Assert.Equal(2, (await server.FixityAsync()).Vaults[0].Pass!.Objects);
        await server.RoundsAsync();
        Assert.Empty(await server.FindingsAsync());
        await server.RoundsAsync();

        Assert.Equal((FindingKind.Unreadable, 1), Assert.Single((await server.FindingsAsync()).Select(f => (f.Kind, f.File!.Value))));
        Assert.NotNull((await server.FixityAsync()).Vaults[0].Pass!.EndedAt);
        server.Vault.Unreadable.Clear();
        await server.PassAsync();
        Assert.Empty(await server.FindingsAsync());
    }

    [Fact]
    public async Task A_damaged_rendition_is_a_finding_of_its_item()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        await server.RunAsync(file.ItemId, Stage.Inspect);
        await server.RunAsync(file.ItemId, Stage.Render);
        var rendition = await server.Catalogue.ReadAsync(db => db.Renditions.SingleAsync(), default);
        server.Vault.Damage(new VaultVersion(rendition.Bucket, rendition.Key, rendition.VersionId), bytes => bytes[..100]);

        await server.PassAsync();

        var finding = Assert.Single(await server.FindingsAsync());
        Assert.Equal((AuditedWhat.Rendition, FindingKind.Truncated, file.ItemId), (finding.What, finding.Kind, finding.Item));
    }

    [Fact]
    public async Task Killed_in_mid_pass_another_server_goes_on_where_it_was()
    {
        var database = await cluster.NewDatabaseAsync();
        await using var first = await TestServer.StartAsync(cluster, withJobs: false, database: database);
        var dock = await first.EnrolDockAsync();
        for (var item = 0; item < 5; item++)
            await first.SealAsync(dock, $"dev-{item}", "one", "two");
        await first.Get<FixityRegister>().HurryAsync(default);
        var vault = first.Vault;
        await using var second = await TestServer.StartAsync(cluster, withJobs: false, database: database, vault: vault);
        await first.Get<FixityKeeper>().RunOnceAsync(default); // The listing, and the pass once without a kill.
        vault.Reads.Clear();
        var kills = 0;
        for (var step = 0; step < 12; step++)
        {
            await first.Get<FixityRegister>().HurryAsync(default);
            first.Faults.KillAt(step * 9);
            await first.Get<FixityKeeper>().RunOnceAsync(default);
            first.Faults.Never();
            kills += first.Faults.Struck ? 1 : 0;
            await second.RoundsAsync();
        }

        Assert.True(kills > 5, $"only {kills} kills");
        var passes = await second.Catalogue.ReadAsync(db => db.FixityPasses.OrderBy(p => p.Number).ToListAsync(), default);
        Assert.All(passes, p => Assert.Equal((10L, 0L), (p.Objects, p.Wrong)));
        Assert.All(passes, p => Assert.NotNull(p.EndedAt));
        // What was being read when it was killed is read again, and nothing else.
        Assert.InRange(vault.Reads.Count, 12 * 10, (12 * 10) + kills);
        var items = await second.Catalogue.ReadAsync(db => db.Items.Select(i => i.Id).ToListAsync(), default);
        foreach (var item in items)
            Assert.Equal(passes.Count, (await second.EventsAsync(item, CustodyEventKind.FixityChecked)).Count);
    }

    [Fact]
    public async Task Several_servers_read_everything_once()
    {
        var database = await cluster.NewDatabaseAsync();
        await using var first = await TestServer.StartAsync(cluster, withJobs: false, database: database);
        await first.SealAsync(await first.EnrolDockAsync(), "dev-1", [.. Enumerable.Range(0, 40).Select(i => $"chapter {i}")]);
        await using var second = await TestServer.StartAsync(cluster, withJobs: false, database: database, vault: first.Vault);
        await first.Get<FixityRegister>().HurryAsync(default);
        first.Vault.Reads.Clear();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => (i % 2 == 0 ? first : second).RoundsAsync())));
        await first.RoundsAsync();

        Assert.Equal(40, first.Vault.Reads.Count);
        Assert.NotNull((await first.FixityAsync()).Vaults[0].Pass!.EndedAt);
    }
}
