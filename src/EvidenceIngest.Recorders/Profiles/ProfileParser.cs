using System.Collections.Frozen;
using System.Text.RegularExpressions;
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

    private static readonly FrozenDictionary<string, SidecarRole> SidecarNames = new Dictionary<string, SidecarRole>
    {
        ["gps"] = SidecarRole.Gps,
        ["md5"] = SidecarRole.Md5,
        ["log"] = SidecarRole.Log,
        ["thumbnail"] = SidecarRole.Thumbnail,
        ["proxy"] = SidecarRole.Proxy,
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
        var title = fields.Text("title", "a Chinese title", required: true) ?? "";
        var match = ProfileMatchParser.Parse(fields.Mapping("match", required: true)) ?? new ProfileMatch("", [], null, null, false, 0);
        var profile = fields.Text("refuse", "a Chinese sentence for the officer: what it is and what to do") is { } refusal
            ? new HardwareProfile(
                name, title, "", match, Model: null, FrozenDictionary<MediaKind, string>.Empty, [], [],
                FrozenDictionary<string, MediaKind>.Empty, [], ChapterJoin: null, ClearAllowed: false) { Refusal = refusal }
            : Readable(name, title, match, fields);
        profile = profile with { Facts = ProfileFactsParser.Parse(fields) };
        if (profile.ReadOnlyBecause is { } inferred)
            RefuseWriting(fields, profile, inferred);
        fields.RefuseOthers();
        return profile;
    }

    private static HardwareProfile Readable(string name, string title, ProfileMatch match, YamlFields fields)
    {
        var driver = fields.Text("driver", Among(Drivers.Keys), required: true);
        if (driver is not null && !Drivers.ContainsKey(driver))
            fields.Wrong("driver", $"'{driver}' is no driver", Among(Drivers.Keys));
        if (driver is not null && match.Attachment.Length > 0 && Drivers.TryGetValue(driver, out var attachment) && attachment != match.Attachment)
            fields.Wrong("driver", $"'{driver}' does not serve attachment '{match.Attachment}'", $"match.attachment: {attachment}");
        var kinds = Endings(fields.Mapping("kinds", required: true), KindNames, FrozenDictionary<string, MediaKind>.Empty);
        return new HardwareProfile(
            name,
            title,
            driver ?? "",
            match,
            fields.Text("model", "a model's name"),
            Methods(fields),
            Identity(fields),
            NameGrammarParser.Parse(fields),
            kinds,
            [.. fields.Texts("ignore", "a list of patterns").Select(p => ProfilePattern.Compile(p, fields, "ignore", ignoreCase: true)).OfType<Regex>()],
            fields.Number("chapterJoinSeconds", 0, 3600) is { } join ? TimeSpan.FromSeconds(join) : null,
            fields.Flag("clearAllowed") ?? false)
        {
            Dialogue = Dialogue.DialogueParser.Parse(fields),
            ReadyWithin = TimeSpan.FromSeconds(fields.Number("readySeconds", 1, 300) ?? 10),
            KeyFolders = fields.Texts("keyFolders", "names of folders"),
            Sidecars = Endings(fields.Mapping("sidecars"), SidecarNames, kinds),
            DialogueOutline = DialogueOutline.Of(fields.MappingIfAny("dialogue")),
            NeedsWindows = fields.MappingIfAny("dialogue")?.Text("transport", "dll") == "dll",
        };
    }

    /// <summary>Nobody has seen what an inferred profile says: it may be read wrongly, but nothing may be lost by it.</summary>
    private static void RefuseWriting(YamlFields fields, HardwareProfile profile, string inferred)
    {
        var reason = $"'{inferred}' is only inferred, and an inferred profile is read-only";
        if (profile.ClearAllowed)
            fields.Wrong("clearAllowed", reason, "false, until a source or a device confirms it (facts)");
        if (fields.MappingIfAny("dialogue")?.MappingIfAny("clock") is { } clock && clock.Has("set"))
            clock.Wrong("set", reason, "no set, until a source or a device confirms it (facts)");
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

    /// <param name="lists">Endings by what they mean; null when the profile has none.</param>
    /// <param name="meanings">What they can mean.</param>
    /// <param name="taken">Endings that mean something else already.</param>
    private static FrozenDictionary<string, T> Endings<T, TOther>(
        YamlFields? lists, FrozenDictionary<string, T> meanings, FrozenDictionary<string, TOther> taken)
    {
        const string expected = "file name endings in lower case without dot, e.g. [mp4, mov]";
        var endings = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, meaning) in lists is null ? [] : meanings.AsEnumerable())
        {
            foreach (var ending in lists!.Texts(name, expected))
            {
                if (ending.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
                    lists.Wrong(name, $"'{ending}' is no ending", expected);
                else if (taken.ContainsKey(ending) || !endings.TryAdd(ending, meaning))
                    lists.Wrong(name, $"'{ending}' is listed twice", "each ending once");
            }
        }

        lists?.RefuseOthers();
        return endings.ToFrozenDictionary();
    }
}
