using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>What an excerpt is cut from.</summary>
/// <param name="Version">In the vault.</param>
/// <param name="Sha256">As it was sealed or made.</param>
/// <param name="Bytes">Length.</param>
/// <param name="From">Where the excerpt begins in it, seconds.</param>
/// <param name="Note">What to know of it; null for masters.</param>
internal sealed record ExcerptSource(VaultVersion Version, string Sha256, long Bytes, double From, string? Note)
{
    // Containers round durations; what ends with its chapter shall not be refused for that.
    private const double Tolerance = 0.05;

    /// <summary>The master that holds all of it; null when it spans chapters.</summary>
    public static ExcerptSource? Master(EvidenceItem item, Excerpt order)
    {
        var (from, until, begins) = (order.FromMs / 1000.0, order.UntilMs / 1000.0, 0.0);
        var playing = item.Files.OrderBy(f => f.Position).Select(f => (File: f, Seconds: SecondsOf(item, f))).Where(f => f.Seconds is not null).ToList();
        foreach (var (file, seconds) in playing)
        {
            var ends = begins + seconds!.Value;
            if (from < ends)
            {
                return until <= ends + Tolerance || file == playing[^1].File
                    ? new ExcerptSource(new VaultVersion(file.Bucket!, file.Key!, file.VersionId!), file.Sha256, file.Bytes, from - begins, null)
                    : null;
            }

            begins = ends;
        }

        return null;
    }

    /// <summary>Null for masters without pictures or sound, which take no part in the proxy's time line.</summary>
    private static double? SecondsOf(EvidenceItem item, MasterFile file) =>
        item.Facts.FirstOrDefault(f => f.Position == file.Position)?.Facts is { } facts
        && Chapter.Of([new MasterCopy(file.Key!, file.Sha256, facts)]) is [var chapter]
        && (item.Kind == MediaKind.Video ? chapter.Video : chapter.Audio) is not null
            ? chapter.Duration.TotalSeconds
            : null;

    public static ExcerptSource? Proxy(EvidenceItem item, Excerpt order) => item.Renditions.FirstOrDefault(r => r.Name == "proxy") is { } proxy
        ? new ExcerptSource(
            new VaultVersion(proxy.Bucket, proxy.Key, proxy.VersionId), proxy.Sha256, proxy.Bytes, order.FromMs / 1000.0,
            "取自查看件，而非原始文件 / cut from the proxy, not from a master")
        : null;
}
