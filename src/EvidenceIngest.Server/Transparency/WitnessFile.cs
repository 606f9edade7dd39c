using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;

namespace EvidenceIngest.Server.Transparency;

/// <summary>
/// Signed heads, one JSON line each, in a file that the database knows nothing of; best on a disk, or with rights, that the
/// database's administrator lacks. Appended to only.
/// </summary>
internal sealed class WitnessFile(string path)
{
    private const int LongestLine = 16 << 10;

    /// <summary>What the file tells last; null while there is none.</summary>
    /// <exception cref="InvalidDataException">The last line is no head: somebody else wrote into the file.</exception>
    public async Task<TreeHead?> LastAsync(CancellationToken ct)
    {
        if (!File.Exists(path))
            return null;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var tail = new byte[(int)Math.Min(file.Length, 2 * LongestLine)];
        file.Seek(-tail.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(tail, ct);
        // Behind the last line break may stand the beginning of a line that a power failure cut off.
        var end = Array.LastIndexOf(tail, (byte)'\n');
        if (end < 0)
            return null;
        var start = end == 0 ? 0 : Array.LastIndexOf(tail, (byte)'\n', end - 1) + 1;
        try
        {
            return EvidenceJson.FromBytes<TreeHead>(EvidenceJson.FromBytes<SignedEnvelope>(tail.AsSpan(start, end - start)).Payload);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new InvalidDataException($"{path}: the last line is no tree head: {e.Message}");
        }
    }

    /// <summary>Adds lines and waits until they are on the disk.</summary>
    public async Task AppendAsync(IEnumerable<byte[]> envelopes, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        file.SetLength(await LengthOfWholeLinesAsync(file, ct));
        file.Seek(0, SeekOrigin.End);
        foreach (var envelope in envelopes)
        {
            await file.WriteAsync(envelope, ct);
            file.WriteByte((byte)'\n');
        }

        file.Flush(flushToDisk: true);
    }

    private static async Task<long> LengthOfWholeLinesAsync(FileStream file, CancellationToken ct)
    {
        var tail = new byte[(int)Math.Min(file.Length, LongestLine)];
        file.Seek(-tail.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(tail, ct);
        var end = Array.LastIndexOf(tail, (byte)'\n');
        // Nothing that could be a cut-off line of ours is cut away.
        return end < 0 && file.Length >= LongestLine ? file.Length : file.Length - tail.Length + end + 1;
    }
}
