using System.Net;
using System.Security.Cryptography;
using EvidenceIngest.Server.Vault;
using static EvidenceIngest.Server.Tests.Vault.Uploads;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>What <see cref="IVault"/> promises. Every implementation derives from it and runs it against a real store.</summary>
public abstract class VaultContract : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    protected abstract IVault Vault { get; }

    /// <summary>The bucket with Object Lock, prepared.</summary>
    protected abstract string Bucket { get; }

    protected CancellationToken Ct => _limit.Token;

    protected VaultObject NewObject(string name = "a.mp4") => new(Bucket, $"contract/{Guid.NewGuid():N}/{name}");

    [Fact]
    public async Task Preparing_twice_changes_nothing()
    {
        var version = await Vault.PutAsync(NewObject(), new MemoryStream([1, 2, 3]), "video/mp4", Ct);
        await Vault.PrepareAsync(Ct);
        Assert.Equal([1, 2, 3], await Vault.ReadAsync(version, Ct));
    }

    [Fact]
    public async Task A_listing_names_every_version_below_a_prefix_and_nothing_else()
    {
        var folder = $"contract/{Guid.NewGuid():N}/";
        var first = await Vault.PutAsync(new VaultObject(Bucket, folder + "a"), new MemoryStream([1]), "text/plain", Ct);
        var second = await Vault.PutAsync(new VaultObject(Bucket, folder + "a"), new MemoryStream([1, 2]), "text/plain", Ct);
        var other = await Vault.PutAsync(new VaultObject(Bucket, folder + "b"), new MemoryStream([1, 2, 3]), "text/plain", Ct);
        await Vault.PutAsync(NewObject(), new MemoryStream([0]), "text/plain", Ct);

        var listed = await Vault.ListAsync(Bucket, folder, Ct).ToListAsync(Ct);

        Assert.Equal([new StoredVersion(second, 2), new StoredVersion(first, 1), new StoredVersion(other, 3)], listed);
    }

    [Fact]
    public async Task Parts_sent_through_grants_become_one_object_with_the_same_bytes()
    {
        var target = NewObject();
        var content = RandomBytes((2 * PartBytes) + 12_345);
        var (upload, parts) = await Vault.SendAllAsync(target, content, Ct);
        Assert.Equal([1, 2, 3], parts.Select(p => p.Part));
        Assert.Equal([PartBytes, PartBytes, 12_345L], parts.Select(p => p.Bytes));

        var version = await Vault.CompleteUploadAsync(target, upload, parts, Ct);

        Assert.Equal(target, new VaultObject(version.Bucket, version.Key));
        Assert.Equal(content, await Vault.ReadAsync(version, Ct));
    }

    [Fact]
    public async Task Nothing_is_visible_under_the_key_before_the_upload_is_complete()
    {
        var target = NewObject();
        await Vault.SendAllAsync(target, RandomBytes(1000), Ct);
        await Assert.ThrowsAsync<VaultObjectMissingException>(
            () => Vault.OpenAsync(target.Version(null), 0, null, Ct));
    }

    [Fact]
    public async Task A_grant_takes_only_the_body_it_was_made_for()
    {
        var target = NewObject();
        var upload = await Vault.BeginUploadAsync(target, "video/mp4", Ct);
        var content = RandomBytes(100_000);
        var grant = Vault.GrantPart(target, upload, 1, Md5(content), TimeSpan.FromMinutes(1));
        var other = RandomBytes(100_000, seed: 2);

        Assert.False(IsTaken(await SendAsync(grant, other, Md5(content))));
        Assert.False(IsTaken(await SendAsync(grant, other, Md5(other))));
        Assert.False(IsTaken(await SendAsync(grant, content, contentMd5: null)));
        Assert.Empty(await Vault.ListPartsAsync(target, upload, Ct) ?? []);
        Assert.True(IsTaken(await SendAsync(grant, content, Md5(content))));
    }

    [Fact]
    public async Task A_grant_serves_one_part_of_one_object()
    {
        var target = NewObject();
        var upload = await Vault.BeginUploadAsync(target, "video/mp4", Ct);
        var content = RandomBytes(1000);
        var grant = Vault.GrantPart(target, upload, 1, Md5(content), TimeSpan.FromMinutes(1)).AbsoluteUri;

        Assert.False(IsTaken(await SendAsync(new Uri(grant.Replace("partNumber=1", "partNumber=2", StringComparison.Ordinal)), content, Md5(content))));
        Assert.False(IsTaken(await SendAsync(new Uri(grant.Replace("a.mp4", "b.mp4", StringComparison.Ordinal)), content, Md5(content))));
    }

    [Fact]
    public async Task An_expired_grant_is_refused()
    {
        var target = NewObject();
        var upload = await Vault.BeginUploadAsync(target, "video/mp4", Ct);
        var content = RandomBytes(1000);
        var grant = Vault.GrantPart(target, upload, 1, Md5(content), TimeSpan.FromSeconds(1));
        await Task.Delay(TimeSpan.FromSeconds(3), Ct);
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(grant, content, Md5(content)));
    }

    [Fact]
    public async Task A_part_sent_twice_counts_once()
    {
        var target = NewObject();
        var upload = await Vault.BeginUploadAsync(target, "video/mp4", Ct);
        await Vault.SendPartAsync(target, upload, 1, RandomBytes(2000));
        await Vault.SendPartAsync(target, upload, 1, RandomBytes(1000, seed: 2));
        var parts = await Vault.ListPartsAsync(target, upload, Ct);
        Assert.Equal(1000, Assert.Single(parts!).Bytes);
        var version = await Vault.CompleteUploadAsync(target, upload, parts!, Ct);
        Assert.Equal(RandomBytes(1000, seed: 2), await Vault.ReadAsync(version, Ct));
    }

    [Fact]
    public async Task Completing_twice_gives_the_version_that_the_first_call_made()
    {
        var target = NewObject();
        // A longer key with the same beginning must not be mistaken for it.
        await Vault.PutAsync(new VaultObject(Bucket, target.Key + ".more"), new MemoryStream([9]), "video/mp4", Ct);
        var (upload, parts) = await Vault.SendAllAsync(target, RandomBytes(PartBytes + 1), Ct);
        var first = await Vault.CompleteUploadAsync(target, upload, parts, Ct);
        Assert.Equal(first, await Vault.CompleteUploadAsync(target, upload, parts, Ct));
        Assert.Equal(first, await Vault.CompleteUploadAsync(target, upload, parts, Ct));
        Assert.Null(await Vault.ListPartsAsync(target, upload, Ct));
    }

    [Fact]
    public async Task An_aborted_upload_is_unknown_and_aborting_again_is_no_error()
    {
        var target = NewObject();
        var (upload, parts) = await Vault.SendAllAsync(target, RandomBytes(1000), Ct);
        await Vault.AbortUploadAsync(target, upload, Ct);
        await Vault.AbortUploadAsync(target, upload, Ct);
        Assert.Null(await Vault.ListPartsAsync(target, upload, Ct));
        await Assert.ThrowsAsync<VaultUploadLostException>(() => Vault.CompleteUploadAsync(target, upload, parts, Ct));
    }

    [Fact]
    public async Task Parts_that_the_store_does_not_hold_complete_nothing()
    {
        var target = NewObject();
        var (upload, parts) = await Vault.SendAllAsync(target, RandomBytes(1000), Ct);
        var other = parts[0] with { ETag = "\"00000000000000000000000000000000\"" };
        await Assert.ThrowsAsync<VaultUploadLostException>(() => Vault.CompleteUploadAsync(target, upload, [other], Ct));
    }

    [Fact]
    public async Task A_master_of_200_MB_reads_back_with_the_same_digest()
    {
        var target = NewObject();
        var upload = await Vault.BeginUploadAsync(target, "video/mp4", Ct);
        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var part = 1; part <= 25; part++)
        {
            var content = RandomBytes(PartBytes, seed: part);
            sent.AppendData(content);
            Assert.Equal(HttpStatusCode.OK, await Vault.SendPartAsync(target, upload, part, content));
        }

        var version = await Vault.CompleteUploadAsync(target, upload, (await Vault.ListPartsAsync(target, upload, Ct))!, Ct);
        await using var stream = await Vault.OpenAsync(version, 0, null, Ct);
        Assert.Equal(sent.GetHashAndReset(), await SHA256.HashDataAsync(stream, Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 << 20)]
    [InlineData((16 << 20) + 1)]
    [InlineData(40_000_000)]
    public async Task A_whole_object_of_any_size_can_be_put_from_a_stream_that_cannot_rewind(int bytes)
    {
        var content = RandomBytes(bytes);
        await using var stream = new ForwardOnlyStream(content);
        var version = await Vault.PutAsync(NewObject(), stream, "video/mp4", Ct);
        Assert.Equal(content, await Vault.ReadAsync(version, Ct));
    }

    [Theory]
    [InlineData(0, null, 0, 1000)]
    [InlineData(0, 10L, 0, 10)]
    [InlineData(990, null, 990, 10)]
    [InlineData(500, 100L, 500, 100)]
    [InlineData(995, 100L, 995, 5)]
    [InlineData(1000, null, 0, 0)]
    [InlineData(5000, 10L, 0, 0)]
    [InlineData(10, 0L, 0, 0)]
    public async Task A_range_gives_exactly_its_bytes(long offset, long? length, int from, int count)
    {
        var content = RandomBytes(1000);
        var version = await Vault.PutAsync(NewObject(), new MemoryStream(content), "video/mp4", Ct);
        Assert.Equal(content.AsSpan(from, count).ToArray(), await Vault.ReadAsync(version, Ct, offset, length));
    }

    [Theory]
    [InlineData("现场 录像+第1段 (a&b)=100%.mp4")]
    [InlineData("a//b/c.mp4")]
    [InlineData("~!@#$^*'\",;:<>[]{}|`.mp4")]
    [InlineData("%2e%2e%2f.mp4")]
    public async Task Odd_keys_work_like_any_other(string name)
    {
        var target = NewObject(name);
        var content = RandomBytes(2000);
        var version = await Vault.UploadAsync(target, content, Ct);
        await Vault.LockAsync(version, DateTimeOffset.UtcNow.AddSeconds(5), Ct);
        Assert.Equal(target.Key, version.Key);
        Assert.NotNull(await Vault.ReadLockAsync(version, Ct));
        Assert.Equal(content, await Vault.ReadAsync(version, Ct));
    }

    [Fact]
    public async Task A_version_stays_readable_below_a_newer_one()
    {
        var target = NewObject();
        var first = await Vault.PutAsync(target, new MemoryStream([1]), "video/mp4", Ct);
        var second = await Vault.PutAsync(target, new MemoryStream([2]), "video/mp4", Ct);
        Assert.Equal([1], await Vault.ReadAsync(first, Ct));
        Assert.Equal([2], await Vault.ReadAsync(second, Ct));
    }

    [Fact]
    public async Task A_version_that_the_store_does_not_have_is_named_as_missing()
    {
        var version = await Vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        var missing = version with { Key = version.Key + "x" };
        await Assert.ThrowsAsync<VaultObjectMissingException>(() => Vault.OpenAsync(missing, 0, null, Ct));
        await Assert.ThrowsAsync<VaultObjectMissingException>(() => Vault.LockAsync(missing, DateTimeOffset.UtcNow.AddSeconds(5), Ct));
    }

    [Fact]
    public async Task A_lock_is_in_compliance_mode_and_never_ends_before_the_wanted_instant()
    {
        var version = await Vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        Assert.Null(await Vault.ReadLockAsync(version, Ct));
        var until = DateTimeOffset.UtcNow.AddSeconds(5);
        await Vault.LockAsync(version, until, Ct);
        var held = await Vault.ReadLockAsync(version, Ct);
        Assert.True(held!.Compliance);
        Assert.InRange(held.Until, until, until.AddSeconds(1));
        Assert.Equal(TimeSpan.Zero, held.Until.Offset);
    }

    [Fact]
    public async Task A_lock_only_ever_extends()
    {
        var version = await Vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        var now = ObjectLocks.WholeSecondsUp(DateTimeOffset.UtcNow);
        await Vault.LockAsync(version, now.AddSeconds(10), Ct);
        await Vault.LockAsync(version, now.AddSeconds(20), Ct);
        await Vault.LockAsync(version, now.AddSeconds(10), Ct);
        await Vault.LockAsync(version, now.AddSeconds(20), Ct);
        Assert.Equal(new VaultLock(true, now.AddSeconds(20)), await Vault.ReadLockAsync(version, Ct));
    }

    [Fact]
    public async Task The_probe_finds_that_the_store_holds()
    {
        var report = await Vault.ProbeAsync(Ct);
        Assert.All(report.Attempts, a => Assert.True(a.AsRequired, $"{a.Tried}: {a.Answer}"));
        Assert.True(report.Holds);
        Assert.True(report.Attempts.Count(a => a.Level == VaultProbeLevel.Lock) >= 16);
        Assert.Empty(report.Weaknesses);
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Vault.BeginUploadAsync(NewObject(), "video/mp4", cancelled.Token));
    }

    public virtual ValueTask DisposeAsync()
    {
        _limit.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsTaken(HttpStatusCode status) => (int)status < 300;

    private sealed class ForwardOnlyStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
