using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace EvidenceIngest.Server.Exchange;

/// <param name="Line">From 1.</param>
/// <param name="Text">What is wrong and what would be right, for people.</param>
public sealed record ProfileFault(int Line, string Text)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"第{Line}行：{Text}");
}

/// <summary>
/// Reads one mapping of a profile, notes every fault with its line instead of stopping at the first, and refuses what nobody asked for. A text from outside: no
/// aliases, which a few lines can blow up to gigabytes, no depth, and no length that an honest profile comes near.
/// </summary>
internal sealed class ExchangeYaml(YamlMappingNode mapping, List<ProfileFault> faults)
{
    internal const int MostCharacters = 256 * 1024;
    private const int Deepest = 8;

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public int Line => (int)mapping.Start.Line;

    /// <returns>Null when a fault was noted.</returns>
    public static ExchangeYaml? Read(string text, List<ProfileFault> faults)
    {
        try
        {
            if (text.Length > MostCharacters)
                throw new YamlException($"超过{MostCharacters}个字符");
            RefuseWhatGrows(text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is [{ RootNode: YamlMappingNode root }])
                return new ExchangeYaml(root, faults);
            faults.Add(new ProfileFault(1, "文件应为一个 YAML 映射，如 title: …"));
        }
        catch (YamlException e)
        {
            faults.Add(new ProfileFault(Math.Max(1, (int)e.Start.Line), $"不是可用的 YAML：{e.InnerException?.Message ?? e.Message}"));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet lets these out: the one when a text ends inside a bracket, the other for events out of place.
            faults.Add(new ProfileFault(1, "不是可用的 YAML：括号或者引号没有闭合"));
        }

        return null;
    }

    public string? Text(string name, bool required = false)
    {
        switch (Find(name))
        {
            case YamlScalarNode { Value.Length: > 0 } scalar:
                return scalar.Value;
            case null when required:
                Fault($"缺少 {name}");
                return null;
            case null:
                return null;
            case var other:
                Fault(other, $"{name} 应为文字，不得为空");
                return null;
        }
    }

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => Refuse(false, name, $"{name} 应为 true 或者 false"),
    };

    public int? Number(string name, int least, int most) => Text(name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        _ => Refuse<int?>(null, name, string.Create(CultureInfo.InvariantCulture, $"{name} 应为{least}至{most}的整数")),
    };

    /// <summary>A mapping whose names the profile chooses; missing is empty.</summary>
    public IReadOnlyList<(string Name, YamlNode Node)> Chosen(string name)
    {
        if (Find(name) is not { } node)
            return [];
        if (node is YamlMappingNode chosen && chosen.Children.All(c => c.Key is YamlScalarNode { Value.Length: > 0 }))
            return [.. chosen.Children.Select(c => (((YamlScalarNode)c.Key).Value!, c.Value))];
        Fault(node, $"{name} 应为映射，如 {name}: {{…: …}}");
        return [];
    }

    /// <summary>A list of mappings with something in it.</summary>
    public IReadOnlyList<ExchangeYaml> List(string name, int most)
    {
        if (Find(name) is YamlSequenceNode { Children.Count: > 0 } list && list.Children.Count <= most && list.All(i => i is YamlMappingNode))
            return [.. list.Select(i => new ExchangeYaml((YamlMappingNode)i, faults))];
        Fault(Find(name) ?? mapping, string.Create(CultureInfo.InvariantCulture, $"{name} 应为以“- ”开头的列表，1至{most}项"));
        return [];
    }

    /// <summary>To be called when every known field was asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var key in mapping.Children.Keys.Where(k => k is not YamlScalarNode { Value: { } name } || !_asked.Contains(name)))
            Fault(key, $"{Shorten(key)} 不是已知项，可用：{string.Join('、', _asked.Order(StringComparer.Ordinal))}");
    }

    public void Fault(string text) => Fault(mapping, text);

    public void FaultOf(string name, string text) => Fault(Find(name) ?? mapping, text);

    public void Fault(YamlNode node, string text) => faults.Add(new ProfileFault((int)node.Start.Line, text));

    private static string Shorten(YamlNode key) => key is YamlScalarNode { Value: { } name } ? name.Length > 40 ? name[..40] + "…" : name : "该项";

    private static void RefuseWhatGrows(string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            var here = parser.Current!;
            depth += here.NestingIncrease;
            if (depth > Deepest)
                throw new YamlException(here.Start, here.End, $"嵌套超过{Deepest}层");
            if (here is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
                throw new YamlException(here.Start, here.End, "不支持锚点和引用（& 和 *），请逐项写出");
        }
    }

    private T Refuse<T>(T value, string name, string text)
    {
        FaultOf(name, text);
        return value;
    }

    private YamlNode? Find(string name)
    {
        _asked.Add(name);
        return mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) ? node : null;
    }
}
