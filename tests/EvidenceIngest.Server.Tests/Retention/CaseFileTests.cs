using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using static EvidenceIngest.Server.Tests.Retention.RetentionFixture;

namespace EvidenceIngest.Server.Tests.Retention;

/// <summary>Article 29: the file of a closed case.</summary>
public sealed class CaseFileTests(PrivateCluster cluster)
{
    private const string Number = "薛执罚〔2026〕7号";

    [Fact]
    public async Task A_closed_case_lists_what_is_missing_and_gets_its_package_when_nothing_is()
    {
        await using var site = await StartAsync(cluster);
        await site.CaseAsync(Number, new CaseRequest(null, null, null, CaseState.Open, null));
        await RoundAsync(site);
        Assert.Null((await FindAsync(site)).CaseFile);

        await site.CaseAsync(Number, new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 20)));
        await RoundAsync(site);
        Assert.Equal(["案件未关联音像资料 / no item is linked to the case"], (await FindAsync(site)).CaseFile!.Lacks);
        await site.LinkAsync(Number);
        await RoundAsync(site);
        Assert.Equal([$"{site.Item}：缺少证明对象 / ObjectOfProof is missing"], (await FindAsync(site)).CaseFile!.Lacks);

        await CompleteItemAsync(site);
        await RoundAsync(site);
        await RoundAsync(site);

        var file = (await FindAsync(site)).CaseFile!;
        Assert.Empty(file.Lacks);
        using var answer = await site.Custodian.GetAsync("/api/v1/packages/" + file.Package);
        var package = await TestDock.ReadAsync<PackageView>(answer);
        Assert.Equal([site.Item], package.Items);
        Assert.Contains(Number, package.Why, StringComparison.Ordinal);
        Assert.Single(await site.ChainAsync(), e => e.Kind == CustodyEventKind.Exported);
        Assert.Contains(file.Package!, await RetentionTests.ServiceChainAsync(site, CustodyEventKind.CaseFileMade), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kill_after_the_package_was_made_or_begun_leaves_one_package_and_one_event()
    {
        await using var site = await StartAsync(cluster);
        await site.CaseAsync(Number, new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 20)));
        await site.LinkAsync(Number);
        await CompleteItemAsync(site);
        await RoundAsync(site);
        var made = (await FindAsync(site)).CaseFile!.Package!;

        // Killed before the case learned of it.
        await ForgetAsync(site);
        await RoundAsync(site);
        Assert.Equal(made, (await FindAsync(site)).CaseFile!.Package);

        // Killed before the package was written down.
        await ForgetAsync(site);
        await using (var owner = NpgsqlDataSource.Create(PrivateCluster.AsOwner(site.Server.Database)))
        await using (var command = owner.CreateCommand(
            "alter table package_files disable trigger user; alter table packages disable trigger user; delete from package_files; delete from packages"))
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
        await RoundAsync(site);

        Assert.Equal(made, (await FindAsync(site)).CaseFile!.Package);
        Assert.Single(await site.ChainAsync(), e => e.Kind == CustodyEventKind.Exported);

        // Closed anew it is another file.
        await site.CaseAsync(Number, new CaseRequest(null, null, null, CaseState.Open, null));
        await site.CaseAsync(Number, new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 21)));
        await RoundAsync(site);
        Assert.NotEqual(made, (await FindAsync(site)).CaseFile!.Package);
    }

    [Fact]
    public async Task A_case_file_that_is_late_is_on_the_status()
    {
        await using var site = await StartAsync(cluster);
        await site.CaseAsync(Number, new CaseRequest(null, null, null, CaseState.Closed, DateOnly.FromDateTime(site.Now.UtcDateTime.AddDays(-29))));
        Assert.Equal(0, (await StatusAsync(site)).Retention.CaseFilesOverdue);

        site.Server.Clock.Shift = TimeSpan.FromDays(3);

        Assert.Equal(1, (await StatusAsync(site)).Retention.CaseFilesOverdue);
    }

    [Fact]
    public async Task Locks_that_don_t_follow_their_rules_for_an_hour_are_an_alarm()
    {
        await using var site = await StartAsync(cluster);
        using (var answer = await PutAsync(site.Custodian, $"items/{site.Item}/retention", new Server.Retention.ItemRetentionRequest("long", "重大案件")))
            answer.EnsureSuccessStatusCode();
        site.Server.Vault.Locking = asked => asked with { Compliance = false };
        for (var minutes = 0; minutes <= 66; minutes += 6)
        {
            site.Server.Clock.Shift = TimeSpan.FromMinutes(minutes);
            await site.KeepAsync();
            Assert.Equal(minutes >= 60 ? 1 : 0, (await StatusAsync(site)).Retention.LocksOverdue);
        }

        using var health = await site.Server.Anonymous.GetAsync("/health");
        Assert.Contains("for more than an hour", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task CompleteItemAsync(RetentionFixture site)
    {
        var missing = new MetadataPatch(null, null, null, "现场检查经过", "补录");
        using var patch = await site.Custodian.PatchAsJsonAsync($"/api/v1/items/{site.Item}/metadata", missing, EvidenceJson.Options);
        patch.EnsureSuccessStatusCode();
    }

    /// <summary>What the case file keeper wrote last, as if it had been killed before.</summary>
    private static Task<int> ForgetAsync(RetentionFixture site) => site.Server.Catalogue.WriteAsync(
        db => db.Cases.ExecuteUpdateAsync(set => set.SetProperty(c => c.PackageId, (string?)null).SetProperty(c => c.PackageLacks, (IReadOnlyList<string>?)null)), default);

    private static Task<bool> RoundAsync(RetentionFixture site) => site.Server.Get<CaseFiles>().RunOnceAsync(CancellationToken.None);

    private static async Task<CaseView> FindAsync(RetentionFixture site)
    {
        using var answer = await site.Custodian.GetAsync("/api/v1/cases/" + Uri.EscapeDataString(Number));
        return await TestDock.ReadAsync<CaseView>(answer);
    }

    private static async Task<ServerStatus> StatusAsync(RetentionFixture site)
    {
        using var answer = await site.Server.Operator.GetAsync("/api/v1/status");
        return await TestDock.ReadAsync<ServerStatus>(answer);
    }
}
