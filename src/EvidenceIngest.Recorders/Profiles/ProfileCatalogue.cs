using System.Text;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>All profiles that this dock knows: those that ship with the executable and those that a site adds.</summary>
public sealed class ProfileCatalogue
{
    private ProfileCatalogue(IReadOnlyList<HardwareProfile> profiles) => Profiles = profiles;

    /// <summary>Beside the executable.</summary>
    public static string ShippedFolder => Path.Combine(AppContext.BaseDirectory, "hardware-profiles");

    /// <summary>The shipped folder, and the site's if there is one.</summary>
    public static IReadOnlyList<string> Folders(string site) => Directory.Exists(site) ? [ShippedFolder, site] : [ShippedFolder];

    /// <summary>Highest priority first, then by name.</summary>
    public IReadOnlyList<HardwareProfile> Profiles { get; }

    /// <summary>Loads every *.yaml of the folders. A site adds profiles; it can't replace one: a name that occurs twice is an error.</summary>
    /// <exception cref="ProfileException">Any file has a fault; every fault is named.</exception>
    public static ProfileCatalogue Load(IEnumerable<string> folders)
    {
        var (profiles, problems) = Check(folders);
        return problems.Count == 0 ? new ProfileCatalogue(profiles) : throw new ProfileException(problems);
    }

    /// <summary>Reads like <see cref="Load"/> but returns the faults with whatever could be read.</summary>
    public static (IReadOnlyList<HardwareProfile> Profiles, IReadOnlyList<ProfileProblem> Problems) Check(IEnumerable<string> folders)
    {
        var profiles = new Dictionary<string, (HardwareProfile Profile, string File)>(StringComparer.OrdinalIgnoreCase);
        var problems = new List<ProfileProblem>();
        foreach (var file in folders.SelectMany(folder => FilesIn(folder, problems)))
        {
            var shown = $"{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}";
            var before = problems.Count;
            if (Read(file, shown, problems) is { } profile && problems.Count == before && !profiles.TryAdd(profile.Name, (profile, shown)))
                problems.Add(new ProfileProblem(shown, 1, "(file)", $"'{profile.Name}' is already defined in {profiles[profile.Name].File}", "another file name"));
        }

        return ([.. profiles.Values.Select(p => p.Profile)
            .OrderByDescending(p => p.Match.Priority).ThenBy(p => p.Name, StringComparer.Ordinal)], problems);
    }

    public HardwareProfile? Find(string name) => Profiles.FirstOrDefault(p => p.Name == name);

    private static IReadOnlyList<string> FilesIn(string folder, List<ProfileProblem> problems)
    {
        if (Directory.Exists(folder))
            return [.. Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)];
        problems.Add(new ProfileProblem(folder, 1, "(folder)", "does not exist", "a folder with *.yaml files"));
        return [];
    }

    private static HardwareProfile? Read(string file, string shown, List<ProfileProblem> problems)
    {
        try
        {
            var text = File.ReadAllText(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return ProfileYaml.Read(text, shown, problems) is { } mapping
                ? ProfileParser.Parse(Path.GetFileNameWithoutExtension(file), new YamlFields(mapping, "", shown, problems))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            problems.Add(new ProfileProblem(shown, 1, "(file)", e.Message, "a readable UTF-8 file"));
            return null;
        }
    }
}
