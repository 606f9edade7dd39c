using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using EvidenceIngest.EndToEnd.Tests.Installations;

namespace EvidenceIngest.EndToEnd.Tests.Vault;

/// <summary>The store's users as <c>scripts/services</c> makes them, and <c>vault init|probe</c> as an administrator runs them.</summary>
public sealed class VaultCommandTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Secrets = ["access-key", "secret-key"];

    private Installation _installation = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _installation = await Installation.CreateAsync("vault-command", "vault");

    [Fact]
    public async Task A_fresh_home_has_users_whose_keys_do_no_harm_and_a_home_of_before_is_brought_up_to_it()
    {
        await AssertProbedAsync();
        foreach (var name in new[] { "vault", "vault-admin", "vault-disposal" }.SelectMany(u => Secrets.Select(s => $"{u}.{s}")))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(SecretFile(name)));
        var again = await _installation.RunAsync(Limit, "vault", "init");
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(4, again.Output.Split('\n').Count(l => l.Contains("未改动", StringComparison.Ordinal)));

        var (owner, version) = await GoBackToASingleUserAsync();
        Assert.Equal(1, (await _installation.RunAsync(Limit, "vault", "probe")).ExitCode);
        await _installation.StartServersAsync("vault");

        Assert.Equal(owner, _installation.Secret("vault-admin.access-key"));
        Assert.NotEqual(owner, _installation.Secret("vault.access-key"));
        await AssertProbedAsync();
        using var store = _installation.ObjectStore();
        using var kept = await store.GetObjectAsync("evidence", "masters/before", version, Token);
        Assert.Equal("kept", await new StreamReader(kept.ResponseStream).ReadToEndAsync(Token));
        await store.PutObjectRetentionAsync(
            new PutObjectRetentionRequest
            {
                BucketName = "evidence", Key = "masters/before", VersionId = version,
                Retention = new ObjectLockRetention { Mode = ObjectLockRetentionMode.Compliance, RetainUntilDate = DateTime.UtcNow.AddMinutes(1) },
            },
            Token);
    }

    [Fact]
    public async Task A_key_that_may_too_much_is_told_in_words_and_a_store_that_is_away_proves_nothing()
    {
        var given = await _installation.RunAsync(
            Limit, "vault", "probe", "--access-key-file", SecretFile("vault-admin.access-key"), "--secret-key-file", SecretFile("vault-admin.secret-key"));
        Assert.Equal(1, given.ExitCode);
        Assert.Contains("权限不当", given.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("BROKEN", given.Output, StringComparison.Ordinal);

        var half = await _installation.RunAsync(Limit, "vault", "probe", "--access-key-file", SecretFile("vault-admin.access-key"));
        Assert.Equal(1, half.ExitCode);
        Assert.Contains("--secret-key-file", half.Error, StringComparison.Ordinal);

        var printed = await _installation.RunAsync(Limit, "vault", "init", "--print");
        Assert.Equal(["Server", "Disposal"], printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l).GetProperty("user").GetString()));

        await _installation.StopServersAsync("vault");
        foreach (var command in new[] { "probe", "init" })
        {
            var away = await _installation.RunAsync(Limit, "vault", command);
            Assert.Equal(1, away.ExitCode);
            Assert.Contains("存储没有完成该操作", away.Error, StringComparison.Ordinal);
        }

        await _installation.StartServersAsync("vault");
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    /// <summary>What homes looked like when the service's user owned everything.</summary>
    private async Task<(string Owner, string Version)> GoBackToASingleUserAsync()
    {
        foreach (var half in Secrets)
        {
            File.Move(SecretFile("vault-admin." + half), SecretFile("vault." + half), overwrite: true);
            File.Delete(SecretFile("vault-disposal." + half));
        }

        File.Delete(Path.Combine(_installation.Home, "vault/users"));
        File.Delete(Path.Combine(_installation.Home, "vault/policies"));
        using var store = _installation.ObjectStore();
        foreach (var bucket in new[] { "evidence", "evidence-renditions" })
            await store.DeleteBucketPolicyAsync(new DeleteBucketPolicyRequest { BucketName = bucket }, Token);
        var written = await store.PutObjectAsync(
            new PutObjectRequest { BucketName = "evidence", Key = "masters/before", ContentBody = "kept", UseChunkEncoding = false }, Token);
        return (_installation.Secret("vault.access-key"), written.VersionId);
    }

    private async Task AssertProbedAsync()
    {
        var probe = await _installation.RunAsync(Limit, "vault", "probe", "--json");
        var lines = probe.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l)).ToList();
        Assert.All(lines, l => Assert.True(l.GetProperty("asRequired").GetBoolean(), l.ToString()));
        Assert.Equal(0, probe.ExitCode);
        Assert.Equal(["Disposal", "Server"], lines.Select(l => l.GetProperty("user").GetString()!).Distinct().Order());
    }

    private static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file);

    private string SecretFile(string name) => Path.Combine(_installation.Home, "secrets", name);
}
