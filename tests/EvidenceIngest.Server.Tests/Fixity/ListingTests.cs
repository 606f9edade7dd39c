using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>Within a day, without reading what looks right: what the vault lists against what the catalogue knows.</summary>
public sealed class ListingTests(PrivateCluster cluster)
{
    [Fact]
    public async Task What_the_system_wrote_itself_is_no_stranger()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var sealedFile = Assert.Single(await server.SealAsync(dock, "dev-1", "one"));
        await server.RunAsync(sealedFile.ItemId, Stage.Inspect);
        await server.RunAsync(sealedFile.ItemId, Stage.Render);
        await server.Get<LogKeeper>().RunOnceAsync(default);
        server.Vault.Stray(new VaultObject("evidence", "probe/0123"), [1]);
        // One that was read back wrong and is set aside, one that has arrived and is not sealed yet.
        server.Vault.FlippedReads = 1;
        var resent = await dock.DeliverAsync(TestDock.Record("dev-2", contents: "two"));
        await server.RunAsync(resent.ItemId, Stage.Seal);
        await dock.AnnounceAsync(TestDock.Record("dev-3", contents: "three"));

        await server.RoundsAsync();

        Assert.Empty(server.Get<FixityKeeper>().Trouble);
        Assert.Empty(await server.FindingsAsync());
        Assert.Equal(server.Vault.Versions.Count, (await server.FixityAsync()).Vaults[0].ListedVersions);
    }

    [Fact]
    public async Task Strangers_are_found_wherever_they_lie()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var file = Assert.Single(await server.SealAsync(await server.EnrolDockAsync(), "dev-1", "one"));
        string[] keys = ["a", "masters/2026/11/x", "zz", "\uE000\U0001F600", "\U0001F600", "log/heads", "renditions/none/proxy.mp4"];
        var strays = keys.Select(k => server.Vault.Stray(new VaultObject("evidence", k), [1, 2])).ToList();
        strays.Add(server.Vault.Stray(new VaultObject("evidence-renditions", "renditions/other.mp4"), [1]));
        var onTop = server.Vault.Stray(new VaultObject(file.Bucket!, file.Key!), [1, 2, 3]);

        await server.RoundsAsync();

        var findings = await server.FindingsAsync();
        Assert.All(findings, f => Assert.Equal(FindingKind.Untracked, f.Kind));
        Assert.Equal(strays.Append(onTop).ToHashSet(), findings.Select(f => new VaultVersion(f.Bucket, f.Key, f.VersionId)).ToHashSet());
        // A version on top of a master is its item's matter.
        Assert.Equal(file.ItemId, Assert.Single(findings, f => f.VersionId == onTop.VersionId).Item);
        Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.FixityFailed));

        foreach (var stray in strays.Append(onTop))
            server.Vault.Lose(stray);
        server.Clock.Shift = TimeSpan.FromDays(2);
        await server.RoundsAsync();
        Assert.Empty(await server.FindingsAsync());
        Assert.Single(await server.EventsAsync(file.ItemId, CustodyEventKind.FixityResolved));
    }

    [Fact]
    public async Task What_vanished_or_was_cut_off_is_found_long_before_its_turn_and_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.RoundsAsync(); // The first pass is over before anything is sealed; the next begins in eighty days.
        var files = await server.SealAsync(dock, "dev-1", "lost", "cut off", "right");
        server.Vault.Lose(files[0].Version());
        server.Vault.Damage(files[1].Version(), bytes => bytes[..2]);
        server.Vault.Reads.Clear();

        server.Clock.Shift = TimeSpan.FromHours(25);
        await server.RoundsAsync();

        Assert.Equal(
            [(1, FindingKind.Missing), (2, FindingKind.Truncated)],
            (await server.FindingsAsync()).Select(f => (f.File!.Value, f.Kind)).Order());
        Assert.DoesNotContain(files[2].Version(), server.Vault.Reads);
        server.Clock.Shift = TimeSpan.FromHours(50);
        await server.RoundsAsync();
        Assert.Equal(2, (await server.EventsAsync(files[0].ItemId, CustodyEventKind.FixityFailed)).Count);
    }

    [Fact]
    public async Task More_objects_than_fit_a_page_are_compared_without_holes()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var files = new List<Server.Deliveries.MasterFile>();
        for (var item = 0; item < 18; item++)
            files.AddRange(await server.SealAsync(dock, $"dev-{item}", [.. Enumerable.Range(0, 60).Select(i => i.ToString(CultureInfo.InvariantCulture))]));
        foreach (var lost in files.Where((_, i) => i % 97 == 0))
            server.Vault.Lose(lost.Version());

        await server.RoundsAsync();

        Assert.Equal(files.Where((_, i) => i % 97 == 0).Select(f => f.VersionId).Order(), (await server.FindingsAsync()).Select(f => f.VersionId).Order());
    }
}
