using System.Globalization;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>Fetches sealed masters into a work place, hashing them on the way: a tool never sees bytes that aren't the evidence.</summary>
internal sealed class MasterCopies(IVault vault)
{
    // A copy, a proxy that is at most as large, and while it is made ready for streaming two more of it.
    private const int RoomFactor = 4;

    /// <exception cref="SealedCopyDiffersException">The vault gave other bytes than were sealed.</exception>
    /// <exception cref="VaultUnavailableException">Worth a retry.</exception>
    public async Task<IReadOnlyList<string>> FetchAsync(IReadOnlyList<MasterFile> files, WorkPlace work, CancellationToken ct)
    {
        if (work.Masters is { } fetched)
            return fetched;
        work.DemandRoom(RoomFactor * files.Sum(f => f.Bytes));
        var copies = new List<string>();
        foreach (var file in files)
        {
            // Tools look at the ending; it comes from the key, never from the card.
            var name = string.Create(CultureInfo.InvariantCulture, $"master-{file.Position + 1:D2}{Path.GetExtension(file.Key)}");
            copies.Add(Path.Combine(work.Folder, name));
            await FetchAsync(vault, new VaultVersion(file.Bucket!, file.Key!, file.VersionId!), file.Sha256, copies[^1], ct);
        }

        return work.Masters = copies;
    }

    /// <param name="vault">Where it lies.</param>
    /// <param name="version">Which.</param>
    /// <param name="sha256">As it was sealed or made.</param>
    /// <param name="copy">Where it is put.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="SealedCopyDiffersException">The vault gave other bytes.</exception>
    public static async Task FetchAsync(IVault vault, VaultVersion version, string sha256, string copy, CancellationToken ct)
    {
        using var hasher = new ContentHasher(withSm3: false);
        await using (var content = await vault.OpenAsync(version, 0, null, ct))
        await using (var target = new FileStream(copy, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            var buffer = new byte[1 << 20];
            int read;
            while ((read = await content.ReadAsync(buffer, ct)) > 0)
            {
                hasher.Append(buffer.AsSpan(0, read));
                await target.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }

        var digest = hasher.Finish();
        if (digest.Sha256 != sha256)
            throw new SealedCopyDiffersException(version.Key, sha256, digest.Sha256);
    }
}

/// <summary>A sealed version reads back differently than when it was sealed.</summary>
internal sealed class SealedCopyDiffersException(string key, string expected, string actual)
    : Exception($"{key} was sealed as sha256 {expected} and now reads as {actual}");
