using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Domain.Reviews;

/// <summary>
/// A random sample that anybody draws again from seed and population (docs/supervision.md has it in ten lines of Python). Each number's key is
/// SHA-256 over seed, digest of the population and the number; the smallest keys are drawn. So nobody can tell before the seed is known who will be
/// drawn, and one number more or less changes the digest and with it every key.
/// </summary>
public static class SampleDraw
{
    /// <summary>Numbers a line each, in the order of their UTF-8 bytes, each ending with a line feed.</summary>
    /// <exception cref="ArgumentException">A number stands twice, or holds a line feed.</exception>
    public static string Population(IEnumerable<string> numbers)
    {
        var sorted = numbers.Order(Comparer<string>.Create(static (a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)))).ToList();
        for (var i = 0; i < sorted.Count; i++)
        {
            if (sorted[i].Contains('\n', StringComparison.Ordinal) || (i > 0 && sorted[i] == sorted[i - 1]))
                throw new ArgumentException($"'{sorted[i]}' stands twice or holds a line feed", nameof(numbers));
        }

        return string.Concat(sorted.Select(n => n + "\n"));
    }

    /// <summary>SHA-256 of the population's UTF-8 bytes, lower-case hexadecimal.</summary>
    public static string Digest(string population) => Hash(population);

    /// <param name="seed">Any text.</param>
    /// <param name="population">As <see cref="Population"/> makes it.</param>
    /// <param name="count">How many; all when there are fewer.</param>
    /// <returns>In the order in which they are drawn.</returns>
    public static IReadOnlyList<string> Draw(string seed, string population, int count)
    {
        var digest = Digest(population);
        return [.. population.Split('\n', StringSplitOptions.RemoveEmptyEntries).OrderBy(n => Hash($"{seed}\n{digest}\n{n}"), StringComparer.Ordinal).Take(count)];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
