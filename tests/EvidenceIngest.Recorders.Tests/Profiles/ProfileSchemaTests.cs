using System.Text.Json;
using System.Text.RegularExpressions;
using EvidenceIngest.Recorders.Profiles;
using YamlDotNet.RepresentationModel;

namespace EvidenceIngest.Recorders.Tests.Profiles;

/// <summary>The JSON Schema that editors read and the loader know the same fields, and the shipped profiles satisfy both.</summary>
public sealed partial class ProfileSchemaTests : IDisposable
{
    /// <summary>Reaches every place of the format; it need not be a sensible profile, only be read to the end.</summary>
    private const string Everything = """
        title: 全部
        driver: mass-storage
        match: { attachment: usb, interface: 08/06 }
        method: { video: 录像 }
        identity: [volume]
        names: [ { pattern: '.+' } ]
        kinds: { video: [mp4] }
        sidecars: { gps: [gps] }
        dialogue:
          transport: usb
          usb: { interface: 0, out: 1, in: 0x81 }
          tcp: { port: 1 }
          secrets: { password: { setting: Recorders:Secrets:x } }
          probe:
            - { scsi: { cdb: '00', write: { hex: '00' } }, expect: { at: 0 }, interim: { at: 0 }, refuse: { at: 0, as: busy } }
            - { control: { write: { hex: '00' } } }
            - { bulk: { write: { hex: '00' } } }
            - { tcpFrame: { write: { hex: '00' } } }
            - { wait: 1 }
            - { expectReenumerate: { usbIds: ['0000:0000'] } }
            - { dllCall: { library: x.dll } }
          info:
            - bulk: { read: 1 }
              capture:
                serial: { field: 0 }
                officer: { at: 0, length: 1 }
                officerName: { at: 0, length: 1 }
                unit: { at: 0, length: 1 }
                unitName: { at: 0, length: 1 }
                battery: { at: 0, length: 1 }
                model: { at: 0, length: 1 }
                volumeLabel: { at: 0, length: 1 }
          clock:
            read:
              - { bulk: { read: 1 }, capture: { time: { at: 0, layout: [u8 day] } } }
              - { bulk: { read: 1 }, capture: { time: { field: 0, format: HH } } }
            set: [ { wait: 1 } ]
        facts: [ { fields: [match], trust: tested, source: x } ]
        """;

    private static readonly SchemaChecker Schema = new(JsonDocument.Parse(
        File.ReadAllText(Path.Combine(ProfileCatalogue.ShippedFolder, "profile.schema.json"))).RootElement);

    private readonly ProfileFolder _folder = new();

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(ProfileCatalogue.ShippedFolder, "*.yaml").Select(f => Path.GetFileName(f))];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_profile_satisfies_the_schema_and_points_editors_to_it(string file)
    {
        var text = File.ReadAllText(Path.Combine(ProfileCatalogue.ShippedFolder, file));
        Assert.StartsWith("# yaml-language-server: $schema=profile.schema.json\n", text, StringComparison.Ordinal);
        Assert.Empty(Schema.Check(Yaml(text)));
    }

    [Fact]
    public void The_schema_and_the_loader_know_the_same_fields()
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var texts = Directory.EnumerateFiles(ProfileCatalogue.ShippedFolder, "*.yaml").Select(File.ReadAllText).Append(Everything);
        foreach (var text in texts)
            ProfileParser.Parse("x", new YamlFields(Yaml(text), "", "x.yaml", [], path => asked.Add(Place(path))));
        var known = Schema.Fields().Select(Place).ToHashSet(StringComparer.Ordinal);

        // Until the dialogue is read by its own parser, nobody asks for what is in it.
        if (!asked.Contains("dialogue.transport"))
        {
            asked.RemoveWhere(f => f.StartsWith("dialogue.", StringComparison.Ordinal));
            known.RemoveWhere(f => f.StartsWith("dialogue.", StringComparison.Ordinal));
        }

        Assert.Equal(known.Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
        Assert.Superset(new HashSet<string>(["names.pattern", "match.usbIds", "facts.trust", "sidecars.gps"]), known);
    }

    [Theory]
    [InlineData("driver: folder", "driver: x", "properties", "driver")]
    [InlineData("  attachment: folder", "  attachment: x", "properties", "match", "properties", "attachment")]
    [InlineData("identity: [path]", "identity: [x]", "properties", "identity", "items")]
    [InlineData("    trust: tested", "    trust: x", "properties", "facts", "items", "properties", "trust")]
    public void The_schema_and_the_loader_allow_the_same_words(string right, string wrong, params string[] place)
    {
        var problem = Assert.Single(
            _folder.With("x.yaml", ProfileFolder.Good.Replace(right, wrong, StringComparison.Ordinal)).Problems(),
            p => p.Contains(": 'x' is", StringComparison.Ordinal));
        Assert.EndsWith("expected one of " + string.Join(", ", Schema.Enum(place)), problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("title: 测试", "titel: 测试", ".title: is missing", ".titel: has no place here")]
    [InlineData("driver: folder", "driver: telepathy", ".driver: 'telepathy' is none of")]
    [InlineData("driver: folder", "refuse: 拒收", ".names: has no place here")]
    [InlineData("  priority: 5", "  priority: 1001", ".match.priority: is above 1000")]
    [InlineData("  priority: 5", "  priority: high", ".match.priority: is no integer")]
    [InlineData("  video: [mp4]", "  video: [MP4]", ".kinds.video[]: 'MP4' does not fit")]
    [InlineData("identity: [path]", "identity: []", ".identity: has too few entries")]
    [InlineData("    source: here", "    source: ''", ".source: is too short")]
    public void The_schema_refuses_what_the_loader_refuses(string right, string wrong, params string[] faults)
    {
        var good = ProfileFolder.Good;
        Assert.Empty(Schema.Check(Yaml(good)));
        var bad = good.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEmpty(_folder.With("x.yaml", bad).Problems());
        var found = Schema.Check(Yaml(bad));
        Assert.All(faults, fault => Assert.Contains(found, f => f.Contains(fault, StringComparison.Ordinal)));
    }

    private static YamlMappingNode Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    /// <summary>
    /// Indices and names that a profile chooses aside; every list of steps is one place, and every captured fact,
    /// as all of them know the same.
    /// </summary>
    private static string Place(string path)
    {
        var place = Secret().Replace(Index().Replace(path, ""), "secrets.*");
        return Captured().Replace(Steps().Replace(place, "dialogue.steps."), "capture.*.");
    }

    [GeneratedRegex(@"\[[0-9]+\]")]
    private static partial Regex Index();

    [GeneratedRegex(@"secrets\.[A-Za-z]+")]
    private static partial Regex Secret();

    [GeneratedRegex(@"capture\.[A-Za-z]+\.")]
    private static partial Regex Captured();

    [GeneratedRegex(@"^dialogue\.(probe|info|unlock|clock\.read|clock\.set)\.")]
    private static partial Regex Steps();
}
