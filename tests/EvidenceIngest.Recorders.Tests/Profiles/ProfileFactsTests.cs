using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Profiles;

public sealed class ProfileFactsTests : IDisposable
{
    private const string Facts = "  - fields: [driver, match, names, kinds]\n    trust: tested\n    source: here";

    private readonly ProfileFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("names, kinds]", "names]", 15, "facts: nothing says how far 'kinds' can be trusted")]
    [InlineData("names, kinds]", "names, kinds, names]", 15, "facts[0].fields: 'names' is marked twice")]
    [InlineData("names, kinds]", "names, kinds, model]", 15, "facts[0].fields: 'model' is no statement of this profile; expected one of driver, kinds, match, names")]
    [InlineData("names, kinds]", "names, kinds, match.usbIds]", 15, "facts[0].fields: 'match.usbIds' is no statement")]
    [InlineData("names, kinds]", "names, kinds, title]", 15, "facts[0].fields: 'title' is no statement")]
    [InlineData("trust: tested", "trust: rumoured", 16, "facts[0].trust: 'rumoured' is none; expected one of documented, inferred, tested")]
    [InlineData("    source: here", "", 15, "facts[0].source: is missing")]
    public void A_statement_without_trust_and_source_is_a_fault(string right, string wrong, int line, string message) =>
        AssertFault(ProfileFolder.Good.Replace(right, wrong, StringComparison.Ordinal), line, message);

    [Theory]
    [InlineData("driver")]
    [InlineData("match")]
    [InlineData("names")]
    [InlineData("match.priority")]
    public void An_inferred_profile_may_not_be_cleared(string inferred)
    {
        var good = ProfileFolder.Good + "\nclearAllowed: true";
        Assert.Empty(_folder.With("x.yaml", good).Problems());
        var bad = good.Replace(Facts, Marked(inferred), StringComparison.Ordinal);
        AssertFault(bad, bad.Split('\n').Length, $"clearAllowed: '{inferred}' is only inferred, and an inferred profile is read-only; expected false");
        Assert.Empty(_folder.With("x.yaml", bad.Replace("clearAllowed: true", "clearAllowed: false", StringComparison.Ordinal)).Problems());
        Assert.Equal(inferred, ProfileCatalogue.Load([_folder.Path]).Find("x")!.ReadOnlyBecause);
    }

    [Fact]
    public void An_inferred_ending_loses_nothing_and_forbids_nothing() => Assert.Empty(_folder.With(
        "x.yaml", ProfileFolder.Good.Replace(Facts, Marked("kinds"), StringComparison.Ordinal) + "\nclearAllowed: true").Problems());

    [Fact]
    public void An_inferred_profile_sets_no_clock()
    {
        var text = File.ReadAllText(Path.Combine(ProfileCatalogue.ShippedFolder, "ambarella-text.yaml"));
        Assert.Empty(_folder.With("y.yaml", text).Problems());
        _folder.With("y.yaml", text.Replace("trust: documented", "trust: inferred", StringComparison.Ordinal));
        Assert.Contains("dialogue.clock.set: 'driver' is only inferred, and an inferred profile is read-only", Assert.Single(_folder.Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_shipped_that_is_inferred_neither_clears_nor_sets_a_clock()
    {
        var inferred = Support.Recorders.Shipped.Profiles.Where(p => p.ReadOnlyBecause is not null).ToList();
        Assert.Contains(inferred, p => p.Name == "jieli-dv16");
        Assert.All(inferred, p => Assert.False(p.ClearAllowed || p.DialogueOutline.Any(part => part.Name == "clock.set")));
    }

    [Theory]
    [InlineData("attachment: folder", "attachment: usb", 4, "match.attachment: every USB device would match")]
    [InlineData("  priority: 5", "  unknown: true\n  strings: x", 5, "match.unknown: stands beside what is known")]
    [InlineData("  priority: 5", "  usbIds: ['1234:0005-0001']", 5, "match.usbIds: '1234:0005-0001' is no USB id")]
    [InlineData("    time: yyyyMMddHHmmss", "    time: yyyyMMddHHmmss\n    zone: Mars", 12, "names[0].zone: 'Mars' is no time zone")]
    [InlineData("    time: yyyyMMddHHmmss", "    time: yyyyMMddHHmmss\n    folder: '(?<ts>x)'", 12, "names[0].folder: group 'ts' is in the pattern too")]
    [InlineData("{14})'", "{14})(?<ch>1)'", 10, "names[0].pattern: group 'ch' counts the chapters of a recording that nothing names")]
    [InlineData("  video: [mp4]", "  video: [mp4]\nsidecars:\n  gps: [mp4]", 15, "sidecars.gps: 'mp4' is listed twice")]
    [InlineData("driver: folder", "refuse: 拒收", 8, "identity: is no known field; expected one of facts, match, refuse, title")]
    public void What_makes_no_sense_is_a_fault(string right, string wrong, int line, string message) =>
        AssertFault(ProfileFolder.Good.Replace(right, wrong, StringComparison.Ordinal), line, message);

    private static string Marked(string inferred)
    {
        var others = new[] { "driver", "match", "names", "kinds" }.Where(f => f != inferred);
        return $"  - fields: [{string.Join(", ", others)}]\n    trust: tested\n    source: here\n"
            + $"  - fields: [{inferred}]\n    trust: inferred\n    source: a guess";
    }

    private void AssertFault(string yaml, int line, string message) => Assert.Contains(
        _folder.With("x.yaml", yaml).Problems(),
        p => p.StartsWith($"{_folder.Shown("x.yaml")}:{line}: {message}", StringComparison.Ordinal));
}
