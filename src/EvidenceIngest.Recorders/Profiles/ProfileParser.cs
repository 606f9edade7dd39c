using System.Collections.Frozen;
using System.Globalization;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>Turns a YAML mapping into a profile and notes every fault on the way. The format is described in hardware-profiles/README.md.</summary>
internal static class ProfileParser
{
    private static readonly FrozenDictionary<string, IdentitySource> Sources = new Dictionary<string, IdentitySource>
    {
        ["usb-serial"] = IdentitySource.UsbSerial,
        ["file-names"] = IdentitySource.FileNames,
        ["volume"] = IdentitySource.Volume,
        ["path"] = IdentitySource.Path,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, MediaKind> KindNames = new Dictionary<string, MediaKind>
    {
        ["video"] = MediaKind.Video,
        ["audio"] = MediaKind.Audio,
        ["photo"] = MediaKind.Photo,
        ["other"] = MediaKind.Other,
    }.ToFrozenDictionary();

    /// <summary>Which driver serves which kind of attachment.</summary>
    private static readonly FrozenDictionary<string, string> Drivers = new Dictionary<string, string>
    {
        ["mass-storage"] = "usb",
        ["mtp"] = "usb",
        ["folder"] = "folder",
    }.ToFrozenDictionary();

    /// <returns>Meaningless when a problem was added.</returns>
    public static HardwareProfile Parse(string name, YamlFields fields)
    {
        var title = fields.Text("title", "a Chinese title", required: true);
        var driver = fields.Text("driver", Among(Drivers.Keys), required: true);
        if (driver is not null && !Drivers.ContainsKey(driver))
            fields.Wrong("driver", $"'{driver}' is no driver", Among(Drivers.Keys));
        var match = ProfileMatchParser.Parse(fields.Mapping("match", required: true));
        if (driver is not null && match is not null && Drivers.TryGetValue(driver, out var attachment) && attachment != match.Attachment)
            fields.Wrong("driver", $"'{driver}' does not serve attachment '{match.Attachment}'", $"match.attachment: {attachment}");

        var profile = new HardwareProfile(
            name,
            title ?? "",
            driver ?? "",
            match ?? new ProfileMatch("", [], null, null, false, 0),
            fields.Text("model", "a model's name"),
            Methods(fields),
            Identity(fields),
            NameGrammarParser.Parse(fields),
            Kinds(fields),
            [.. fields.Texts("ignore", "a list of patterns").Select(p => ProfilePattern.Compile(p, fields, "ignore", ignoreCase: true)).OfType<System.Text.RegularExpressions.Regex>()],
            fields.Number("chapterJoinSeconds", 0, 3600) is { } join ? TimeSpan.FromSeconds(join) : null,
            fields.Flag("clearAllowed") ?? false)
        {
            Source = fields.Text("source", "where the facts come from"),
            Dialogue = Dialogue.DialogueParser.Parse(fields),
            ReadyWithin = TimeSpan.FromSeconds(fields.Number("readySeconds", 1, 300) ?? 10),
        };
        fields.RefuseOthers();
        return profile;
    }

    public static string Among(IEnumerable<string> values) => "one of " + string.Join(", ", values.Order(StringComparer.Ordinal));

    private static FrozenDictionary<MediaKind, string> Methods(YamlFields fields)
    {
        var methods = new Dictionary<MediaKind, string>();
        if (fields.Mapping("method", required: true) is { } method)
        {
            foreach (var (name, kind) in KindNames)
            {
                if (method.Text(name, "制作方法 as people word it") is { } text)
                    methods[kind] = text;
            }

            method.RefuseOthers();
        }

        return methods.ToFrozenDictionary();
    }

    private static List<IdentitySource> Identity(YamlFields fields)
    {
        var names = fields.Texts("identity", "a list, best first");
        if (names.Count == 0)
            fields.Wrong("identity", "is missing or empty", Among(Sources.Keys));
        foreach (var unknown in names.Where(n => !Sources.ContainsKey(n)))
            fields.Wrong("identity", $"'{unknown}' is no source of identity", Among(Sources.Keys));
        return [.. names.Where(Sources.ContainsKey).Select(n => Sources[n])];
    }

    private static FrozenDictionary<string, MediaKind> Kinds(YamlFields fields)
    {
        const string expected = "file name endings in lower case without dot, e.g. [mp4, mov]";
        var kinds = new Dictionary<string, MediaKind>();
        if (fields.Mapping("kinds", required: true) is not { } lists)
            return kinds.ToFrozenDictionary();
        foreach (var (name, kind) in KindNames)
        {
            foreach (var ending in lists.Texts(name, expected))
            {
                if (ending.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
                    lists.Wrong(name, $"'{ending}' is no ending", expected);
                else if (!kinds.TryAdd(ending, kind))
                    lists.Wrong(name, string.Create(CultureInfo.InvariantCulture, $"'{ending}' is listed twice"), "each ending once");
            }
        }

        lists.RefuseOthers();
        return kinds.ToFrozenDictionary();
    }
}
