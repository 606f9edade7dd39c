using System.Security.Cryptography.Pkcs;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Transparency;

/// <summary>Heads at a time stamp authority, which is OpenSSL's, and at somebody else's server.</summary>
public sealed class WitnessTests(PrivateCluster cluster) : IAsyncLifetime
{
    private readonly List<byte[]> _told = [];
    private OpensslAuthority _authority = null!;

    [Fact]
    public async Task A_time_stamp_is_over_the_heads_bytes_and_openssl_agrees()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, timestampAuthority: _authority.Address);
        await LogTests.SealedItemAsync(server);

        await server.Get<LogKeeper>().RunOnceAsync(default);

        Assert.Empty(server.Get<LogKeeper>().Trouble);
        var (head, token) = await PublishedAsync(server, "tsa:");
        await File.WriteAllBytesAsync(Path.Combine(_authority.Folder, "head.json"), head.Envelope);
        await File.WriteAllBytesAsync(Path.Combine(_authority.Folder, "token.der"), token);
        await _authority.OpensslAsync("ts -verify -data head.json -in token.der -token_in -CAfile ca.pem");
        Assert.True(Rfc3161TimestampToken.TryDecode(token, out var stamp, out _));
        Assert.InRange(stamp.TokenInfo.Timestamp, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));

        await File.WriteAllTextAsync(Path.Combine(_authority.Folder, "head.json"), "another head");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _authority.OpensslAsync("ts -verify -data head.json -in token.der -token_in -CAfile ca.pem"));
    }

    [Fact]
    public async Task A_reply_that_does_not_hold_is_no_time_stamp_and_the_next_round_asks_again()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, timestampAuthority: _authority.Address);
        await LogTests.SealedItemAsync(server);
        _authority.Reply = reply =>
        {
            reply[^20] ^= 1;
            return reply;
        };
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Contains(server.Get<LogKeeper>().Trouble.Keys, place => place.StartsWith("tsa:", StringComparison.Ordinal));
        _authority.Reply = _ => throw new InvalidOperationException("no reply");
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Single(server.Get<LogKeeper>().Trouble);

        _authority.Reply = reply => reply;
        await server.Get<LogKeeper>().RunOnceAsync(default);

        Assert.Empty(server.Get<LogKeeper>().Trouble);
    }

    [Fact]
    public async Task A_witness_gets_the_very_bytes_and_each_head_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, witnesses: [new Uri(_authority.Address, "/witness")]);
        await LogTests.SealedItemAsync(server);
        await server.Get<LogKeeper>().RunOnceAsync(default);
        await server.Get<LogKeeper>().RunOnceAsync(default);

        var (head, answer) = await PublishedAsync(server, "witness:");

        Assert.Equal(head.Envelope, Assert.Single(_told));
        Assert.Equal("noted"u8.ToArray(), answer);
        await LogTests.SealedItemAsync(server);
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Single(_told); // Not before the interval is over.
        server.Clock.Shift = TimeSpan.FromMinutes(2);
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public async Task The_vault_keeps_heads_under_a_lock()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await LogTests.SealedItemAsync(server);
        server.Vault.IsDown = true;
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Contains("vault", server.Get<LogKeeper>().Trouble.Keys);
        server.Vault.IsDown = false;
        await server.Get<LogKeeper>().RunOnceAsync(default);

        var (head, _) = await PublishedAsync(server, "vault");
        var version = Assert.Single(server.Vault.LockedVersions, v => v.Key.StartsWith(VaultWitness.Prefix, StringComparison.Ordinal));
        Assert.Equal(head.Envelope, server.Vault.Content(version));
        Assert.Empty(server.Get<LogKeeper>().Trouble);
    }

    public async ValueTask InitializeAsync()
    {
        _authority = await OpensslAuthority.StartAsync(app => app.MapPost("/witness", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            _told.Add(body.ToArray());
            return "noted";
        }));
    }

    public ValueTask DisposeAsync() => _authority.DisposeAsync();

    private static async Task<(LogHead Head, byte[] Evidence)> PublishedAsync(TestServer server, string place)
    {
        var published = await server.Catalogue.ReadAsync(db => db.LogPublications.SingleAsync(p => p.Place.StartsWith(place)), default);
        return (await server.Catalogue.ReadAsync(db => db.LogHeads.SingleAsync(h => h.TreeSize == published.TreeSize), default), published.Evidence);
    }
}
