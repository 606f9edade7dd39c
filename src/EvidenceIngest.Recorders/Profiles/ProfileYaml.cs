using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>Reads a profile's file into a YAML tree, within limits that no honest profile comes near.</summary>
internal static class ProfileYaml
{
    private const int MostCharacters = 256 * 1024;

    /// <summary>The tree is read recursively: without a limit, a deep one ends the process.</summary>
    private const int Deepest = 16;

    public static YamlMappingNode? Read(string text, string file, List<ProfileProblem> problems)
    {
        try
        {
            if (text.Length > MostCharacters)
                throw new YamlException($"is longer than {MostCharacters} characters");
            RefuseDepthAndAliases(text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is [{ RootNode: YamlMappingNode mapping }])
                return mapping;
            problems.Add(new ProfileProblem(file, 1, "(file)", "is no single YAML mapping", "fields such as title: and match:"));
        }
        catch (YamlException e)
        {
            var reason = e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}";
            problems.Add(new ProfileProblem(file, Math.Max(1, (int)e.Start.Line), "(file)", reason, "valid YAML, each field once"));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet lets these out: the one when a text ends inside a bracket, the other for events out of place.
            problems.Add(new ProfileProblem(file, 1, "(file)", e.Message, "valid YAML, every bracket closed"));
        }

        return null;
    }

    private static void RefuseDepthAndAliases(string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            var here = parser.Current!;
            depth += here.NestingIncrease;
            if (depth > Deepest)
                throw new YamlException(here.Start, here.End, $"nested deeper than {Deepest}");
            if (here is AnchorAlias)
                throw new YamlException(here.Start, here.End, "an alias; profiles spell everything out");
        }
    }
}
