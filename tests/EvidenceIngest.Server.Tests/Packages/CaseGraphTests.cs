using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>
/// The graph against the rules that the ontologies' own SHACL shapes state for the classes in it (UCO 1.3, CASE 1.3), written down
/// here from them: neither the shapes nor a validator can be had from the package sources.
/// </summary>
public sealed partial class CaseGraphTests(PrivateCluster cluster)
{
    private static readonly Dictionary<string, string?> Parents = new(StringComparer.Ordinal)
    {
        ["uco-core:UcoObject"] = null, ["uco-core:Facet"] = null, ["uco-types:Hash"] = null, ["uco-core:ExternalReference"] = null,
        ["uco-core:Bundle"] = "uco-core:UcoObject", ["uco-tool:Tool"] = "uco-core:UcoObject", ["uco-identity:Identity"] = "uco-core:UcoObject",
        ["uco-observable:ObservableObject"] = "uco-core:UcoObject", ["uco-observable:File"] = "uco-observable:ObservableObject",
        ["uco-observable:Device"] = "uco-observable:ObservableObject", ["uco-action:Action"] = "uco-core:UcoObject",
        ["case-investigation:InvestigativeAction"] = "uco-action:Action", ["case-investigation:ProvenanceRecord"] = "uco-core:UcoObject",
        ["uco-observable:FileFacet"] = "uco-core:Facet", ["uco-observable:ContentDataFacet"] = "uco-core:Facet", ["uco-observable:DeviceFacet"] = "uco-core:Facet",
    };

    /// <summary>Class, property, datatype or class of the value, least, most.</summary>
    private static readonly (string Class, string Property, string Value, int Least, int Most)[] Rules =
    [
        ("uco-core:UcoObject", "uco-core:name", "xsd:string", 0, 1), ("uco-core:UcoObject", "uco-core:description", "xsd:string", 0, int.MaxValue),
        ("uco-core:UcoObject", "uco-core:specVersion", "xsd:string", 0, 1), ("uco-core:UcoObject", "uco-core:objectCreatedTime", "xsd:dateTime", 0, 1),
        ("uco-core:UcoObject", "uco-core:createdBy", "uco-identity:Identity", 0, 1), ("uco-core:UcoObject", "uco-core:hasFacet", "uco-core:Facet", 0, int.MaxValue),
        ("uco-core:UcoObject", "uco-core:externalReference", "uco-core:ExternalReference", 0, int.MaxValue),
        ("uco-core:UcoObject", "case-investigation:wasDerivedFrom", "uco-core:UcoObject", 0, int.MaxValue),
        ("uco-core:Bundle", "uco-core:object", "uco-core:UcoObject", 1, int.MaxValue),
        ("case-investigation:ProvenanceRecord", "uco-core:object", "uco-core:UcoObject", 1, int.MaxValue),
        ("case-investigation:ProvenanceRecord", "case-investigation:exhibitNumber", "xsd:string", 0, 1),
        ("uco-core:ExternalReference", "uco-core:definingContext", "xsd:string", 0, 1), ("uco-core:ExternalReference", "uco-core:externalIdentifier", "xsd:string", 0, 1),
        ("uco-tool:Tool", "uco-tool:toolType", "xsd:string", 0, 1),
        ("uco-action:Action", "uco-action:startTime", "xsd:dateTime", 0, 1), ("uco-action:Action", "uco-action:endTime", "xsd:dateTime", 0, 1),
        ("uco-action:Action", "uco-action:performer", "uco-core:UcoObject", 0, 1), ("uco-action:Action", "uco-action:instrument", "uco-core:UcoObject", 0, int.MaxValue),
        ("uco-action:Action", "uco-action:object", "uco-core:UcoObject", 0, int.MaxValue), ("uco-action:Action", "uco-action:result", "uco-core:UcoObject", 0, int.MaxValue),
        ("case-investigation:InvestigativeAction", "case-investigation:wasInformedBy", "case-investigation:InvestigativeAction", 0, int.MaxValue),
        ("uco-observable:FileFacet", "uco-observable:fileName", "xsd:string", 0, int.MaxValue), ("uco-observable:FileFacet", "uco-observable:filePath", "xsd:string", 0, int.MaxValue),
        ("uco-observable:FileFacet", "uco-observable:sizeInBytes", "xsd:integer", 0, 1), ("uco-observable:FileFacet", "uco-observable:isDirectory", "xsd:boolean", 0, int.MaxValue),
        ("uco-observable:FileFacet", "uco-observable:modifiedTime", "xsd:dateTime", 0, 1),
        ("uco-observable:ContentDataFacet", "uco-observable:sizeInBytes", "xsd:integer", 0, 1), ("uco-observable:ContentDataFacet", "uco-observable:hash", "uco-types:Hash", 0, int.MaxValue),
        ("uco-observable:DeviceFacet", "uco-observable:deviceType", "xsd:string", 0, 1), ("uco-observable:DeviceFacet", "uco-observable:model", "xsd:string", 0, 1),
        ("uco-types:Hash", "uco-types:hashMethod", "uco-vocabulary:HashNameVocab|xsd:string", 1, 1), ("uco-types:Hash", "uco-types:hashValue", "xsd:hexBinary", 1, 1),
    ];

    [Fact]
    public async Task The_graph_keeps_the_ontologies_rules_and_tells_what_the_package_tells()
    {
        await using var rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false));
        var document = JsonNode.Parse(rig.Package.Text(PackageLayout.CaseGraph))!.AsObject();
        var context = document["@context"]!.AsObject();
        var nodes = document["@graph"]!.AsArray().Select(n => n!.AsObject()).ToDictionary(n => (string)n["@id"]!);

        foreach (var (id, node) in nodes)
            CheckNode(id, node, nodes, context);

        // Every master with both digests, every event with the hash that it has in the log, every item with what it holds.
        var hashes = nodes.Values.Where(n => IsA(n, "uco-types:Hash")).Select(n => (string)n["uco-types:hashValue"]!["@value"]!).ToHashSet();
        foreach (var name in new[] { PackageLayout.Manifest, PackageLayout.Sm3Manifest })
            Assert.All(BagManifest.Read(rig.Package.Text(name)).Where(f => f.Key.Contains("/masters/", StringComparison.Ordinal)), f => Assert.Contains(f.Value, hashes));
        var logged = nodes.Values.Where(n => IsA(n, "uco-core:ExternalReference")).Select(n => (string)n["uco-core:externalIdentifier"]!).ToHashSet();
        var leaves = rig.Items.SelectMany(i => JsonNode.Parse(rig.Package.Text(PackageLayout.Proofs(i)))!.AsArray()).Select(p => (string)p!["leafHash"]!).ToList();
        Assert.Equal(leaves.Order(), logged.Order());
        Assert.Equal(leaves.Count, nodes.Values.Count(n => IsA(n, "case-investigation:InvestigativeAction")));
        Assert.Equal(rig.Items.Order(), nodes.Values.Where(n => IsA(n, "case-investigation:ProvenanceRecord")).Select(n => (string)n["case-investigation:exhibitNumber"]!).Order());
        var bundle = Assert.Single(nodes.Values, n => IsA(n, "uco-core:Bundle"));
        var objects = nodes.Where(n => IsA(n.Value, "uco-core:UcoObject") && n.Value != bundle).Select(n => n.Key);
        Assert.Equal(objects.Order(), bundle["uco-core:object"]!.AsArray().Select(o => (string)o!["@id"]!).Order());
    }

    private static void CheckNode(string id, JsonObject node, Dictionary<string, JsonObject> nodes, JsonObject context)
    {
        // "UcoThings are suggested to end with a UUID."
        Assert.Matches(Uuid(), id);
        var type = (string)node["@type"]!;
        Assert.Contains(type, Parents.Keys);
        var rules = Rules.Where(r => IsA(node, r.Class)).ToList();
        foreach (var (property, value) in node.Where(p => !p.Key.StartsWith('@')))
        {
            Assert.Contains(property[..property.IndexOf(':', StringComparison.Ordinal)], context.Select(c => c.Key));
            var rule = rules.SingleOrDefault(r => r.Property == property);
            Assert.True(rule != default, $"{type} has no {property}");
            foreach (var one in Values(value))
                Assert.True(rule.Value.Split('|').Any(wanted => Fits(one, wanted, nodes)), $"{id}: {property} is no {rule.Value}: {one}");
        }

        foreach (var rule in rules)
            Assert.InRange(node.ContainsKey(rule.Property) ? Values(node[rule.Property]).Count() : 0, rule.Least, rule.Most);
    }

    private static bool Fits(JsonNode value, string wanted, Dictionary<string, JsonObject> nodes) => wanted switch
    {
        "xsd:string" => value is JsonValue text && text.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "xsd:integer" => value is JsonValue number && number.TryGetValue<long>(out _),
        "xsd:boolean" => value is JsonValue flag && flag.TryGetValue<bool>(out _),
        "xsd:dateTime" => Literal(value, wanted) is { } time && Zulu().IsMatch(time) && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out _),
        "xsd:hexBinary" => Literal(value, wanted) is { } hex && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit),
        "uco-vocabulary:HashNameVocab" => Literal(value, wanted) is "SHA256",
        _ => value is JsonObject reference && reference.Count == 1 && nodes.TryGetValue((string)reference["@id"]!, out var target) && IsA(target, wanted),
    };

    private static string? Literal(JsonNode value, string type) =>
        value is JsonObject typed && typed.Count == 2 && (string?)typed["@type"] == type ? (string?)typed["@value"] : null;

    private static IEnumerable<JsonNode> Values(JsonNode? value) => value is JsonArray many ? many.Select(v => v!) : [value!];

    private static bool IsA(JsonObject node, string wanted)
    {
        for (string? type = (string)node["@type"]!; type is not null; type = Parents[type])
        {
            if (type == wanted)
                return true;
        }

        return false;
    }

    [GeneratedRegex("^kb:[A-Za-z]+-[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    private static partial Regex Uuid();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$")]
    private static partial Regex Zulu();
}
