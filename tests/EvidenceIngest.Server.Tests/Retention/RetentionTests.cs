using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Tests.Support;
using Npgsql;
using static EvidenceIngest.Server.Tests.Retention.RetentionFixture;

namespace EvidenceIngest.Server.Tests.Retention;

public sealed class RetentionTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_sealed_item_is_locked_for_the_usual_term_and_the_keeper_has_nothing_to_add()
    {
        await using var site = await StartAsync(cluster);

        var retention = await site.RetentionAsync();

        var item = await site.StoredAsync();
        Assert.Equal(item.SealedAt!.Value.AddMonths(120), retention.Until);
        Assert.False(retention.WithoutEnd);
        Assert.False(retention.Due);
        Assert.True(await site.LockAsync() >= retention.Until);
        Assert.DoesNotContain(await site.ChainAsync(), e => e.Kind is CustodyEventKind.RetentionChanged or CustodyEventKind.LockExtended);
    }

    [Fact]
    public async Task A_key_mark_is_locked_for_its_longer_term_from_the_start()
    {
        await using var site = await StartAsync(cluster, keyMarked: true);

        Assert.Equal((await site.StoredAsync()).SealedAt!.Value.AddMonths(360), (await site.RetentionAsync()).Until);
        Assert.True(await site.LockAsync() >= (await site.RetentionAsync()).Until);
        Assert.DoesNotContain(await site.ChainAsync(), e => e.Kind == CustodyEventKind.LockExtended);
    }

    [Fact]
    public async Task Lengthening_a_class_reaches_the_vaults_locks_and_tells_old_new_and_why()
    {
        await using var site = await StartAsync(cluster);
        var before = await site.LockAsync();

        using (var answer = await PutAsync(site.Custodian, "retention/classes/ordinary", new RetentionClassRequest("fifteen years", "定期15年", 180, "本局规定", "案件增多")))
            Assert.Equal(180, (await TestDock.ReadAsync<RetentionClassView>(answer)).Months);
        Assert.True((await site.RetentionAsync()).Due);
        await site.KeepAsync();

        var until = (await site.StoredAsync()).SealedAt!.Value.AddMonths(180);
        Assert.True(await site.LockAsync() >= until);
        Assert.Equal(until, (await site.StoredAsync()).RetainUntil);
        var extended = await site.LastAsync(CustodyEventKind.LockExtended);
        Assert.Contains($"before until {before:O}", extended.Detail, StringComparison.Ordinal);
        Assert.Contains("定期15年", extended.Detail, StringComparison.Ordinal);
        var rule = await ServiceChainAsync(site, CustodyEventKind.RetentionClassChanged);
        Assert.Contains("before 120 months", rule, StringComparison.Ordinal);
        Assert.Contains("案件增多", rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ordinary", 119)]
    [InlineData("permanent", 1200)]
    public async Task A_class_can_t_be_shortened(string id, int months)
    {
        await using var site = await StartAsync(cluster);

        using var answer = await PutAsync(site.Head, "retention/classes/" + id, new RetentionClassRequest("x", "短", months, "无", "省空间"));

        Assert.Contains("nobody can shorten", await TestDock.RefusedAsync(answer, HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update retention_classes set months = 1")]
    [InlineData("update retention_classes set months = 1200 where months is null")]
    [InlineData("delete from retention_classes where id = 'long'")]
    [InlineData("truncate retention_classes cascade")]
    [InlineData("update items set retain_until = retain_until - interval '1 day'")]
    [InlineData("update items set locked_until = now()")]
    [InlineData("update master_files set locked_until = now()")]
    public async Task The_tables_owner_can_t_shorten_either(string sql)
    {
        await using var site = await StartAsync(cluster);
        await using var owner = NpgsqlDataSource.Create(PrivateCluster.AsOwner(site.Server.Database));
        await using var command = owner.CreateCommand(sql);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }

    [Fact]
    public async Task An_items_own_class_lengthens_and_never_shortens()
    {
        await using var site = await StartAsync(cluster);
        using (var answer = await PutAsync(site.Custodian, $"items/{site.Item}/retention", new ItemRetentionRequest("long", "重大案件")))
            answer.EnsureSuccessStatusCode();
        await site.KeepAsync();
        Assert.Equal((await site.StoredAsync()).SealedAt!.Value.AddMonths(360), (await site.RetentionAsync()).Until);

        using var shorter = await PutAsync(site.Head, $"items/{site.Item}/retention", new ItemRetentionRequest("ordinary", "不需要了"));

        await TestDock.RefusedAsync(shorter, HttpStatusCode.Conflict);
        Assert.True(await site.LockAsync() >= (await site.StoredAsync()).SealedAt!.Value.AddMonths(360));
    }

    [Fact]
    public async Task An_item_of_an_open_case_never_expires_and_its_lock_is_carried_ahead()
    {
        await using var site = await StartAsync(cluster);
        await site.CaseAsync("薛执罚〔2026〕12号", new CaseRequest(null, "城管局", null, CaseState.Open, null));
        await site.LinkAsync("薛执罚〔2026〕12号");
        await site.KeepAsync();
        Assert.True((await site.RetentionAsync()).WithoutEnd);

        foreach (var years in new[] { 9, 3, 3 })
        {
            site.Server.Clock.Shift += TimeSpan.FromDays(366 * years);
            await site.KeepAsync();
            Assert.True(await site.LockAsync() > site.Now.AddYears(1), "the lock ran short");
        }

        Assert.Contains("case 薛执罚〔2026〕12号", (await site.LastAsync(CustodyEventKind.LockExtended)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_the_case_begins_the_term_of_the_longest_of_case_and_matter()
    {
        await using var site = await StartAsync(cluster);
        using (var matter = await PutAsync(site.Custodian, "matters/qiangchai", new MatterRequest("强制拆除", "行政强制法", true, "long")))
            matter.EnsureSuccessStatusCode();
        await site.CaseAsync("C/1", new CaseRequest("qiangchai", null, "ordinary", CaseState.Open, null));
        await site.LinkAsync("C/1");
        await site.KeepAsync();
        site.Server.Clock.Shift = TimeSpan.FromDays(60);

        var closed = await site.CaseAsync("C/1", new CaseRequest("qiangchai", null, "ordinary", CaseState.Closed, new DateOnly(2026, 12, 1)));
        await site.KeepAsync();

        Assert.Equal(closed.ClosedAt!.Value.AddMonths(360), (await site.RetentionAsync()).Until);
        Assert.Equal(new DateTimeOffset(2026, 12, 31, 23, 59, 59, TimeSpan.FromHours(8)), closed.CaseFileDeadline);
        // What was promised once stays promised: neither another matter nor another case takes it away.
        using (var corrected = await PutAsync(site.Custodian, "matters/qiangchai", new MatterRequest("强制拆除", "行政强制法", true, "ordinary")))
            corrected.EnsureSuccessStatusCode();
        using (var unlinked = await site.Custodian.DeleteAsync($"/api/v1/cases/C%2F1/items/{site.Item}?why=linked+by+mistake"))
            unlinked.EnsureSuccessStatusCode();
        await site.KeepAsync();
        Assert.Equal(closed.ClosedAt.Value.AddMonths(360), (await site.StoredAsync()).RetainUntil);
    }

    [Fact]
    public async Task A_permanent_class_stays_the_items_when_its_matter_is_corrected()
    {
        await using var site = await StartAsync(cluster);
        using (var matter = await PutAsync(site.Custodian, "matters/m", new MatterRequest("重大", "法", true, "permanent")))
            matter.EnsureSuccessStatusCode();
        await site.CaseAsync("C-2", new CaseRequest("m", null, null, CaseState.Closed, new DateOnly(2026, 11, 1)));
        await site.LinkAsync("C-2");
        await site.KeepAsync();

        using (var corrected = await PutAsync(site.Custodian, "matters/m", new MatterRequest("重大", "法", true, null)))
            corrected.EnsureSuccessStatusCode();
        await site.KeepAsync();

        Assert.True((await site.RetentionAsync()).WithoutEnd);
        Assert.True((await site.StoredAsync()).RetainWithoutEnd);
    }

    [Fact]
    public async Task A_vault_that_is_away_or_does_not_keep_the_lock_is_told_and_tried_again()
    {
        await using var site = await StartAsync(cluster);
        using (var answer = await PutAsync(site.Custodian, $"items/{site.Item}/retention", new ItemRetentionRequest("long", "重大案件")))
            answer.EnsureSuccessStatusCode();
        var before = await site.LockAsync();
        site.Server.Vault.Locking = asked => asked with { Until = before };
        await site.KeepAsync();
        Assert.Contains("was to be locked until", (await site.RetentionAsync()).Trouble, StringComparison.Ordinal);
        Assert.Equal(before, (await site.StoredAsync()).LockedUntil);

        site.Server.Vault.Locking = asked => asked;
        await site.KeepAsync();
        Assert.Equal(before, await site.LockAsync());
        site.Server.Clock.Shift = TimeSpan.FromMinutes(6);
        await site.KeepAsync();

        Assert.Null((await site.RetentionAsync()).Trouble);
        Assert.True(await site.LockAsync() > before);
    }

    internal static async Task<string> ServiceChainAsync(RetentionFixture site, CustodyEventKind kind)
    {
        using var auditor = await site.Server.PersonAsync("审计员", Role.Auditor);
        using var answer = await auditor.GetAsync("/api/v1/service/custody?limit=1000");
        return (await TestDock.ReadAsync<List<Server.Custody.ServiceEventView>>(answer)).Last(e => e.Kind == kind).Detail;
    }
}
