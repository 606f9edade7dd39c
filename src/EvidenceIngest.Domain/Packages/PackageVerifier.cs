using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;

namespace EvidenceIngest.Domain.Packages;

/// <summary>
/// Checks an evidence package with nothing but its own files and, better, the key that the agency published. Follows
/// docs/evidence-format.md step by step and stops at the first thing that does not hold.
/// </summary>
public sealed class PackageVerifier
{
    private const int LongestText = 256 << 20;

    private readonly IPackageFolder _folder;
    private readonly VerificationKey? _published;
    private readonly TimestampCheck _timestamps;
    private readonly List<string> _checked = [];

    private PackageVerifier(IPackageFolder folder, VerificationKey? published, TimestampCheck timestamps) =>
        (_folder, _published, _timestamps) = (folder, published, timestamps);

    /// <param name="folder">The package.</param>
    /// <param name="published">The agency's key; null to believe the one in the package, which anybody could have put there.</param>
    /// <param name="timestamps">Reads the time stamp, when the package has one.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<PackageVerdict> VerifyAsync(
        IPackageFolder folder, VerificationKey? published, TimestampCheck timestamps, CancellationToken ct)
    {
        var verifier = new PackageVerifier(folder, published, timestamps);
        try
        {
            var statement = await verifier.RunAsync(ct);
            return new PackageVerdict(PackageOutcome.Proven, verifier._checked, null, statement);
        }
        catch (NoPackageException e)
        {
            return new PackageVerdict(PackageOutcome.NoPackage, verifier._checked, e.Message, null);
        }
        catch (Exception e) when (e is BrokenPackageException or JsonException or FormatException or CryptographicException or ArgumentException
            or ReceiptRefusedException or TreeHeadRefusedException)
        {
            return new PackageVerdict(PackageOutcome.Broken, verifier._checked, e.Message, null);
        }
    }

    private async Task<PackageStatement> RunAsync(CancellationToken ct)
    {
        if (await TryReadAsync(PackageLayout.Declaration, ct) is not { } declaration || !declaration.StartsWith("BagIt-Version: "u8))
            throw new NoPackageException($"there is no {PackageLayout.Declaration}: this is no evidence package");
        var tags = await CheckDigestsAsync(PackageLayout.TagManifest, null, ct);
        var sm3 = Sm3Hash.IsSupported && _folder.List().Contains(PackageLayout.Sm3Manifest) ? PackageLayout.Sm3Manifest : null;
        var manifest = await CheckDigestsAsync(PackageLayout.Manifest, sm3, ct);
        CheckNothingElse([.. manifest.Keys, .. tags.Keys]);
        using var own = new VerificationKey(await ReadTextAsync(PackageLayout.PublicKey, ct));
        var key = _published ?? own;
        var statement = await CheckStatementAsync(key, ct);
        var head = TreeHead.Verify(EvidenceJson.FromBytes<SignedEnvelope>(await ReadAsync(PackageLayout.TreeHead, ct)), key);
        _checked.Add($"保管日志树头签名有效，含{head.TreeSize}条事件 / the signed head of the custody log, {head.TreeSize} events");
        await CheckTimestampAsync(manifest, head, key, ct);
        foreach (var item in statement.Items)
            await CheckItemAsync(item, statement, manifest, head, key, ct);
        var strangers = manifest.Keys.Where(p => p.StartsWith(PackageLayout.Items, StringComparison.Ordinal))
            .Where(p => !statement.Items.Any(i => p.StartsWith($"{PackageLayout.Items}{i}/", StringComparison.Ordinal)));
        Demand(!strangers.Any(), "the package holds an item that its statement does not name: " + string.Join(", ", strangers.Take(3)));
        return statement;
    }

    /// <summary>Every file that a manifest names is there and is what it says; where there are two, each file is read once for both.</summary>
    private async Task<IReadOnlyDictionary<string, string>> CheckDigestsAsync(string name, string? sm3Name, CancellationToken ct)
    {
        var manifest = await ReadManifestAsync(name, ct);
        var sm3 = sm3Name is null ? null : await ReadManifestAsync(sm3Name, ct);
        Demand(sm3 is null || sm3.Keys.SequenceEqual(manifest.Keys), $"{sm3Name} names other files than {name}");
        var found = new ConcurrentDictionary<string, ContentDigest?>(StringComparer.Ordinal);
        // Side by side, for SM3 is slow; what differs is told in the manifest's order.
        await Parallel.ForEachAsync(
            manifest.Keys, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            async (path, stop) =>
            {
                await using var content = _folder.Open(path);
                found[path] = content is null ? null : (await ContentHasher.HashAsync(content, sm3 is not null, stop)).Digest;
            });
        foreach (var (path, expected) in manifest)
        {
            var digest = found[path] ?? throw new BrokenPackageException($"{path} is missing");
            Demand(digest.Sha256 == expected, $"{path} is not what {name} says: {digest.Sha256}");
            Demand(sm3 is null || digest.Sm3 == sm3[path], $"{path} is not what {sm3Name} says: {digest.Sm3}");
        }

        foreach (var held in new[] { name, sm3Name }.OfType<string>())
            _checked.Add($"{held}：{manifest.Count}个文件逐一核对一致 / {manifest.Count} files are what it says");
        return manifest;
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadManifestAsync(string name, CancellationToken ct)
    {
        var text = await ReadTextAsync(name, ct);
        var manifest = BagManifest.Read(text);
        // As the server writes it, to the letter: nothing in a package may have been touched.
        Demand(BagManifest.Write(manifest.Select(f => (f.Key, f.Value))) == text, $"{name} is not as it was written");
        return manifest;
    }

    private void CheckNothingElse(IEnumerable<string> named)
    {
        var strangers = _folder.List().Except(named).Where(p => p != PackageLayout.TagManifest).ToList();
        Demand(strangers.Count == 0, "the package holds files that no manifest names: " + string.Join(", ", strangers.Take(3)));
    }

    private async Task<PackageStatement> CheckStatementAsync(VerificationKey key, CancellationToken ct)
    {
        var envelope = EvidenceJson.FromBytes<SignedEnvelope>(await ReadAsync(PackageLayout.Statement, ct));
        Demand(envelope.PayloadType == PackageStatement.PayloadType, $"payload type '{envelope.PayloadType}' is no package statement");
        Demand(envelope.IsSignedBy(key), $"the package's statement has no valid signature by the key {key.KeyId}");
        var statement = EvidenceJson.FromBytes<PackageStatement>(envelope.Payload);
        foreach (var name in PackageLayout.SignedTagFiles)
        {
            var found = await TryReadAsync(name, ct) is { } content ? Convert.ToHexStringLower(SHA256.HashData(content)) : null;
            Demand(found == statement.TagFiles.GetValueOrDefault(name), $"{name} is not the one that was signed");
        }

        Demand(statement.TagFiles.ContainsKey(PackageLayout.Manifest), "the statement signs no manifest");
        Demand(statement.Items.Count > 0 && statement.Items.Distinct().Count() == statement.Items.Count, "the statement names no item, or one twice");
        _checked.Add($"数据包签名有效：{statement.PackageId}，{statement.MadeBy}，{statement.MadeAt:yyyy-MM-dd HH:mm:ss}Z / the package's statement is signed by {key.KeyId}");
        return statement;
    }

    private async Task CheckTimestampAsync(IReadOnlyDictionary<string, string> manifest, TreeHead head, VerificationKey key, CancellationToken ct)
    {
        string[] together = [PackageLayout.Timestamp, PackageLayout.TimestampedHead, PackageLayout.TimestampConsistency];
        if (!together.Any(manifest.ContainsKey))
            return;
        var stamped = await ReadAsync(PackageLayout.TimestampedHead, ct);
        var older = TreeHead.Verify(EvidenceJson.FromBytes<SignedEnvelope>(stamped), key);
        var consistency = EvidenceJson.FromBytes<ConsistencyProof>(await ReadAsync(PackageLayout.TimestampConsistency, ct));
        Demand(consistency.Holds(older, head), "the head that was time-stamped is not proven to be a beginning of the package's head");
        TimestampFacts facts;
        try
        {
            facts = _timestamps(await ReadAsync(PackageLayout.Timestamp, ct), stamped);
        }
        catch (CryptographicException e)
        {
            throw new BrokenPackageException($"{PackageLayout.Timestamp} is no time stamp of {PackageLayout.TimestampedHead}: {e.Message}");
        }

        _checked.Add(
            $"时间戳有效：日志前{older.TreeSize}条事件不晚于{facts.At:yyyy-MM-dd HH:mm:ss}Z存在，签发者{facts.Authority}（其证书须另行核对） / the log's first {older.TreeSize} events existed at that time, says {facts.Authority}, whose certificate is to be checked elsewhere");
    }

    private async Task CheckItemAsync(
        string item, PackageStatement statement, IReadOnlyDictionary<string, string> manifest, TreeHead head, VerificationKey key, CancellationToken ct)
    {
        var receipt = VaultReceipt.Verify(EvidenceJson.FromBytes<SignedEnvelope>(await ReadAsync(PackageLayout.Receipt(item), ct)), key).Statement;
        Demand(receipt.ItemId == item, $"the receipt of {item} is of {receipt.ItemId}");
        CheckMasters(item, receipt, manifest);

        var events = Lines(await ReadAsync(PackageLayout.Custody(item), ct));
        Demand(events.Length > 0, $"the chain of {item} is empty");
        var broken = CustodyChain.Verify(item, events.Select(e => (e, CustodyChain.HashOf(e))));
        Demand(broken is null, $"the chain of {item} breaks at event {broken?.Sequence}: {broken?.Reason}");
        var chain = events.Select(e => EvidenceJson.FromBytes<CustodyEvent>(e)).ToList();
        Demand(
            chain[^1].Kind == CustodyEventKind.Exported && chain[^1].Detail.Contains(statement.PackageId, StringComparison.Ordinal),
            $"the chain of {item} does not end with the making of this package: its end was cut off or does not belong here");
        Demand(
            chain.Any(e => e.Kind == CustodyEventKind.Receipted && e.Detail.Contains(receipt.ReceiptId, StringComparison.Ordinal)),
            $"the chain of {item} does not tell of receipt {receipt.ReceiptId}");

        var (transcript, trouble) = TranscriptCheck.Check(
            item, chain, await TryReadAsync(PackageLayout.Transcript(item), ct), await TryReadAsync(PackageLayout.TranscriptText(item), ct),
            await TryReadAsync(PackageLayout.TranscriptCues(item), ct));
        Demand(trouble is null, trouble ?? "");

        var proofs = EvidenceJson.FromBytes<InclusionProof[]>(await ReadAsync(PackageLayout.Proofs(item), ct));
        Demand(proofs.Length == events.Length, $"the chain of {item} has {events.Length} events and {proofs.Length} proofs");
        for (var i = 0; i < events.Length; i++)
            Demand(proofs[i].LeafHash == CustodyChain.HashOf(events[i]) && proofs[i].Holds(head), $"event {i + 1} of {item} is not proven to be in the custody log");
        _checked.Add(
            $"{item}：原始文件{receipt.Files.Count}个与回执一致，保管链{events.Length}条连续且均在保管日志中 / {receipt.Files.Count} masters as the receipt says, {events.Length} events in one chain and in the log");
        if (transcript is not null)
            _checked.Add($"{item}：文字记录第{transcript.Version}版与保管链一致，{EvidenceWords.Chinese(transcript.State)} / transcript version {transcript.Version} as the chain says, {transcript.State}");
    }

    private static void CheckMasters(string item, ReceiptStatement receipt, IReadOnlyDictionary<string, string> manifest)
    {
        var folder = $"{PackageLayout.Items}{item}/masters/";
        var masters = manifest.Where(f => f.Key.StartsWith(folder, StringComparison.Ordinal)).OrderBy(f => f.Key, StringComparer.Ordinal).ToList();
        Demand(masters.Count == receipt.Files.Count, $"{item} has {masters.Count} masters in the package and {receipt.Files.Count} in its receipt");
        for (var i = 0; i < masters.Count; i++)
        {
            var expected = PackageLayout.Master(item, i + 1, Path.GetExtension(masters[i].Key));
            Demand(
                masters[i].Key == expected && masters[i].Value == receipt.Files[i].Digest.Sha256,
                $"{masters[i].Key} is not what the receipt says of {receipt.Files[i].RecorderPath}");
        }
    }

    private static byte[][] Lines(byte[] text)
    {
        var lines = new List<byte[]>();
        for (var start = 0; start < text.Length;)
        {
            var end = Array.IndexOf(text, (byte)'\n', start);
            Demand(end >= 0, "a chain ends in the middle of a line");
            lines.Add(text[start..end]);
            start = end + 1;
        }

        return [.. lines];
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
            throw new BrokenPackageException(otherwise);
    }

    private async Task<byte[]> ReadAsync(string path, CancellationToken ct) =>
        await TryReadAsync(path, ct) ?? throw new BrokenPackageException($"{path} is missing");

    private async Task<string> ReadTextAsync(string path, CancellationToken ct) => Encoding.UTF8.GetString(await ReadAsync(path, ct));

    private async Task<byte[]?> TryReadAsync(string path, CancellationToken ct)
    {
        await using var content = _folder.Open(path);
        if (content is null)
            return null;
        if (content.Length > LongestText)
            throw new BrokenPackageException($"{path} is larger than such a file can be");
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    private sealed class NoPackageException(string message) : Exception(message);

    private sealed class BrokenPackageException(string message) : Exception(message);
}

public enum PackageOutcome
{
    /// <summary>Everything holds.</summary>
    Proven,

    /// <summary>Something does not.</summary>
    Broken,

    /// <summary>It is none at all.</summary>
    NoPackage,
}

/// <param name="Outcome">What it is.</param>
/// <param name="Checked">What was checked and held, in order.</param>
/// <param name="Failure">The first thing that did not hold.</param>
/// <param name="Statement">Null unless proven.</param>
public sealed record PackageVerdict(PackageOutcome Outcome, IReadOnlyList<string> Checked, string? Failure, PackageStatement? Statement);
