using System.Text.RegularExpressions;

namespace EvidenceIngest.Tests.Architecture;

/// <summary>Pages say everything in two languages: both stand side by side in <c>T["中文", "English"]</c>, or in a tuple of a words class.</summary>
public sealed partial class PageTextTests
{
    private static readonly string[] Pages = [.. SourceTree.Files("src/EvidenceIngest.Web", "*.razor")];

    [Fact]
    public void Chinese_stands_in_no_page_without_its_English()
    {
        Assert.NotEmpty(Pages);
        var alone = Pages.SelectMany(page => Alone(SourceTree.Read(page)).Select(text => $"{page}: {text}"));
        Assert.Empty(alone);
    }

    [Fact]
    public void No_text_between_tags_is_written_in_one_language_only()
    {
        var plain = Pages.SelectMany(page => Plain(SourceTree.Read(page)).Select(text => $"{page}: {text}"));
        Assert.Empty(plain);
    }

    [Theory]
    [InlineData("<p>入库</p>", 1)]
    [InlineData("<p>@T[\"入库\", \"stored\"]</p>", 0)]
    [InlineData("<p>@T[\"入库\"]</p>", 1)]
    [InlineData("var x = (\"入库\", \"stored\");", 0)]
    [InlineData("var x = \"入库\";", 1)]
    [InlineData("Own(\"尚未结案 / it is open\")", 0)]
    [InlineData("@T[$\"共 {n} 件\", $\"{n} items\"]", 0)]
    public void It_finds_what_it_looks_for(string page, int found) => Assert.Equal(found, Alone(page).Count());

    [Theory]
    [InlineData("<p>Stored</p>", 1)]
    [InlineData("<p>@T[\"入库\", \"Stored\"]</p>", 0)]
    [InlineData("<th scope=\"col\">SHA-256</th>", 0)]
    public void And_what_is_no_text_is_none(string page, int found) => Assert.Equal(found, Plain(page).Count());

    /// <summary>Literals with Chinese that aren't followed by a second literal, and Chinese outside of literals.</summary>
    private static IEnumerable<string> Alone(string page)
    {
        var text = Comment().Replace(page, "");
        // Two literals with a comma between them, whatever expressions stand in them.
        text = BothInOne().Replace(Both().Replace(text, ""), "");
        return Chinese().Matches(text).Select(m => m.Value);
    }

    private static IEnumerable<string> Plain(string page)
    {
        var markup = Typed().Replace(Code().Replace(Comment().Replace(page, ""), ""), "");
        return BetweenTags().Matches(markup).Select(m => m.Groups[1].Value.Trim())
            .Where(t => t.Length > 0 && Letters().IsMatch(t) && !t.Contains('@', StringComparison.Ordinal) && !t.Contains('{', StringComparison.Ordinal) && !Known().IsMatch(t));
    }

    [GeneratedRegex(@"@\*.*?\*@|//[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(""" \$?"(?:\{[^}]*\}|[^"\\{]|\\.)*"\s*,\s*\$?"(?:\{[^}]*\}|[^"\\{]|\\.)*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Both();

    // As lines of the API have them.
    [GeneratedRegex("""\$?"[^"\n]*[\u4e00-\u9fff][^"\n]*\ /\ [A-Za-z][^"\n]*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex BothInOne();

    // What people type is the same in every language.
    [GeneratedRegex("<code>.*?</code>", RegexOptions.Singleline)]
    private static partial Regex Typed();

    [GeneratedRegex(@"[\u4e00-\u9fff]+")]
    private static partial Regex Chinese();

    [GeneratedRegex(@"\n@code\s*\{.*\z", RegexOptions.Singleline)]
    private static partial Regex Code();

    // What has brackets, semicolons or quotes in it is code.
    [GeneratedRegex("""/?>([^<>@{}();="]+)</?[a-z!]""")]
    private static partial Regex BetweenTags();

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Letters();

    // What is called so in every language.
    [GeneratedRegex(@"^(SHA-256|SM3|CSV|ZIP|MQTT|WebVTT|SRT|JSON|TEXT|VTT|PNG|URL|ID|MD5|GPX|LDAP|TOTP|API)$")]
    private static partial Regex Known();
}
