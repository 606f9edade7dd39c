using System.Text.RegularExpressions;

namespace EvidenceIngest.Tests.Architecture;

/// <summary>
/// Whatever refuses a person says so in Chinese first: <c>中文 / english</c>. What only docks and programs meet may be English; each
/// such file is named with its reason, and one that no longer needs its place fails too.
/// </summary>
public sealed partial class RefusalTextTests
{
    private static readonly Dictionary<string, string> EnglishAlone = new(StringComparer.Ordinal)
    {
        ["src/EvidenceIngest.Server/Access/TokenFilter.cs"] = "enters the service's chain; pages say in their own words that a session is over",
        ["src/EvidenceIngest.Server/Api/Repeats.cs"] = "keys of repetition are sent by programs",
        ["src/EvidenceIngest.Server/Deliveries/DeliveryAnnouncements.cs"] = "docks",
        ["src/EvidenceIngest.Server/Deliveries/DeliveryProgress.cs"] = "docks",
        ["src/EvidenceIngest.Server/Deliveries/ManifestRules.cs"] = "docks",
        ["src/EvidenceIngest.Server/Deliveries/UploadGrants.cs"] = "docks",
        ["src/EvidenceIngest.Server/Docks/DockEndpoints.cs"] = "what docks report of their bays",
        ["src/EvidenceIngest.Server/Docks/Enrolment.cs"] = "docks",
    };

    [Fact]
    public void Whoever_is_refused_reads_it_in_Chinese()
    {
        var files = SourceTree.CSharp("src/EvidenceIngest.Server").Concat(SourceTree.CSharp("src/EvidenceIngest.Web")).Where(f => SourceTree.Read(f).Contains("RequestRefusedException", StringComparison.Ordinal)).ToList();
        Assert.True(files.Sum(f => Refusal().Count(SourceTree.Read(f))) > 300);
        var found = files.SelectMany(f => Alone(SourceTree.Read(f)).Select(text => (File: f, Text: text))).ToLookup(f => f.File, f => f.Text);
        var wrong = found.Where(f => !EnglishAlone.ContainsKey(f.Key)).SelectMany(f => f.Select(text => $"{f.Key}: {text}"));
        Assert.Empty(wrong);
        Assert.DoesNotContain(EnglishAlone.Keys, file => !found.Contains(file));
    }

    [Theory]
    [InlineData("throw RequestRefusedException.NotFound($\"there is no item {id}\");", 1)]
    [InlineData("throw RequestRefusedException.NotFound($\"没有资料 {id} / there is no item {id}\");", 0)]
    [InlineData("throw RequestRefusedException.Invalid(\"csv\", e.Message);", 0)]
    [InlineData("=> new(StatusCodes.Status403Forbidden, $\"this needs {what}\");", 1)]
    [InlineData("throw Over(\"the link has expired\");", 1)]
    [InlineData("throw new FormatException(\"it is none\");", 0)]
    [InlineData("throw new RequestRefusedException(409, Why(x) ?? $\"it (item) is {Show(x)} now\") { RetryAfter = y };", 1)]
    public void It_finds_what_it_looks_for(string code, int found) => Assert.Equal(found, Alone(code).Count());

    /// <summary>Refusals that say something, and nothing of it in Chinese.</summary>
    private static IEnumerable<string> Alone(string code) =>
        Refusal().Matches(code).Select(m => Literal().Matches(m.Groups["said"].Value)).Where(said => said.Any(s => Words().IsMatch(s.Value)) && !said.Any(s => Chinese().IsMatch(s.Value)))
            .Select(said => string.Join(' ', said.Select(s => s.Value)));

    // Everything up to the bracket that closes it; brackets in literals don't count.
    [GeneratedRegex("""(RequestRefusedException(\.\w+)?|throw \w+|new(?=\(StatusCodes\.))\((?<said>(?>"(?:\\.|[^"\\])*"|[^()"]|(?<open>\()|(?<-open>\)))*)(?(open)(?!))\)""")]
    private static partial Regex Refusal();

    [GeneratedRegex(""" "(?:\\.|[^"\\])*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literal();

    [GeneratedRegex("[A-Za-z}] [A-Za-z{]")]
    private static partial Regex Words();

    [GeneratedRegex(@"[\u4e00-\u9fff]")]
    private static partial Regex Chinese();
}
