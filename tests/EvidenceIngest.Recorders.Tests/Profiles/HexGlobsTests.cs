using System.Globalization;
using System.Text.RegularExpressions;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Profiles;

public sealed class HexGlobsTests
{
    [Theory]
    [InlineData(0x4001, 0x4003, "400[123]")]
    [InlineData(0x0000, 0xffff, "????")]
    [InlineData(0x4026, 0x4026, "4026")]
    [InlineData(0x000c, 0x005a, "000[cdef] 00[1234]? 005[0123456789a]")]
    [InlineData(0x0100, 0xffff, "0[123456789abcdef]?? [123456789abcdef]???")]
    public void A_range_becomes_few_patterns(int first, int last, string globs) =>
        Assert.Equal(globs, string.Join(' ', HexGlobs.Covering((ushort)first, (ushort)last)));

    /// <summary>Held against every number there is, for ranges of all shapes.</summary>
    [Fact]
    public void Exactly_the_numbers_of_the_range_fit_and_each_fits_one_pattern()
    {
        var random = new Random(3);
        foreach (var _ in Enumerable.Range(0, 40))
        {
            var (one, other) = (random.Next(0x10000), random.Next(4) == 0 ? random.Next(0x10000) : random.Next(0x100));
            var (first, last) = (Math.Min(one, other), Math.Max(one, other));
            var patterns = HexGlobs.Covering((ushort)first, (ushort)last)
                .Select(glob => new Regex($"^{glob.Replace('?', '.')}$", RegexOptions.NonBacktracking)).ToList();
            for (var number = 0; number <= 0xffff; number++)
            {
                var digits = number.ToString("x4", CultureInfo.InvariantCulture);
                if (patterns.Count(p => p.IsMatch(digits)) != (number >= first && number <= last ? 1 : 0))
                    Assert.Fail($"{first:x4}-{last:x4}: {digits}");
            }
        }
    }
}
