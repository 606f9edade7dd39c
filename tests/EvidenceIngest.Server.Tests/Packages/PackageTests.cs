using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>A package as the server hands it out, and everything that somebody might do to it.</summary>
public sealed class PackageTests(PrivateCluster cluster) : IAsyncLifetime
{
    private PackageRig _rig = null!;
    private TestServer _server = null!;
    private VerificationKey _key = null!;
    private string _one = "";
    private string _two = "";
    private MemoryPackage _package = null!;

    [Fact]
    public async Task What_was_made_is_proven_with_the_published_key_and_says_what_it_checked()
    {
        var verdict = await VerifyAsync();

        Assert.Equal((PackageOutcome.Proven, null), (verdict.Outcome, verdict.Failure));
        Assert.Equal("给检察院", verdict.Statement!.Why);
        Assert.Equal([_one, _two], verdict.Statement.Items);
        Assert.Equal(Domain.Digests.Sm3Hash.IsSupported ? 7 : 6, verdict.Checked.Count);
        // Every item's chain ends with the making of this package.
        var last = JsonOf<CustodyEvent>(Lines(PackageLayout.Custody(_one))[^1]);
        Assert.Equal((CustodyEventKind.Exported, $"{_package.Id}: masters, proxy; 给检察院"), (last.Kind, last.Detail));
    }

    [Fact]
    public async Task The_steps_by_hand_prove_it_and_find_what_was_changed()
    {
        var scratch = Directory.CreateTempSubdirectory("evidence-by-hand-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(scratch.FullName, "published.pem"), _key.Pem);
            Assert.Equal(0, (await _rig.ByHandAsync(scratch.FullName, "whole")).ExitCode);

            var custody = PackageLayout.Custody(_one);
            _package.Files[custody] = Join(Lines(custody)[..^1]);
            Assert.NotEqual(0, (await _rig.ByHandAsync(scratch.FullName, "cut-off")).ExitCode);
            using var stolen = SigningKey.FromPem(await File.ReadAllTextAsync(_server.Get<ServerOptions>().ReceiptKeyFile));
            PackageRig.Reseal(_package.Files, stolen);
            Assert.Contains("AssertionError", (await _rig.ByHandAsync(scratch.FullName, "cut-off-and-signed")).Error, StringComparison.Ordinal);
            using var other = SigningKey.Generate();
            PackageRig.Reseal(_package.Files, other);
            Assert.Contains("Verification failure", (await _rig.ByHandAsync(scratch.FullName, "other-key")).Output, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_bit_that_turned_anywhere_is_found()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var paths = _package.Files.Keys.Order(StringComparer.Ordinal).ToList();
        for (var round = 0; round < 500; round++)
        {
            var path = paths[round % paths.Count];
            var place = random.Next(_package.Files[path].Length);
            var bit = (byte)(1 << random.Next(8));
            _package.Files[path][place] ^= bit;
            var verdict = await VerifyAsync();
            Assert.True(verdict.Outcome != PackageOutcome.Proven, $"seed {seed}: {path}, byte {place}, bit {bit}");
            _package.Files[path][place] ^= bit;
        }

        Assert.Equal(PackageOutcome.Proven, (await VerifyAsync()).Outcome);
    }

    [Fact]
    public async Task A_file_that_is_cut_off_gone_renamed_or_added_is_named()
    {
        foreach (var path in _package.Files.Keys.ToList())
        {
            var content = _package.Files[path];
            _package.Files[path] = content[..^1];
            Assert.NotEqual(PackageOutcome.Proven, (await VerifyAsync()).Outcome);
            _package.Files.Remove(path);
            Assert.NotEqual(PackageOutcome.Proven, (await VerifyAsync()).Outcome);
            _package.Files[path + "x"] = content;
            Assert.NotEqual(PackageOutcome.Proven, (await VerifyAsync()).Outcome);
            _package.Files.Remove(path + "x");
            _package.Files[path] = content;
        }

        // A digest in capitals is the same number, and yet somebody touched the manifest.
        var tags = _package.Files[PackageLayout.TagManifest];
        _package.Files[PackageLayout.TagManifest] = Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(tags).Select((c, i) => i < 64 ? char.ToUpperInvariant(c) : c)));
        Assert.NotEqual(PackageOutcome.Proven, (await VerifyAsync()).Outcome);
        _package.Files[PackageLayout.TagManifest] = tags;
        _package.Files["data/items/extra.txt"] = [1];
        Assert.Contains("data/items/extra.txt", (await VerifyAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifests_that_were_made_anew_don_t_hide_anything()
    {
        await ChangedAsync("was signed", files => files[PackageLayout.Master(_one, 1, ".mp4")] = [1, 2, 3]);
        await ChangedAsync("was signed", files => files.Remove(PackageLayout.Master(_two, 2, ".mp4")));
        await ChangedAsync("was signed", files => (files[PackageLayout.Item(_one)], files[PackageLayout.Item(_two)]) = (files[PackageLayout.Item(_two)], files[PackageLayout.Item(_one)]));
        await ChangedAsync("was signed", files => files[PackageLayout.Info] = Encoding.UTF8.GetBytes(_package.Text(PackageLayout.Info).Replace("pk-", "pk-x", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Somebody_with_a_key_of_his_own_is_found_out_by_the_published_one()
    {
        using var other = SigningKey.Generate();
        PackageRig.Reseal(_package.Files, other);
        Assert.Contains("no valid signature", (await VerifyAsync()).Failure, StringComparison.Ordinal);

        // Without the published key the receipts and the head give him away, unless he forges those as well.
        Assert.Contains("no valid signature", (await PackageVerifier.VerifyAsync(_package, null, TimestampToken.Check, default)).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_servers_own_key_a_chain_can_t_lose_its_end_nor_change_nor_swap()
    {
        var custody = PackageLayout.Custody(_one);
        await ForgedAsync("does not end with the making of this package", files => files[custody] = Join(Lines(custody)[..^1]));
        await ForgedAsync("breaks at event 2", files => files[custody] = Join([.. Lines(custody)[..1], .. Lines(custody)[2..]]));
        await ForgedAsync("ends in the middle", files => files[custody] = files[custody][..^1]);
        await ForgedAsync("belongs to item", files => (files[custody], files[PackageLayout.Custody(_two)]) = (files[PackageLayout.Custody(_two)], files[custody]));
        await ForgedAsync("not proven to be in the custody log", files => files[custody] = Rewritten(Lines(custody)));
        await ForgedAsync("proofs", files => files[PackageLayout.Proofs(_one)] = "[]"u8.ToArray());
        await ForgedAsync("the receipt of", files => (files[PackageLayout.Receipt(_one)], files[PackageLayout.Receipt(_two)]) = (files[PackageLayout.Receipt(_two)], files[PackageLayout.Receipt(_one)]));
        await ForgedAsync("not what the receipt says", files => files[PackageLayout.Master(_one, 1, ".mp4")] = [1]);
        await ForgedAsync("masters in the package", files => files[PackageLayout.Master(_one, 2, ".mp4")] = [1]);
        await ForgedAsync("its statement does not name", files => files[PackageLayout.Items + "ev-x/item.json"] = [1]);
    }

    [Fact]
    public async Task Other_folders_are_no_packages_and_paths_that_lead_outside_open_nothing()
    {
        Assert.Equal(PackageOutcome.NoPackage, (await PackageVerifier.VerifyAsync(new MemoryPackage([]), _key, TimestampToken.Check, default)).Outcome);
        _package.Files.Remove(PackageLayout.Declaration);
        Assert.Equal(PackageOutcome.NoPackage, (await VerifyAsync()).Outcome);
    }

    [Fact]
    public async Task Files_come_in_ranges_and_only_to_those_who_may_make_packages()
    {
        var path = $"/api/v1/packages/{_package.Id}/files/{PackageLayout.Master(_one, 1, ".mp4")}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Range = new RangeHeaderValue(3, null);
        using var answer = await _server.Operator.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(_package.Files[PackageLayout.Master(_one, 1, ".mp4")][3..], await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.Anonymous.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _server.Operator.GetAsync($"/api/v1/packages/{_package.Id}/files/data/none")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _server.Operator.GetAsync("/api/v1/packages/pk-x")).StatusCode);
    }

    [Theory]
    [InlineData("[]", "why", HttpStatusCode.BadRequest)]
    [InlineData("[\"ev-unknown\"]", "why", HttpStatusCode.NotFound)]
    [InlineData("[\"ev-unknown\"]", "", HttpStatusCode.BadRequest)]
    public async Task A_package_that_can_t_be_is_refused(string items, string why, HttpStatusCode expected)
    {
        using var content = new StringContent($$"""{"items":{{items}},"renditions":null,"why":"{{why}}"}""", Encoding.UTF8, "application/json");
        Assert.Equal(expected, (await _server.Operator.PostAsync("/api/v1/packages", content)).StatusCode);
    }

    [Fact]
    public async Task Nothing_is_exported_while_the_log_is_in_doubt()
    {
        await cluster.ExecuteAsAdminAsync("set session_replication_role = replica; delete from log_leaves where index = 1", _server.Database);
        using var content = JsonContent.Create(new PackageRequest([_one], null, "why"), options: EvidenceJson.Options);
        Assert.Equal(HttpStatusCode.Conflict, (await _server.Operator.PostAsync("/api/v1/packages", content)).StatusCode);
    }

    public async ValueTask InitializeAsync()
    {
        _rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false));
        (_server, _key, _one, _two, _package) = (_rig.Server, _rig.Key, _rig.Items[0], _rig.Items[1], _rig.Package);
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private Task<PackageVerdict> VerifyAsync() => _rig.VerifyAsync();

    /// <summary>Changed by somebody who can make manifests but not sign.</summary>
    private Task ChangedAsync(string why, Action<Dictionary<string, byte[]>> change) => _rig.AttackedAsync(why, change, withKey: false);

    /// <summary>Changed by somebody who has the server's signing key.</summary>
    private Task ForgedAsync(string why, Action<Dictionary<string, byte[]>> change) => _rig.AttackedAsync(why, change, withKey: true);

    private string[] Lines(string path) => _package.Text(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] Join(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));

    private static T JsonOf<T>(string line) => EvidenceJson.FromBytes<T>(Encoding.UTF8.GetBytes(line));

    /// <summary>The same chain with another third event, whole in itself.</summary>
    private static byte[] Rewritten(string[] lines)
    {
        var chain = new List<ChainedEvent>();
        foreach (var told in lines.Select(JsonOf<CustodyEvent>))
        {
            chain.Add(CustodyChain.Append(
                chain.LastOrDefault()?.Event, chain.LastOrDefault()?.Hash, told.ItemId, told.At, told.Actor, told.Kind, told.Sequence == 3 ? "nothing" : told.Detail));
        }

        return [.. chain.SelectMany(e => e.Bytes.Append((byte)'\n'))];
    }
}
