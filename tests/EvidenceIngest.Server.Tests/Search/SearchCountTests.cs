using System.Globalization;
using System.Text;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Search;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Search;

/// <summary>What the index finds against what reading every text finds.</summary>
public sealed class SearchCountTests(PrivateCluster cluster) : SearchFixture(cluster)
{
    // Few characters, so that texts share neighbours, repeat themselves and nearly match.
    private const string Alphabet = "嫌疑人酒精测试打架光明路东西𠀀𠀁";

    [Fact]
    public async Task Items_and_texts_that_are_found_are_those_that_contain_the_words()
    {
        var random = new Random(20261122);
        var texts = new Dictionary<string, string[]>();
        for (var i = 0; i < 60; i++)
        {
            string[] said = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Sentence(random))];
            texts[await SaidAsync(said)] = said;
        }

        var wrong = new List<string>();
        foreach (var query in Queries(random, [.. texts.Values.SelectMany(t => t)]))
        {
            var page = await FindAsync($"\"{query}\"", "&limit=200&count=true");
            var found = page.Items.ToDictionary(i => i.Item.Item, i => i.Hits.Any(h => h.Field == SearchField.Transcript) ? i.Matches : 0);
            var expected = texts.Select(t => (t.Key, Count: t.Value.Count(s => Plain(s).Contains(Plain(query), StringComparison.Ordinal)))).Where(t => t.Count > 0).ToDictionary(t => t.Key, t => t.Count);
            if (!expected.OrderBy(e => e.Key).SequenceEqual(found.OrderBy(f => f.Key)) || page.Found!.Count != expected.Count)
                wrong.Add($"'{query}': {expected.Count} items, {expected.Values.Sum()} texts; found {found.Count} and {found.Values.Sum()}, counted {page.Found!.Count}");
            // And in pages: none twice, none left out.
            var walked = await WalkAsync($"\"{query}\"", Math.Max(1, expected.Count / 3));
            if (!walked.SequenceEqual(page.Items.Select(i => i.Item.Item)))
                wrong.Add($"'{query}': {string.Join(' ', walked)} in pages, {string.Join(' ', page.Items.Select(i => i.Item.Item))} at once");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Pages_are_the_same_however_many_recordings_are_read_before_the_index_is_asked()
    {
        var random = new Random(20261123);
        for (var i = 0; i < 40; i++)
            await SaidAsync([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Sentence(random))]);

        var wrong = new List<string>();
        foreach (var query in (string[])["body cam", "哈哈哈", "粤B1", "酒精 嫌疑", "哈哈哈 -酒精", "人 路", "人 -哈哈哈 -粤B", "不在其中"])
        {
            var whole = await WalkAsync(query, limit: 50, reads: []);
            foreach (var reads in (int[][])[[1], [40], [41], [3, 7], [7, 3, 30], [600, 3_000]])
            {
                var walked = await WalkAsync(query, random.Next(1, 9), reads);
                if (!walked.SequenceEqual(whole))
                    wrong.Add($"'{query}', reading {string.Join(" and ", reads)}: {string.Join(' ', walked)} instead of {string.Join(' ', whole)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private async Task<List<string>> WalkAsync(string query, int limit, IReadOnlyList<int> reads)
    {
        var filter = new ItemFilter(Reach.Everything) { Terms = SearchTerm.Parse(query, "q"), Said = true };
        var (walked, cursor) = (new List<string>(), (string?)null);
        do
        {
            var (ids, next) = await Server.Get<EvidenceCatalogue>().ReadAsync(db => NewestFirst.PageAsync(db, filter, PageCursor.Parse(cursor), limit, reads, default), default);
            walked.AddRange(ids);
            cursor = next;
        }
        while (cursor is not null);

        return walked;
    }

    private async Task<List<string>> WalkAsync(string query, int limit)
    {
        var walked = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await FindAsync(query, $"&limit={limit}&cursor={cursor}");
            walked.AddRange(page.Items.Select(i => i.Item.Item));
            cursor = page.Next;
        }

        return walked;
    }

    private static string Sentence(Random random)
    {
        var runes = Alphabet.EnumerateRunes().ToArray();
        var sentence = new StringBuilder();
        for (var i = random.Next(1, 40); i > 0; i--)
            sentence.Append(random.Next(20) switch
            {
                0 => "，",
                1 => "粤B" + random.Next(10, 99).ToString(CultureInfo.InvariantCulture),
                2 => "Ｂody Cam",
                3 => "哈哈哈",
                _ => runes[random.Next(runes.Length)].ToString(),
            });
        return "说" + sentence;
    }

    // Pieces of what was said, pieces that were nearly said, and usual words.
    private static IEnumerable<string> Queries(Random random, string[] said)
    {
        for (var i = 0; i < 150; i++)
        {
            var runes = Plain(said[random.Next(said.Length)]).EnumerateRunes().ToArray();
            var from = random.Next(runes.Length);
            var piece = string.Concat(runes.Skip(from).Take(random.Next(1, 7))).Trim();
            // A Latin letter or a digit is in every item's number, too.
            if (piece.Any(c => c > 127))
                yield return random.Next(4) == 0 ? piece + "人" : piece;
        }

        foreach (var usual in new[] { "酒精", "嫌疑人", "粤B1", "body cam", "y c", "哈哈哈", "人", "𠀁", "ＣＡＭ" })
            yield return usual;
    }

    /// <summary>The rule of docs/search.md, said once more: plain forms, small letters, one space for whatever is neither letter nor digit.</summary>
    private static string Plain(string text) => string.Join(' ', new string([.. text.Normalize(NormalizationForm.FormKC).ToLowerInvariant()
        .Select(c => char.IsLetterOrDigit(c) || char.IsSurrogate(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
