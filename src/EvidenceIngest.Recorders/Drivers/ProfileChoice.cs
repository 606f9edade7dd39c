using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Second stage of identification for cards: whose names lie on it. Only reads.</summary>
internal static class ProfileChoice
{
    /// <param name="candidates">Best first.</param>
    /// <param name="hasFolder">Whether the root has a folder of this name.</param>
    /// <param name="entries">Everything on it; asked for only when names must decide.</param>
    public static HardwareProfile? ByNames(
        IReadOnlyList<HardwareProfile> candidates, Func<string, bool> hasFolder, Func<IReadOnlyList<CardEntry>> entries)
    {
        IReadOnlyList<string>? paths = null;
        return candidates.FirstOrDefault(candidate =>
            !candidate.Match.Names
            || candidate.Match.Folders.Any(hasFolder)
            || (paths ??= PathsOf(entries())).Any(path => IsFootage(candidate, path)));
    }

    private static bool IsFootage(HardwareProfile profile, string path) =>
        FileNaming.Read(profile, path) is not null
        && !profile.Ignore.Any(pattern => pattern.IsMatch(path));

    private static IReadOnlyList<string> PathsOf(IEnumerable<CardEntry> entries) =>
        [.. entries
            .Where(e => e.Kind == CardEntryKind.File && !CardClutter.IsClutter(RecorderPathText.FromRaw(e.RawPath), e.Bytes))
            .Select(e => RecorderPathText.FromRaw(e.RawPath))];
}
