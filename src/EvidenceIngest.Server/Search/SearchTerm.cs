using System.Text;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Search;

/// <summary>
/// One of the words or phrases in the query box. An item is found when every term occurs in some text of it, as it stands there, and
/// none that is left out does.
/// </summary>
/// <param name="Words">As they were typed, without quotes.</param>
/// <param name="LeftOut">Items that have it are not wanted.</param>
internal sealed record SearchTerm(string Words, bool LeftOut)
{
    public const int LongestQuery = 200;
    private const int MostTerms = 8;

    /// <summary>More than what the index has in one piece.</summary>
    public bool IsLongerThanAPair => Words.EnumerateRunes().Skip(2).Any();

    /// <summary>Spaces part terms, quotes hold one together, a minus leaves one out.</summary>
    /// <exception cref="RequestRefusedException">There is nothing to look for, or too much.</exception>
    public static IReadOnlyList<SearchTerm> Parse(string? query, string field)
    {
        if (string.IsNullOrWhiteSpace(query))
            return [];
        Texts.Allow(query, field, LongestQuery);
        var terms = Split(query).Where(t => HasWords(t.Words)).Distinct().ToList();
        if (terms.All(t => t.LeftOut))
            throw RequestRefusedException.Invalid(field, "至少要有一个不带减号、含文字或数字的检索词 / needs a term with letters or digits that is not left out by a minus");
        return terms.Count <= MostTerms
            ? terms
            : throw RequestRefusedException.Invalid(field, $"最多 {MostTerms} 个检索词 / has more than {MostTerms} terms");
    }

    /// <summary>The texts that have the term.</summary>
    /// <param name="db">Where they are.</param>
    /// <param name="said">Whether what is said in recordings counts.</param>
    /// <param name="byIndex">Whether the index may be the way to them; else whoever asks names the items whose texts are read.</param>
    public IQueryable<SearchText> In(CatalogueDb db, bool said, bool byIndex = true)
    {
        var words = Words;
        // The pattern decides: it has neither % nor _, for both are no letters. The grams find candidates for it by the index.
        var texts = db.SearchTexts.Where(t => EF.Functions.Like(t.Normal, "%" + SearchSql.Normal(words) + "%"));
        if (byIndex)
            texts = texts.Where(t => SearchSql.Grams(t.Normal).Matches(SearchSql.Wanted(SearchSql.Normal(words))));
        return said ? texts : texts.Where(t => t.Field != SearchField.Transcript);
    }

    private static IEnumerable<SearchTerm> Split(string query)
    {
        var (words, leftOut, quoted) = (new StringBuilder(), false, false);
        foreach (var c in query)
        {
            if (c is '"' or '“' or '”' or '＂')
            {
                quoted = !quoted;
                if (quoted && words.Length == 0)
                    continue;
            }
            else if (!quoted && words.Length == 0 && c is '-' or '－' or '−')
            {
                leftOut = true;
                continue;
            }
            else if (quoted || !char.IsWhiteSpace(c))
            {
                words.Append(c);
                continue;
            }

            if (words.Length > 0)
                yield return new SearchTerm(words.ToString(), leftOut);
            words.Clear();
            leftOut = false;
        }

        if (words.Length > 0)
            yield return new SearchTerm(words.ToString(), leftOut);
    }

    private static bool HasWords(string words) => words.Normalize(NormalizationForm.FormKC).EnumerateRunes().Any(Rune.IsLetterOrDigit);
}
