using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Server.Recorders;

namespace EvidenceIngest.Hosting;

/// <summary>The hardware profiles of this machine in the server's words: it has no access to the recorders' project.</summary>
internal static class MachineProfiles
{
    /// <param name="siteFolder">The site's own; need not be there.</param>
    /// <remarks>Reads the files each time: a profile that a site adds shows at once, as it does in <c>profiles list</c>.</remarks>
    public static ProfilesOfMachine Read(string siteFolder)
    {
        var (profiles, problems) = ProfileCatalogue.Check(ProfileCatalogue.Folders(siteFolder));
        return new ProfilesOfMachine(
            [.. profiles.Select(p => View(p, File.Exists(Path.Combine(siteFolder, p.Name + ".yaml"))))],
            [.. problems.Select(p => $"{p.File}:{p.Line} {p.Field}: {p.Problem} → {p.Expected}")]);
    }

    private static RecorderProfile View(HardwareProfile p, bool isOwn)
    {
        var said = p.DialogueOutline.Select(part => part.Name).ToHashSet(StringComparer.Ordinal);
        return new RecorderProfile(
            p.Name, p.Title, p.Model, isOwn, TrustOf(p), p.Driver,
            [.. p.Match.UsbIds.Select(id => id.ToString()), .. p.Match.UsbIdRanges.Select(range => range.ToString())], p.Match.InterfaceClass,
            [.. p.Kinds.Values.Distinct().Order()], said.Contains("unlock"), said.Contains("clock.set"), p.NeedsWindows, p.Match.Unknown,
            p.ClearAllowed && p.ReadOnlyBecause is null, p.Refusal);
    }

    private static ProfileTrust TrustOf(HardwareProfile profile) => profile.Facts.Min(f => f.Trust) switch
    {
        Trust.Tested => ProfileTrust.Tested,
        Trust.Documented => ProfileTrust.Documented,
        _ => ProfileTrust.Inferred,
    };
}
