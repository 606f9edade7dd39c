using EvidenceIngest.Hosting;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Tests.Hosting;

public sealed class MachineProfilesTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("profiles-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_sites_own_profile_and_the_fault_in_another_show_at_once()
    {
        var site = Path.Combine(_home, "hardware-profiles");
        var before = MachineProfiles.Read(site);
        Assert.Empty(before.Faults);
        Assert.Equal(Directory.GetFiles(ProfileCatalogue.ShippedFolder, "*.yaml").Length, before.Profiles.Count);
        Assert.DoesNotContain(before.Profiles, p => p.IsOwn);
        Assert.All(before.Profiles.Where(p => p.Refusal is not null), p => Assert.False(p.MayBeCleared || p.Unlocks));
        Assert.Contains(before.Profiles, p => p is { NeedsWindows: true, MatchesNothing: true });
        Assert.Contains(before.Profiles, p => p is { Unlocks: true, UsbIds.Count: > 0 } && p.UsbIds.All(id => id.Length >= 9));

        Directory.CreateDirectory(site);
        var shipped = File.ReadAllText(Path.Combine(ProfileCatalogue.ShippedFolder, "dsj-msc.yaml"));
        File.WriteAllText(Path.Combine(site, "own-model.yaml"), shipped.Replace("title: ", "title: 本单位", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(site, "broken.yaml"), "title: 只有标题\n");
        var after = MachineProfiles.Read(site);
        var own = Assert.Single(after.Profiles, p => p.IsOwn);
        Assert.Equal(("own-model", true), (own.Name, own.Title.StartsWith("本单位", StringComparison.Ordinal)));
        Assert.NotEmpty(after.Faults);
        Assert.All(after.Faults, fault => Assert.StartsWith("hardware-profiles/broken.yaml:", fault, StringComparison.Ordinal));
    }
}
