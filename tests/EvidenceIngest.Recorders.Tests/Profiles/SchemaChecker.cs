using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EvidenceIngest.Recorders.Tests.Profiles;

/// <summary>As much of JSON Schema as profile.schema.json uses, on YAML; a keyword that it doesn't know fails the test.</summary>
internal sealed class SchemaChecker(JsonElement root)
{
    /// <summary>What is wrong, with the path of the field.</summary>
    public IReadOnlyList<string> Check(YamlNode node)
    {
        var faults = new List<string>();
        Check(root, node, "", faults);
        return faults;
    }

    /// <summary>Every field that the schema knows; list indices and alternatives leave no trace, free names are '*'.</summary>
    public IReadOnlySet<string> Fields()
    {
        var fields = new HashSet<string>(StringComparer.Ordinal);
        Collect(root, "", fields);
        return fields;
    }

    public IEnumerable<string> Enum(params string[] path)
    {
        var at = path.Aggregate(root, (schema, name) => Resolve(schema).GetProperty(name));
        return at.GetProperty("enum").EnumerateArray().Select(e => e.GetString()!);
    }

    private void Collect(JsonElement schema, string path, HashSet<string> fields)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
                Enter(property.Value, path, property.Name);
        }

        if (schema.TryGetProperty("additionalProperties", out var free) && free.ValueKind == JsonValueKind.Object)
            Enter(free, path, "*");
        if (schema.TryGetProperty("items", out var items))
            Collect(items, path, fields);
        foreach (var choice in schema.TryGetProperty("anyOf", out var any) ? any.EnumerateArray() : default)
            Collect(choice, path, fields);

        void Enter(JsonElement inner, string above, string name)
        {
            var here = above.Length == 0 ? name : $"{above}.{name}";
            fields.Add(here);
            Collect(inner, here, fields);
        }
    }

    private void Check(JsonElement schema, YamlNode node, string path, List<string> faults)
    {
        if (schema.ValueKind == JsonValueKind.False)
        {
            faults.Add($"{path}: has no place here");
            return;
        }

        schema = Resolve(schema);
        foreach (var keyword in schema.EnumerateObject())
            Check(keyword.Name, keyword.Value, schema, node, path, faults);
    }

    private void Check(string keyword, JsonElement value, JsonElement schema, YamlNode node, string path, List<string> faults)
    {
        var scalar = (node as YamlScalarNode)?.Value;
        var map = (node as YamlMappingNode)?.Children.ToDictionary(c => c.Key.ToString(), c => c.Value);
        var list = (node as YamlSequenceNode)?.Children;
        switch (keyword)
        {
            case "$schema" or "$defs" or "title" or "description" or "then" or "else":
                break;
            case "type":
                Demand(TypeOf(node) == value.GetString(), $"is no {value}");
                break;
            case "enum":
                Demand(value.EnumerateArray().Any(e => e.GetString() == scalar), $"'{scalar}' is none of {value}");
                break;
            case "pattern":
                Demand(scalar is null || Regex.IsMatch(scalar, value.GetString()!), $"'{scalar}' does not fit {value}");
                break;
            case "minLength":
                Demand(scalar is null || scalar.Length >= value.GetInt32(), "is too short");
                break;
            case "maxLength":
                Demand(scalar is null || scalar.Length <= value.GetInt32(), "is too long");
                break;
            case "minimum":
                Demand(Number(scalar) is not { } n || n >= value.GetInt64(), $"is below {value}");
                break;
            case "maximum":
                Demand(Number(scalar) is not { } m || m <= value.GetInt64(), $"is above {value}");
                break;
            case "minItems":
                Demand(list is null || list.Count >= value.GetInt32(), "has too few entries");
                break;
            case "maxItems":
                Demand(list is null || list.Count <= value.GetInt32(), "has too many entries");
                break;
            case "items":
                foreach (var item in list ?? [])
                    Check(value, item, path + "[]", faults);
                break;
            case "required":
                foreach (var name in value.EnumerateArray().Select(e => e.GetString()!).Where(n => map?.ContainsKey(n) == false))
                    faults.Add($"{path}.{name}: is missing");
                break;
            case "properties":
                foreach (var property in value.EnumerateObject())
                {
                    if (map?.TryGetValue(property.Name, out var inner) == true)
                        Check(property.Value, inner, $"{path}.{property.Name}", faults);
                }

                break;
            case "additionalProperties":
                foreach (var (name, inner) in map ?? [])
                {
                    if (!schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(name, out _))
                        Check(value, inner, $"{path}.{name}", faults);
                }

                break;
            case "anyOf":
                Demand(value.EnumerateArray().Any(choice => Fits(choice, node)), "fits no alternative");
                break;
            case "oneOf":
                Demand(value.EnumerateArray().Count(choice => Fits(choice, node)) == 1, "does not fit exactly one alternative");
                break;
            case "if":
                Check(schema.GetProperty(Fits(value, node) ? "then" : "else"), node, path, faults);
                break;
            default:
                faults.Add($"{path}: the checker does not know '{keyword}'");
                break;
        }

        void Demand(bool holds, string fault)
        {
            if (!holds)
                faults.Add($"{path}: {fault}");
        }
    }

    private bool Fits(JsonElement schema, YamlNode node)
    {
        var faults = new List<string>();
        Check(schema, node, "", faults);
        return faults.Count == 0;
    }

    private JsonElement Resolve(JsonElement schema) => schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference)
        ? root.GetProperty("$defs").GetProperty(reference.GetString()!.Split('/')[^1])
        : schema;

    private static string TypeOf(YamlNode node) => node switch
    {
        YamlMappingNode => "object",
        YamlSequenceNode => "array",
        YamlScalarNode { Style: not ScalarStyle.Plain } => "string",
        YamlScalarNode { Value: "true" or "false" } => "boolean",
        YamlScalarNode scalar when Number(scalar.Value) is not null => "integer",
        _ => "string",
    };

    private static long? Number(string? text) => text is null ? null
        : text.StartsWith("0x", StringComparison.Ordinal)
            ? long.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
