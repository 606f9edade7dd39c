using System.Security.Cryptography;
using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;

namespace EvidenceIngest.EndToEnd.Tests.Installations;

/// <summary>One line of <c>--json</c>.</summary>
internal sealed record ItemLine(
    string Item, string State, string? Reason, string Recorder, string Kind, IReadOnlyList<FileLine> Files,
    DateTimeOffset? RecordedAt, DateTimeOffset? Deadline, bool? OnTime, IReadOnlyList<string> Missing, IReadOnlyList<string> Renditions)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<ItemLine> Parse(string jsonLines) =>
        [.. jsonLines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<ItemLine>(l, Web)!)];
}

/// <summary>Where it lies is null until it is sealed.</summary>
internal sealed record FileLine(
    string Name, long Bytes, string Sha256, string? Sm3, string? Bucket, string? Key, string? VersionId, DateTimeOffset? LockedUntil);

/// <summary>Looks into the object store and at the chains with its own eyes, and compares with what was recorded.</summary>
internal static class SealedItems
{
    /// <summary>Every recorded file is sealed exactly once, byte for byte, under a COMPLIANCE lock.</summary>
    public static async Task AssertSealedOnceAsync(
        this Installation installation, string recorder, IReadOnlyDictionary<string, string> recorded, IReadOnlyList<ItemLine> items)
    {
        using var store = installation.ObjectStore();
        var files = items.Where(i => i.Recorder == recorder).SelectMany(i => i.Files).ToList();
        Assert.Equal(recorded.Keys.Order(), files.Select(f => f.Name).Order());
        foreach (var file in files)
        {
            Assert.Equal(recorded[file.Name], file.Sha256);
            Assert.Equal(file.Sha256, await HashAsync(store, file));
            var retention = await store.GetObjectRetentionAsync(new GetObjectRetentionRequest
            {
                BucketName = file.Bucket, Key = file.Key, VersionId = file.VersionId,
            });
            Assert.Equal(ObjectLockRetentionMode.Compliance, retention.Retention.Mode);
            Assert.True(retention.Retention.RetainUntilDate >= DateTime.UtcNow.AddDays(3640), $"locked until {retention.Retention.RetainUntilDate:o}");
        }
    }

    /// <summary>The chain holds from its first byte, tells the receipt before the clearing, and seals once.</summary>
    public static async Task AssertChainAsync(this Installation installation, string item)
    {
        var kinds = (await installation.CustodyAsync(item)).ToList();
        Assert.Single(kinds, "Receipted");
        var cleared = kinds.IndexOf("Cleared");
        Assert.True(cleared < 0 || cleared > kinds.IndexOf("Receipted"), "cleared before the receipt: " + string.Join(" ", kinds));
    }

    private static async Task<string> HashAsync(AmazonS3Client store, FileLine file)
    {
        using var version = await store.GetObjectAsync(new GetObjectRequest
        {
            BucketName = file.Bucket, Key = file.Key, VersionId = file.VersionId,
        });
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(version.ResponseStream));
    }
}
