using System.Text;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// The MD5 that some recorders write beside a file. It tells what no digest of ours can: whether the card still holds what the
/// recorder wrote.
/// </summary>
internal static partial class RecorderDigest
{
    private const int MostBytes = 4096;

    /// <summary>Files whose recorder noted an MD5, by their path, with the file that holds it.</summary>
    public static IReadOnlyDictionary<string, RecorderFile> FilesOf(RecorderListing listing) =>
        listing.Sidecars.Where(s => s is { Role: SidecarRole.Md5, Of: not null })
            .GroupBy(s => s.Of!.Path, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().File, StringComparer.Ordinal);

    /// <summary>
    /// Lower-case hexadecimal; null when there is none that can be read. A note in an unknown form is no contradiction, and it
    /// is offloaded like every file.
    /// </summary>
    public static async Task<string?> ReadAsync(CopyOrder order, CancellationToken ct)
    {
        if (order.DigestFile is not { Bytes: > 0 and <= MostBytes } file)
            return null;
        try
        {
            await using var stream = await order.Driver.OpenReadAsync(order.Recorder, file, ct);
            var bytes = new byte[MostBytes];
            return await order.BlockingAsync(() => Parse(bytes.AsSpan(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false))));
        }
        catch (IOException e) when (e is not RecorderGoneException)
        {
            return null;
        }
    }

    /// <summary>As md5sum writes it, or alone; in either case.</summary>
    internal static string? Parse(ReadOnlySpan<byte> note)
    {
        var match = Hexadecimal().Match(Encoding.Latin1.GetString(note));
        return match.Success ? Convert.ToHexStringLower(Convert.FromHexString(match.Value)) : null;
    }

    [GeneratedRegex("(?<![0-9A-Za-z])[0-9A-Fa-f]{32}(?![0-9A-Za-z])")]
    private static partial Regex Hexadecimal();
}
