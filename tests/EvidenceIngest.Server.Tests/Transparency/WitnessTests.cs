using System.Security.Cryptography.Pkcs;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Tests.Transparency;

/// <summary>Heads at a time stamp authority, which is OpenSSL's, and at somebody else's server.</summary>
public sealed class WitnessTests(PrivateCluster cluster) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("evidence-tsa-").FullName;
    private readonly List<byte[]> _told = [];
    private WebApplication _outside = null!;
    private Uri _address = null!;

    /// <summary>What the authority makes of the reply that OpenSSL gives it.</summary>
    private Func<byte[], byte[]> Reply { get; set; } = reply => reply;

    [Fact]
    public async Task A_time_stamp_is_over_the_heads_bytes_and_openssl_agrees()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, timestampAuthority: new Uri(_address, "/tsa"));
        await LogTests.SealedItemAsync(server);

        await server.Get<LogKeeper>().RunOnceAsync(default);

        Assert.Empty(server.Get<LogKeeper>().Trouble);
        var (head, token) = await PublishedAsync(server, "tsa:");
        await File.WriteAllBytesAsync(Path.Combine(_folder, "head.json"), head.Envelope);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "token.der"), token);
        await OpensslAsync("ts -verify -data head.json -in token.der -token_in -CAfile ca.pem");
        Assert.True(Rfc3161TimestampToken.TryDecode(token, out var stamp, out _));
        Assert.InRange(stamp.TokenInfo.Timestamp, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));

        await File.WriteAllTextAsync(Path.Combine(_folder, "head.json"), "another head");
        await Assert.ThrowsAsync<InvalidOperationException>(() => OpensslAsync("ts -verify -data head.json -in token.der -token_in -CAfile ca.pem"));
    }

    [Fact]
    public async Task A_reply_that_does_not_hold_is_no_time_stamp_and_the_next_round_asks_again()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, timestampAuthority: new Uri(_address, "/tsa"));
        await LogTests.SealedItemAsync(server);
        Reply = reply =>
        {
            reply[^20] ^= 1;
            return reply;
        };
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Contains(server.Get<LogKeeper>().Trouble.Keys, place => place.StartsWith("tsa:", StringComparison.Ordinal));
        Reply = _ => throw new InvalidOperationException("no reply");
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Single(server.Get<LogKeeper>().Trouble);

        Reply = reply => reply;
        await server.Get<LogKeeper>().RunOnceAsync(default);

        Assert.Empty(server.Get<LogKeeper>().Trouble);
    }

    [Fact]
    public async Task A_witness_gets_the_very_bytes_and_each_head_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, witnesses: [new Uri(_address, "/witness")]);
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
        await OpensslAsync("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca");
        await OpensslAsync("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa");
        await File.WriteAllTextAsync(Path.Combine(_folder, "tsa.ext"), "extendedKeyUsage=critical,timeStamping\n");
        await OpensslAsync("x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 2 -extfile tsa.ext");
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "tsa.cnf"),
            """
            [tsa]
            default_tsa = one
            [one]
            serial = serial
            signer_cert = tsa.pem
            signer_key = tsa.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = sha256
            ess_cert_id_alg = sha256
            """);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _outside = builder.Build();
        _outside.MapPost("/tsa", async (HttpRequest request) =>
        {
            await using (var query = File.Create(Path.Combine(_folder, "query.tsq")))
                await request.Body.CopyToAsync(query);
            await OpensslAsync("ts -reply -config tsa.cnf -section one -queryfile query.tsq -out reply.tsr");
            return Results.Bytes(Reply(await File.ReadAllBytesAsync(Path.Combine(_folder, "reply.tsr"))), "application/timestamp-reply");
        });
        _outside.MapPost("/witness", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            _told.Add(body.ToArray());
            return "noted";
        });
        await _outside.StartAsync();
        _address = new Uri(_outside.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        await _outside.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<(LogHead Head, byte[] Evidence)> PublishedAsync(TestServer server, string place)
    {
        var published = await server.Catalogue.ReadAsync(db => db.LogPublications.SingleAsync(p => p.Place.StartsWith(place)), default);
        return (await server.Catalogue.ReadAsync(db => db.LogHeads.SingleAsync(h => h.TreeSize == published.TreeSize), default), published.Evidence);
    }

    private async Task OpensslAsync(string arguments)
    {
        var (exitCode, output, error) = await ChildProcess.RunAsync(
            "bash", ["-c", $"cd '{_folder}' && exec openssl {arguments}"], new Dictionary<string, string>(), Limit);
        if (exitCode != 0)
            throw new InvalidOperationException($"openssl {arguments}\n{output}\n{error}");
    }
}
