using System.Text;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>Names that people or other systems could misread. They are kept as they are; the finding says what is odd.</summary>
internal static partial class UnusualNames
{
    /// <summary>Findings by path; paths without one are missing.</summary>
    public static IReadOnlyDictionary<string, Finding> In(IEnumerable<string> paths)
    {
        var findings = new Dictionary<string, Finding>(StringComparer.Ordinal);
        // File systems and people that ignore case or Unicode's normal forms see these as one name.
        foreach (var alike in paths.GroupBy(p => p.Normalize(NormalizationForm.FormC).ToUpperInvariant(), StringComparer.Ordinal))
        {
            var lookalike = alike.Skip(1).Any();
            foreach (var path in alike)
            {
                var oddity = lookalike ? "differs from another name only in case or normal form" : OddityOf(path);
                if (oddity is not null)
                    findings[path] = new Finding(FindingCode.UnusualName, $"'{path}': {oddity}");
            }
        }

        return findings;
    }

    private static string? OddityOf(string path) =>
        path.Contains('%', StringComparison.Ordinal) ? "shown in escaped form"
        : Unportable().IsMatch(path) ? "not portable to other systems"
        : null;

    /// <summary>What Windows forbids in names, its device names, and a trailing dot or blank, which it drops.</summary>
    [GeneratedRegex(
        @"[\\:*?""<>|]|[. ](/|\z)|(^|/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.[^/]*)?(/|\z)|(^|/)(-|\.\.|\s)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unportable();
}
