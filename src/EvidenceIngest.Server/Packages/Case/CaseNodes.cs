using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EvidenceIngest.Server.Packages.Case;

/// <summary>
/// Nodes of a JSON-LD graph. UCO wants every one named, by a name that ends with a UUID; names here derive from what the node
/// stands for, so that a recording in two packages is one node when their graphs are joined.
/// </summary>
internal sealed class CaseNodes
{
    private const string Base = "urn:evidence-ingest:";

    /// <summary>What only describes another node, and is no object by itself.</summary>
    private static readonly string[] Inherent =
        ["uco-observable:FileFacet", "uco-observable:ContentDataFacet", "uco-observable:DeviceFacet", "uco-types:Hash", "uco-core:ExternalReference"];

    private readonly Dictionary<string, JsonObject> _nodes = new(StringComparer.Ordinal);

    public IEnumerable<string> TopLevel => _nodes.Where(n => !Inherent.Contains((string)n.Value["@type"]!)).Select(n => n.Key);

    /// <summary>Adds a node unless it is there; properties that are null are left out.</summary>
    /// <returns>Its @id.</returns>
    public string Add(string type, string about, params ReadOnlySpan<(string Property, JsonNode? Value)> properties)
    {
        var name = type[(type.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var id = $"kb:{name}-{NameUuid(type + "\n" + about)}";
        if (_nodes.ContainsKey(id))
            return id;
        var node = new JsonObject { ["@id"] = id, ["@type"] = type };
        foreach (var (property, value) in properties)
        {
            if (value is not null)
                node[property] = value;
        }

        _nodes[id] = node;
        return id;
    }

    public JsonObject Document() => new()
    {
        ["@context"] = new JsonObject
        {
            ["kb"] = Base,
            ["case-investigation"] = "https://ontology.caseontology.org/case/investigation/",
            ["uco-action"] = "https://ontology.unifiedcyberontology.org/uco/action/",
            ["uco-core"] = "https://ontology.unifiedcyberontology.org/uco/core/",
            ["uco-identity"] = "https://ontology.unifiedcyberontology.org/uco/identity/",
            ["uco-observable"] = "https://ontology.unifiedcyberontology.org/uco/observable/",
            ["uco-tool"] = "https://ontology.unifiedcyberontology.org/uco/tool/",
            ["uco-types"] = "https://ontology.unifiedcyberontology.org/uco/types/",
            ["uco-vocabulary"] = "https://ontology.unifiedcyberontology.org/uco/vocabulary/",
            ["xsd"] = "http://www.w3.org/2001/XMLSchema#",
        },
        ["@graph"] = new JsonArray([.. _nodes.Values]),
    };

    public static JsonObject Reference(string id) => new() { ["@id"] = id };

    public static JsonArray References(IEnumerable<string> ids) => new([.. ids.Select(Reference)]);

    public static JsonObject Typed(string type, string value) => new() { ["@type"] = type, ["@value"] = value };

    public static JsonObject Time(DateTimeOffset at) =>
        Typed("xsd:dateTime", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    /// <summary>RFC 9562, 5.5.</summary>
    private static Guid NameUuid(string name)
    {
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing is proven by it.
        var hash = SHA1.HashData(Encoding.UTF8.GetBytes(Base + name));
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
