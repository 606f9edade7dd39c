using System.Text;

namespace EvidenceIngest.Domain.Packages;

/// <summary>A manifest of a bag (RFC 8493, 2.1.3): a digest and a path a line.</summary>
public static class BagManifest
{
    public static string Write(IEnumerable<(string Path, string Digest)> files)
    {
        var text = new StringBuilder();
        foreach (var (path, digest) in files.OrderBy(f => f.Path, StringComparer.Ordinal))
            text.Append(digest).Append("  ").Append(path).Append('\n');
        return text.ToString();
    }

    /// <exception cref="FormatException">A line that is no entry, or a path that is named twice.</exception>
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var entry = line.TrimEnd('\r');
            if (entry.Length == 0)
                continue;
            var space = entry.IndexOf(' ', StringComparison.Ordinal);
            // As sha256sum writes it: one more space, or an asterisk for binary.
            var path = space < 0 ? "" : entry[(space + 1)..].TrimStart(' ', '*');
            if (path.Length == 0 || !entry[..space].All(char.IsAsciiHexDigit))
                throw new FormatException($"'{entry}' is no line of a manifest");
            if (!files.TryAdd(path, entry[..space]))
                throw new FormatException($"'{path}' is named twice");
        }

        return files;
    }
}
