using System.Net;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Disposals;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Disposal;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static EvidenceIngest.Server.Tests.Retention.RetentionFixture;

namespace EvidenceIngest.Server.Tests.Retention;

public sealed class DisposalTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Nothing_goes_before_its_term_is_over()
    {
        await using var site = await StartAsync(cluster);

        using var early = await PostAsync(site.Custodian, "disposals", new DisposalRequest([site.Item], "到期"));

        Assert.Contains("it is kept until", await TestDock.RefusedAsync(early, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Empty(await ExpiredAsync(site.Custodian));
    }

    [Fact]
    public async Task After_the_term_two_people_in_two_roles_dispose_and_everything_but_the_media_stays()
    {
        await using var site = await StartAsync(cluster);
        using var custodian = await site.AfterAsync(11, "王芳", Role.Custodian);
        Assert.Equal(site.Item, Assert.Single(await ExpiredAsync(custodian)).Item);
        var proposed = await ProposeAsync(site, custodian);
        using (var custodianConfirms = await PostAsync(custodian, $"disposals/{proposed.Disposal}/confirm", new DisposalWord("同意")))
            await TestDock.RefusedAsync(custodianConfirms, HttpStatusCode.Forbidden);
        using var promoted = await site.Server.PersonAsync("王芳", Role.Head);
        using (var own = await PostAsync(promoted, $"disposals/{proposed.Disposal}/confirm", new DisposalWord("同意")))
            Assert.Contains("another person", await TestDock.RefusedAsync(own, HttpStatusCode.Conflict), StringComparison.Ordinal);
        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);
        Assert.NotEmpty(site.Server.Vault.Versions);

        using var head = await site.Server.PersonAsync("李强", Role.Head);
        await ConfirmAsync(head, proposed);
        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);

        Assert.Empty(site.Server.Vault.Versions);
        Assert.Equal(DisposalState.Done, (await FindAsync(head, proposed)).State);
        var item = await site.StoredAsync();
        Assert.Equal(ItemState.Disposed, item.State);
        Assert.Equal(
            [CustodyEventKind.DisposalProposed, CustodyEventKind.DisposalConfirmed, CustodyEventKind.Disposed], (await site.ChainAsync()).TakeLast(3).Select(e => e.Kind));
        Assert.All(await site.ChainAsync(), e => Assert.Null(e.Broken));
        using (var receipt = await head.GetAsync($"/api/v1/items/{site.Item}/receipt"))
            Assert.Equal(HttpStatusCode.OK, receipt.StatusCode);

        using var list = await head.GetAsync($"/api/v1/disposals/{proposed.Disposal}/list");
        var envelope = EvidenceJson.FromBytes<SignedEnvelope>(await list.Content.ReadAsByteArrayAsync());
        using var key = new VerificationKey(EvidenceJson.FromBytes<DisposalStatement>(envelope.Payload).PublicKey);
        Assert.Equal(DisposalStatement.PayloadType, envelope.PayloadType);
        Assert.True(envelope.IsSignedBy(key));
        var statement = EvidenceJson.FromBytes<DisposalStatement>(envelope.Payload);
        Assert.Equal((TestServer.Called("王芳"), TestServer.Called("李强")), (statement.ProposedBy, statement.ConfirmedBy));
        Assert.Equal(item.Files.Single().Sha256, Assert.Single(Assert.Single(statement.Items).Files).Digest.Sha256);
    }

    [Fact]
    public async Task A_hold_that_comes_after_the_confirmation_saves_the_item()
    {
        await using var site = await StartAsync(cluster);
        using var custodian = await site.AfterAsync(11, "王芳", Role.Custodian);
        using var head = await site.Server.PersonAsync("李强", Role.Head);
        var proposed = await ProposeAsync(site, custodian);
        await ConfirmAsync(head, proposed);
        using (var hold = await PostAsync(head, "holds", new HoldRequest([site.Item], null, "再审")))
            hold.EnsureSuccessStatusCode();

        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);

        Assert.NotEmpty(site.Server.Vault.Versions);
        var kept = Assert.Single((await FindAsync(head, proposed)).Items);
        Assert.Contains("hold hd-", kept.Kept, StringComparison.Ordinal);
        Assert.Contains("is not carried out", (await site.LastAsync(CustodyEventKind.DisposalRejected)).Detail, StringComparison.Ordinal);
        Assert.True((await site.StoredAsync()).IsSealed);
    }

    [Fact]
    public async Task A_disposed_item_can_t_be_held_exported_or_linked_to()
    {
        await using var site = await StartAsync(cluster);
        using var custodian = await site.AfterAsync(11, "王芳", Role.Custodian);
        using var head = await site.Server.PersonAsync("李强", Role.Head);
        using var made = await PostAsync(custodian, "packages", new Server.Packages.PackageRequest([site.Item], null, "给检察院"));
        var package = await TestDock.ReadAsync<Server.Packages.PackageView>(made);
        await ConfirmAsync(head, await ProposeAsync(site, custodian));
        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);

        var master = package.Files.Single(f => f.Path.Contains("/masters/", StringComparison.Ordinal)).Path;
        using var gone = await custodian.GetAsync($"/api/v1/packages/{package.Package}/files/{master}");
        Assert.Contains("disposed", await TestDock.RefusedAsync(gone, HttpStatusCode.Gone), StringComparison.Ordinal);
        using var hold = await PostAsync(head, "holds", new HoldRequest([site.Item], null, "再审"));
        using var export = await PostAsync(custodian, "packages", new Server.Packages.PackageRequest([site.Item], null, "给检察院"));

        Assert.Contains("disposed", await TestDock.RefusedAsync(hold, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Contains("disposed", await TestDock.RefusedAsync(export, HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_still_locks_or_is_away_has_the_last_word()
    {
        await using var site = await StartAsync(cluster);
        using var custodian = await site.AfterAsync(11, "王芳", Role.Custodian);
        using var head = await site.Server.PersonAsync("李强", Role.Head);
        var proposed = await ProposeAsync(site, custodian);
        await ConfirmAsync(head, proposed);
        var file = (await site.StoredAsync()).Files.Single();
        await site.Server.Vault.LockAsync(new Server.Vault.VaultVersion(file.Bucket!, file.Key!, file.VersionId!), site.Now.AddDays(1), CancellationToken.None);

        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);
        Assert.Contains("the store locks", (await FindAsync(head, proposed)).Trouble, StringComparison.Ordinal);
        Assert.NotEqual(ItemState.Disposed, (await site.StoredAsync()).State);

        site.Server.Clock.Shift += TimeSpan.FromDays(2);
        site.Server.Vault.IsDown = true;
        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);
        site.Server.Vault.IsDown = false;
        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);

        Assert.Empty(site.Server.Vault.Versions);
        Assert.Equal(DisposalState.Done, (await FindAsync(head, proposed)).State);
    }

    [Fact]
    public async Task A_rejected_proposal_ends_and_the_item_may_be_proposed_again()
    {
        await using var site = await StartAsync(cluster);
        using var custodian = await site.AfterAsync(11, "王芳", Role.Custodian);
        using var head = await site.Server.PersonAsync("李强", Role.Head);
        var proposed = await ProposeAsync(site, custodian);
        using (var twice = await PostAsync(custodian, "disposals", new DisposalRequest([site.Item], "再提")))
            Assert.Contains(proposed.Disposal, await TestDock.RefusedAsync(twice, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using (var no = await PostAsync(head, $"disposals/{proposed.Disposal}/reject", new DisposalWord("尚有争议")))
            Assert.Equal(DisposalState.Rejected, (await TestDock.ReadAsync<DisposalView>(no)).State);
        using (var late = await PostAsync(head, $"disposals/{proposed.Disposal}/confirm", new DisposalWord("同意")))
            await TestDock.RefusedAsync(late, HttpStatusCode.Conflict);

        await ProposeAsync(site, custodian);
    }

    [Fact]
    public async Task Only_the_one_who_proposed_withdraws()
    {
        await using var site = await StartAsync(cluster);
        using var custodian = await site.AfterAsync(11, "王芳", Role.Custodian);
        using var other = await site.Server.PersonAsync("赵敏", Role.Custodian);
        var proposed = await ProposeAsync(site, custodian);

        using (var stranger = await PostAsync(other, $"disposals/{proposed.Disposal}/withdraw", new DisposalWord("不该销毁")))
            Assert.Contains("王芳", await TestDock.RefusedAsync(stranger, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using var own = await PostAsync(custodian, $"disposals/{proposed.Disposal}/withdraw", new DisposalWord("提错了"));
        Assert.Equal(DisposalState.Rejected, (await TestDock.ReadAsync<DisposalView>(own)).State);
    }

    [Fact]
    public async Task Rules_that_are_being_applied_only_put_a_confirmed_disposal_off()
    {
        await using var site = await StartAsync(cluster);
        using var custodian = await site.AfterAsync(11, "王芳", Role.Custodian);
        using var head = await site.Server.PersonAsync("李强", Role.Head);
        var proposed = await ProposeAsync(site, custodian);
        await ConfirmAsync(head, proposed);
        await site.Server.Catalogue.WriteAsync(db => db.Items.ExecuteUpdateAsync(set => set.SetProperty(i => i.RetentionDueAt, site.Now)), default);

        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);
        Assert.Contains("are being applied", (await FindAsync(head, proposed)).Trouble, StringComparison.Ordinal);
        await site.KeepAsync();
        await site.Server.Get<DisposalKeeper>().RunOnceAsync(CancellationToken.None);

        Assert.Equal(DisposalState.Done, (await FindAsync(head, proposed)).State);
    }

    private static async Task<List<ExpiredItem>> ExpiredAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/disposals/expired");
        return await TestDock.ReadAsync<List<ExpiredItem>>(answer);
    }

    private static async Task<DisposalView> ProposeAsync(RetentionFixture site, HttpClient by)
    {
        using var answer = await PostAsync(by, "disposals", new DisposalRequest([site.Item], "保存期满"));
        return await TestDock.ReadAsync<DisposalView>(answer);
    }

    private static async Task ConfirmAsync(HttpClient by, DisposalView proposed)
    {
        using var answer = await PostAsync(by, $"disposals/{proposed.Disposal}/confirm", new DisposalWord("同意"));
        Assert.Equal(DisposalState.Confirmed, (await TestDock.ReadAsync<DisposalView>(answer)).State);
    }

    private static async Task<DisposalView> FindAsync(HttpClient by, DisposalView proposed)
    {
        using var answer = await by.GetAsync("/api/v1/disposals/" + proposed.Disposal);
        return await TestDock.ReadAsync<DisposalView>(answer);
    }
}
