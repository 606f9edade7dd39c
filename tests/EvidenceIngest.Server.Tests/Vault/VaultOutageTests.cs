using System.Diagnostics;
using System.Security.Cryptography;
using EvidenceIngest.Server.Vault;
using static EvidenceIngest.Server.Tests.Vault.Uploads;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>The real store dies or hangs at awkward moments.</summary>
[Collection(VaultCollection.Name)]
public sealed class VaultOutageTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));
    private readonly PrivateStore _store;
    private readonly S3Vault _vault;

    public VaultOutageTests(PrivateStore store)
    {
        _store = store;
        _vault = PrivateStore.Open(store.Options(callTimeoutSeconds: 4));
    }

    private static VaultObject NewObject => new("evidence", $"outage/{Guid.NewGuid():N}.mp4");

    public async ValueTask InitializeAsync() => await _vault.PrepareAsync(_limit.Token);

    [Fact]
    public async Task A_store_killed_in_the_middle_of_a_read_is_unavailable_and_works_again_after_its_restart()
    {
        var ct = _limit.Token;
        var content = RandomBytes(64 << 20);
        var target = NewObject;
        var (upload, parts) = await _vault.SendAllAsync(target, content, ct);
        var version = await _vault.CompleteUploadAsync(target, upload, parts, ct);

        await using (var stream = await _vault.OpenAsync(version, 0, null, ct))
        {
            await stream.ReadExactlyAsync(new byte[1 << 20], ct);
            await _store.KillGatewayAsync();
            await Assert.ThrowsAsync<VaultUnavailableException>(() => stream.CopyToAsync(Stream.Null, ct));
        }

        await Assert.ThrowsAsync<VaultUnavailableException>(() => _vault.ReadLockAsync(version, ct));
        await Assert.ThrowsAsync<VaultUnavailableException>(() => _vault.ProbeAsync(ct));
        await _store.StartAsync();

        Assert.Equal(version, await _vault.CompleteUploadAsync(target, upload, parts, ct));
        await using var again = await _vault.OpenAsync(version, 0, null, ct);
        Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(again, ct));
    }

    [Fact]
    public async Task A_store_whose_disk_hangs_is_unavailable_within_the_limit_and_works_again_afterwards()
    {
        var ct = _limit.Token;
        var upload = await _vault.BeginUploadAsync(NewObject, "video/mp4", ct);
        Assert.NotEmpty(upload);
        await _store.FreezeDiskAsync();
        try
        {
            var clock = Stopwatch.StartNew();
            await Assert.ThrowsAsync<VaultUnavailableException>(
                () => _vault.PutAsync(NewObject, new MemoryStream(RandomBytes(1000)), "video/mp4", ct));
            Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(15));
        }
        finally
        {
            await _store.ThawDiskAsync();
        }

        var version = await _vault.PutAsync(NewObject, new MemoryStream([1, 2]), "video/mp4", ct);
        Assert.Equal([1, 2], await _vault.ReadAsync(version, ct));
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _vault.Dispose();
        _limit.Dispose();
    }
}
