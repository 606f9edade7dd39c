using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Puts finished files into the vault. Nobody sees one before its row is written, which whoever had it made does in one transaction with what it is for.</summary>
internal sealed class RenditionStore(IVault vault, TimeProvider time)
{
    /// <param name="itemId">Whose it is.</param>
    /// <param name="bucket">Of renditions.</param>
    /// <param name="key">Without its ending.</param>
    /// <param name="made">In a work folder.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>The row, not yet written.</returns>
    /// <exception cref="VaultUnavailableException">Worth a retry.</exception>
    public async Task<StoredRendition> PutAsync(string itemId, string bucket, string key, Rendition made, CancellationToken ct)
    {
        await using var content = new FileStream(made.File, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
        var version = await vault.PutAsync(new VaultObject(bucket, key + Path.GetExtension(made.File)), content, made.ContentType, ct);
        return new StoredRendition
        {
            ItemId = itemId, Name = made.Name, Bucket = version.Bucket, Key = version.Key, VersionId = version.VersionId, ContentType = made.ContentType,
            Bytes = made.Bytes, Sha256 = made.Digest.Sha256, Sm3 = made.Digest.Sm3, Recipe = made.Recipe, MadeAt = time.GetUtcNow(),
        };
    }

    /// <summary>As chains tell of it.</summary>
    public static string Describe(StoredRendition made) =>
        $"{made.Name}: {made.Bytes} bytes, sha256 {made.Sha256}, {made.Bucket}/{made.Key}, by {made.Recipe.Tool} from sha256 {string.Join(", ", made.Recipe.Parents)}";
}
