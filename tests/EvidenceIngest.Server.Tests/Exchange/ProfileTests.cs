using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Exchange;

namespace EvidenceIngest.Server.Tests.Exchange;

/// <summary>Profiles come from outside: each fault is named with its line, and no text makes the service grow or fall.</summary>
public sealed class ProfileTests
{
    private const string Head = "title: t\nversion: '1'\n";

    [Fact]
    public async Task The_example_that_ships_is_one()
    {
        var profile = Parse(await File.ReadAllTextAsync(Path.Combine(Installation.Checkout, "docs/exchange-example.yaml")), out var faults);
        Assert.Empty(faults);
        Assert.Equal(["cases.json", "recordings.csv"], profile!.Files.Select(f => f.Name));
    }

    [Theory]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: nowhere}\n", 7, "nowhere")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number, colour: red}\n", 7, "colour")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number}\n      - {name: A, from: state}\n", 7, "重复")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number, from: state}\n", 7, "YAML")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number, max: 0}\n", 7, "max")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number, required: yes}\n", 7, "required")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: closedAt}\n", 7, "date")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: closedAt, date: dd.MM.yy}\n", 7, "date")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number, date: yyyyMMdd}\n", 7, "date")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: state, codes: none}\n", 7, "none")]
    [InlineData("codes:\n  c: {Opened: '1'}\nfiles:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: state, codes: c}\n", 9, "Opened")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number, value: x}\n", 7, "只有其一")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, value: abcdef, max: 5}\n", 7, "固定值")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: =A, from: number}\n", 7, "字段名")]
    [InlineData("files:\n  - name: ../a.csv\n    of: case\n    fields:\n      - {name: A, from: number}\n", 4, "文件名")]
    [InlineData("files:\n  - name: manifest.json\n    of: case\n    fields:\n      - {name: A, from: number}\n", 4, "manifest")]
    [InlineData("files:\n  - name: a.exe\n    of: case\n    fields:\n      - {name: A, from: number}\n", 4, "文件名")]
    [InlineData("files:\n  - name: a.csv\n    of: person\n    fields:\n      - {name: A, from: number}\n", 5, "of")]
    [InlineData("files:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: number}\n  - name: A.csv\n    of: case\n    fields:\n      - {name: A, from: number}\n", 4, "重复")]
    [InlineData("files: []\n", 3, "files")]
    [InlineData("files: {a: b}\n", 3, "files")]
    [InlineData("", 1, "files")]
    public void Every_fault_is_named_with_its_line(string rest, int line, string word)
    {
        Assert.Null(Parse(Head + rest, out var faults));
        Assert.Contains(faults, f => f.Line == line && f.Text.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        Parse("title: t\nfiles:\n  - name: a.csv\n    of: case\n    fields:\n      - {name: A, from: x}\n      - {name: B, from: y}\n", out var faults);
        Assert.Equal([1, 6, 7], faults.Select(f => f.Line).Distinct().Order());
    }

    [Theory]
    [InlineData("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nfiles: *c\n", "锚点")]
    [InlineData("a: &a {name: A}\nb: {<<: *a}\n", "锚点")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[", "YAML")]
    [InlineData("{{{{{{{{{{{{{{{{{{{{{{{{{", "YAML")]
    [InlineData("title: [\n", "YAML")]
    [InlineData("title: \"\\u0000\n", "YAML")]
    [InlineData("- a\n- b\n", "映射")]
    [InlineData("a: b\n---\nc: d\n", "映射")]
    [InlineData("\u0001\u0002", "YAML")]
    [InlineData("", "映射")]
    public void Hostile_texts_are_refused_in_plain_words(string text, string word)
    {
        Assert.Null(Parse(text, out var faults));
        Assert.Contains(faults, f => f.ToString().Contains(word, StringComparison.Ordinal) && f.ToString().StartsWith('第'));
        Assert.DoesNotContain(faults, f => f.Text.Contains("Exception", StringComparison.Ordinal));
    }

    [Fact]
    public void Ten_megabytes_are_refused_before_they_are_read()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Null(Parse(string.Concat(Enumerable.Repeat("a: b\n", 2_000_000)), out var faults));
        Assert.Contains("超过", Assert.Single(faults).Text, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("characters", 3)]
    [InlineData("utf16", 5)]
    [InlineData("bytes", 9)]
    public void Rare_characters_count_as_the_profile_says(string unit, int length)
    {
        var profile = Parse(Head + $"files:\n  - name: a.json\n    of: case\n    count: {unit}\n    fields:\n      - {{name: A, from: number}}\n", out var faults);
        Assert.Empty(faults);
        Assert.Equal(length, profile!.Files[0].Unit.Length("𠮷𡈽a"));
    }

    internal static ExchangeProfile? Parse(string text, out List<ProfileFault> faults)
    {
        faults = [];
        return ExchangeProfile.Parse(text, faults);
    }
}
