using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>
/// Reads one YAML mapping field by field and notes what is wrong with its line, instead of stopping at the first fault.
/// Whatever was never asked for is an unknown field.
/// </summary>
/// <param name="mapping">What is read.</param>
/// <param name="path">Where it stands, with a dot at its end; empty at the top.</param>
/// <param name="file">Shown in problems.</param>
/// <param name="problems">Grows.</param>
/// <param name="asked">Told the path of every field that is asked for: what the loader knows, for the test of the JSON Schema.</param>
internal sealed class YamlFields(
    YamlMappingNode mapping, string path, string file, List<ProfileProblem> problems, Action<string>? asked = null)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Whether the field is there; doesn't make it a known one.</summary>
    public bool Has(string name) => mapping.Children.ContainsKey(new YamlScalarNode(name));

    public string? Text(string name, string expected, bool required = false)
    {
        switch (Find(name))
        {
            case null when required:
                Wrong(mapping, name, "is missing", expected);
                return null;
            case null:
                return null;
            case YamlScalarNode { Value.Length: > 0 } scalar:
                return scalar.Value;
            case var other:
                Wrong(other, name, "is no text", expected);
                return null;
        }
    }

    public bool? Flag(string name) => Text(name, "true or false") switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => Wrong<bool>(name, $"'{other}' is neither", "true or false"),
    };

    public int? Number(string name, int least, int most)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
        return Text(name, expected) is not { } text ? null
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most ? number
            : Wrong<int>(name, $"'{text}' is out of range or no number", expected);
    }

    /// <summary>For fields that may be a text or a mapping.</summary>
    public bool IsText(string name) => Find(name) is YamlScalarNode;

    /// <summary>For fields that may be a mapping or a list of them.</summary>
    public bool IsList(string name) => Find(name) is YamlSequenceNode;

    /// <summary>For mappings whose names the profile chooses.</summary>
    public IEnumerable<string> Names => mapping.Children.Keys.OfType<YamlScalarNode>().Select(k => k.Value ?? "");

    /// <summary>A list of texts; missing is empty.</summary>
    public IReadOnlyList<string> Texts(string name, string expected)
    {
        switch (Find(name))
        {
            case null:
                return [];
            case YamlSequenceNode list:
                foreach (var item in list.Where(i => i is not YamlScalarNode { Value.Length: > 0 }))
                    Wrong(item, name, "an entry is no text", expected);
                return [.. list.OfType<YamlScalarNode>().Select(s => s.Value ?? "").Where(v => v.Length > 0)];
            case var other:
                Wrong(other, name, "is no list", expected);
                return [];
        }
    }

    public YamlFields? Mapping(string name, bool required = false)
    {
        switch (Find(name))
        {
            case null when required:
                Wrong(mapping, name, "is missing", "a mapping of fields");
                return null;
            case null:
                return null;
            case YamlMappingNode inner:
                return Inner(inner, name);
            case var other:
                Wrong(other, name, "is no mapping", "a mapping of fields");
                return null;
        }
    }

    /// <summary>For a look inside a field that somebody else reads: nothing in it becomes known by that.</summary>
    public YamlFields? MappingIfAny(string name) =>
        mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) && node is YamlMappingNode inner
            ? new YamlFields(inner, $"{path}{name}.", file, problems)
            : null;

    /// <summary>A list of mappings; missing is empty.</summary>
    public IReadOnlyList<YamlFields> Mappings(string name)
    {
        var items = Find(name) is { } node ? node as YamlSequenceNode : new YamlSequenceNode();
        if (items is null || items.Any(i => i is not YamlMappingNode))
            Wrong(Find(name)!, name, "is no list of mappings", "entries that start with '- '");
        return [.. (items ?? []).OfType<YamlMappingNode>()
            .Select((inner, i) => Inner(inner, string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]")))];
    }

    /// <summary>The mapping, or only these fields of it, on one line, for people.</summary>
    public string Outline(string[]? only = null) => string.Join("; ", mapping.Children
        .Where(c => only is null || only.Contains(c.Key.ToString())).Select(c => $"{c.Key}: {Flow(c.Value)}"));

    public void Wrong(string name, string problem, string expected) => Wrong(Find(name) ?? mapping, name, problem, expected);

    /// <summary>To be called when every known field was asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var key in mapping.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name } || !_asked.Contains(name))
                Wrong(key, key.ToString(), "is no known field", "one of " + string.Join(", ", _asked.Order(StringComparer.Ordinal)));
        }
    }

    private T? Wrong<T>(string name, string problem, string expected)
        where T : struct
    {
        Wrong(name, problem, expected);
        return null;
    }

    private void Wrong(YamlNode node, string name, string problem, string expected) =>
        problems.Add(new ProfileProblem(file, (int)node.Start.Line, path + name, problem, expected));

    private YamlFields Inner(YamlMappingNode inner, string name) => new(inner, $"{path}{name}.", file, problems, asked);

    private static string Flow(YamlNode node) => node switch
    {
        YamlMappingNode inner => "{" + string.Join(", ", inner.Children.Select(c => $"{c.Key}: {Flow(c.Value)}")) + "}",
        YamlSequenceNode list => "[" + string.Join(", ", list.Select(Flow)) + "]",
        _ => node.ToString(),
    };

    private YamlNode? Find(string name)
    {
        _asked.Add(name);
        asked?.Invoke(path + name);
        return mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) ? node : null;
    }
}
