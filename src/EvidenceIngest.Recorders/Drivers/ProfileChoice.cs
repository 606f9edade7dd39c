using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Second stage of identification for cards: whose names lie on it. Only reads.</summary>
internal static class ProfileChoice
{
    public static HardwareProfile? ByNames(CardVolumes volumes, IReadOnlyList<HardwareProfile> candidates, CancellationToken ct)
    {
        IReadOnlyList<string>? paths = null;
        return candidates.FirstOrDefault(candidate =>
            !candidate.Match.Names
            || candidate.Match.Folders.Any(volumes.HasFolder)
            || (paths ??= PathsIn(volumes, ct)).Any(path => IsFootage(candidate, path)));
    }

    private static bool IsFootage(HardwareProfile profile, string path) =>
        FileNaming.Read(profile, path) is not null
        && !profile.Ignore.Any(pattern => pattern.IsMatch(path));

    private static IReadOnlyList<string> PathsIn(CardVolumes volumes, CancellationToken ct) =>
        [.. volumes.Walk(ct)
            .Where(e => e.Kind == CardEntryKind.File && !CardClutter.IsClutter(RecorderPathText.FromRaw(e.RawPath), e.Bytes))
            .Select(e => RecorderPathText.FromRaw(e.RawPath))];
}
