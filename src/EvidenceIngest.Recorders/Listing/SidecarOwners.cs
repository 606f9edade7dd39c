using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>
/// Finds the file that a companion belongs to: clip.GPS, clip.md5 and clip.mp4.md5 to clip.mp4, first in the same folder, then
/// anywhere if only one file has that stem; and where the grammars have them, by recording number and chapter.
/// </summary>
internal sealed class SidecarOwners
{
    private readonly HardwareProfile _profile;
    private readonly ILookup<string, NamedFile> _byPlace;
    private readonly ILookup<string, NamedFile> _byStem;
    private readonly ILookup<(string Folder, int Number, int Chapter), NamedFile> _byNumber;

    public SidecarOwners(HardwareProfile profile, IReadOnlyList<NamedFile> named)
    {
        _profile = profile;
        // FAT doesn't tell case apart, and recorders write .MP4 beside .gps.
        _byPlace = named.SelectMany(StemsOf).ToLookup(s => s.File.Folder + s.Stem, s => s.File, StringComparer.OrdinalIgnoreCase);
        _byStem = named.SelectMany(StemsOf).ToLookup(s => s.Stem, s => s.File, StringComparer.OrdinalIgnoreCase);
        _byNumber = named.Where(f => f.Name.RecordingNumber is not null)
            .ToLookup(f => (f.Folder.ToUpperInvariant(), f.Name.RecordingNumber!.Value, f.Name.Chapter ?? 0));
    }

    /// <returns>By path.</returns>
    public IReadOnlyList<Sidecar> Assign(IEnumerable<RecorderFile> companions) =>
        [.. companions.OrderBy(c => c.Path, StringComparer.Ordinal)
            .Select(c => new Sidecar(c, _profile.Sidecars[FileNaming.EndingOf(c.Path)], OwnerOf(c.Path)?.File))];

    private NamedFile? OwnerOf(string path)
    {
        var name = FileNaming.NameOf(path);
        var folder = path[..^name.Length];
        var stem = WithoutEnding(name);
        if (Best(_byPlace[folder + stem]) is { } beside)
            return beside;
        if (FileNaming.ReadCompanion(_profile, path) is { RecordingNumber: { } number } reading
            && Best(_byNumber[(folder.ToUpperInvariant(), number, reading.Chapter ?? 0)]) is { } numbered)
        {
            return numbered;
        }

        return _byStem[stem].Take(2).ToList() is [var only] ? only : null;
    }

    /// <summary>A photo may share its video's stem; positions and digests are the video's then.</summary>
    private static NamedFile? Best(IEnumerable<NamedFile> files) => files.MinBy(f => f.Name.Kind);

    private static IEnumerable<(string Stem, NamedFile File)> StemsOf(NamedFile file)
    {
        var name = FileNaming.NameOf(file.File.Path);
        return [(name, file), (WithoutEnding(name), file)];
    }

    private static string WithoutEnding(string name) => name[..name.LastIndexOf('.')];
}
