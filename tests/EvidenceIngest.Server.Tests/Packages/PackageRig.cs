using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Tests.Transparency;
using EvidenceIngest.Server.Transparency;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>A server that has sealed two items, and a package of them, as somebody holds it who fetched it.</summary>
internal sealed class PackageRig : IAsyncDisposable
{
    private PackageRig(TestServer server, IReadOnlyList<string> items)
    {
        (Server, Items) = (server, items);
        Key = new VerificationKey(server.Get<ReceiptKey>().PublicPem);
    }

    public TestServer Server { get; }

    public VerificationKey Key { get; }

    public IReadOnlyList<string> Items { get; }

    public MemoryPackage Package { get; private set; } = new([]);

    public PackageView View { get; private set; } = null!;

    /// <param name="server">Its own from now on.</param>
    /// <param name="recordings">What is sealed; null for an item of one file and another of two.</param>
    public static async Task<PackageRig> StartAsync(TestServer server, params Recording[]? recordings)
    {
        if (recordings is null or [])
            recordings = [TestDock.Record(), TestDock.Record(contents: ["chapter one", "chapter two"])];
        var items = new List<string>();
        foreach (var recording in recordings)
            items.Add(await LogTests.SealedItemAsync(server, recording));
        await server.Get<LogKeeper>().RunOnceAsync(default);
        var rig = new PackageRig(server, items);
        await rig.MakeAsync("给检察院");
        return rig;
    }

    /// <summary>Makes another package and holds that.</summary>
    public async Task MakeAsync(string why)
    {
        using var content = JsonContent.Create(new PackageRequest(Items, ["proxy"], why), options: EvidenceJson.Options);
        using var answer = await Server.Operator.PostAsync("/api/v1/packages", content);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, answer.StatusCode + await answer.Content.ReadAsStringAsync());
        View = (await answer.Content.ReadFromJsonAsync<PackageView>(EvidenceJson.Options))!;
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in View.Files)
            files[file.Path] = await Server.Operator.GetByteArrayAsync($"/api/v1/packages/{View.Package}/files/{file.Path}");
        Package = new MemoryPackage(files) { Id = View.Package };
    }

    public Task<PackageVerdict> VerifyAsync() => PackageVerifier.VerifyAsync(Package, Key, TimestampToken.Check, default);

    /// <summary>A copy that somebody changed and made fit again is found out, for that reason.</summary>
    /// <param name="why">Part of what the verifier says.</param>
    /// <param name="change">Of the files.</param>
    /// <param name="withKey">He has the server's signing key.</param>
    public async Task AttackedAsync(string why, Action<Dictionary<string, byte[]>> change, bool withKey)
    {
        using var stolen = withKey ? SigningKey.FromPem(await File.ReadAllTextAsync(Server.Get<ServerOptions>().ReceiptKeyFile)) : null;
        var attacked = new MemoryPackage(new Dictionary<string, byte[]>(Package.Files));
        change(attacked.Files);
        Reseal(attacked.Files, stolen);
        var verdict = await PackageVerifier.VerifyAsync(attacked, Key, TimestampToken.Check, default);
        Assert.Equal(PackageOutcome.Broken, verdict.Outcome);
        Assert.Contains(why, verdict.Failure, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Makes both manifests fit what is there, and signs that when there is a key.</summary>
    public static void Reseal(Dictionary<string, byte[]> files, SigningKey? key)
    {
        string Sha256Of(string path) => Convert.ToHexStringLower(SHA256.HashData(files[path]));
        var payload = files.Keys.Where(p => p.StartsWith(PackageLayout.Payload, StringComparison.Ordinal)).ToList();
        files[PackageLayout.Manifest] = Encoding.UTF8.GetBytes(BagManifest.Write(payload.Select(p => (p, Sha256Of(p)))));
        if (files.ContainsKey(PackageLayout.Sm3Manifest))
            files[PackageLayout.Sm3Manifest] = Encoding.UTF8.GetBytes(BagManifest.Write(payload.Select(p => (p, Sm3Of(files[p])))));
        if (key is not null)
        {
            var statement = EvidenceJson.FromBytes<PackageStatement>(EvidenceJson.FromBytes<SignedEnvelope>(files[PackageLayout.Statement]).Payload);
            statement = statement with { TagFiles = statement.TagFiles.Keys.ToDictionary(t => t, Sha256Of) };
            files[PackageLayout.Statement] = EvidenceJson.ToBytes(key.Sign(PackageStatement.PayloadType, EvidenceJson.ToBytes(statement)));
        }

        var tags = files.Keys.Except(payload).Where(p => p != PackageLayout.TagManifest);
        files[PackageLayout.TagManifest] = Encoding.UTF8.GetBytes(BagManifest.Write(tags.Select(p => (p, Sha256Of(p)))));
    }

    private static string Sm3Of(byte[] content)
    {
        using var hasher = new Domain.Digests.ContentHasher(withSm3: true);
        hasher.Append(content);
        return hasher.Finish().Sm3!;
    }

    /// <summary>Runs the lines of docs/verify-by-hand.md as they stand there.</summary>
    public async Task<(int ExitCode, string Output, string Error)> ByHandAsync(string scratch, string name, string authority = "")
    {
        var folder = Path.Combine(scratch, name);
        await Package.WriteToAsync(folder);
        var guide = await File.ReadAllTextAsync(Path.Combine(EndToEnd.Tests.Installations.Installation.Checkout, "docs/verify-by-hand.md"));
        string Blocks(string language) => string.Concat(
            guide.Split("```" + language + "\n").Skip(1).Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)]));
        await File.WriteAllTextAsync(Path.Combine(scratch, "steps.py"), Blocks("python"));
        await File.WriteAllTextAsync(
            Path.Combine(scratch, "steps.sh"),
            $"set -euo pipefail\npackage='{folder}' scratch='{scratch}' published='{scratch}/published.pem' authority='{authority}'\n{Blocks("sh")}\npython3 \"$scratch/steps.py\" \"$package\"\n");
        return await EndToEnd.Tests.Installations.ChildProcess.RunAsync(
            "bash", [Path.Combine(scratch, "steps.sh")], new Dictionary<string, string>(), TimeSpan.FromMinutes(1));
    }
}
