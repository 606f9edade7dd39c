using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>A real Ceph RADOS Gateway for these tests alone, since they kill it.</summary>
public sealed class PrivateStore : IAsyncLifetime
{
    private Installation? _home;

    private Installation Home => _home ?? throw new InvalidOperationException("the store is not started");

    /// <summary>The owner of the buckets.</summary>
    public VaultKeys Admin => Keys("vault-admin");

    public VaultKeys Disposal => Keys("vault-disposal");

    public VaultKeys Server => Keys("vault");

    public async ValueTask InitializeAsync()
    {
        _home = await Installation.CreateAsync("vault", "vault");
        await SetUpAsync(Options());
    }

    /// <summary>Buckets and policies, as <c>vault init</c> makes them.</summary>
    public Task<VaultSetupReport> SetUpAsync(VaultOptions options) =>
        VaultSetup.RunAsync(options, Admin, new VaultPrincipals(), CancellationToken.None);

    /// <summary>A site with a single all-powerful key.</summary>
    public VaultOptions OwnerOptions(string bucket)
    {
        var options = Options(bucket);
        return new VaultOptions
        {
            Endpoint = options.Endpoint, AccessKey = Admin.AccessKey, SecretKey = Admin.SecretKey,
            Bucket = bucket, RenditionBucket = options.RenditionBucket,
        };
    }

    public VaultOptions Options(string bucket = "evidence", double callTimeoutSeconds = 30) => new()
    {
        Endpoint = Home.Vault,
        AccessKey = Server.AccessKey,
        SecretKey = Server.SecretKey,
        Disposal = Disposal,
        Bucket = bucket,
        RenditionBucket = bucket + "-renditions",
        CallTimeout = TimeSpan.FromSeconds(callTimeoutSeconds),
    };

    internal static S3Vault Open(VaultOptions options) => new(options, TimeProvider.System, NullLogger<S3Vault>.Instance);

    internal static S3VaultDisposal OpenDisposal(VaultOptions options) =>
        new(options, TimeProvider.System, NullLogger<S3VaultDisposal>.Instance);

    /// <summary>kill -9 of the gateway: no answer is finished, no connection closed in order.</summary>
    public Task KillGatewayAsync() => SignalAsync("rgw", "KILL");

    /// <summary>The disk below stops answering, as with a full or dying one; the gateway goes on listening.</summary>
    public Task FreezeDiskAsync() => SignalAsync("osd", "STOP");

    /// <summary>
    /// With a restart: a lone OSD of Ceph 16 that stood still for longer than its read lease (0.8 of osd heartbeat grace)
    /// may keep a placement group "laggy" for good, because only a peer's answer would wake the operations that wait for it.
    /// </summary>
    public async Task ThawDiskAsync()
    {
        await SignalAsync("osd", "CONT");
        await Home.StopServersAsync("vault");
        await Home.StartServersAsync("vault");
    }

    public Task StartAsync() => Home.StartServersAsync("vault");

    public ValueTask DisposeAsync() => _home?.DisposeAsync() ?? ValueTask.CompletedTask;

    private VaultKeys Keys(string user) => new(Home.Secret(user + ".access-key"), Home.Secret(user + ".secret-key"));

    private async Task SignalAsync(string daemon, string signal)
    {
        var pid = (await Home.ServersAsync())[daemon];
        await ChildProcess.RunAsync("kill", [$"-{signal}", $"{pid}"], new Dictionary<string, string>(), TimeSpan.FromSeconds(10));
    }
}
