using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Tests.Unattended;

/// <summary>The rules of the shipped profiles, applied by udev itself.</summary>
public sealed class UdevTrialTests : IDisposable
{
    /// <summary>A group of every Debian, with its number: Debian policy, 9.2.2.</summary>
    private const string Group = "audio";
    private const string GroupNumber = "29";

    private const string AnyHub = "05e3:0610";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udev-trial-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_recorder_that_is_a_disk_can_be_read_and_asked_by_the_group_and_is_hidden_from_desktops()
    {
        var (nodes, control, faults) = await TryAsync("070a:4026", ["08/06/50"], AnyHub);
        Assert.Empty(faults);
        Assert.Equal("on", control);
        foreach (var disk in new[] { "sda", "sda1" })
        {
            var node = Named(nodes, disk);
            Assert.Equal(("640", GroupNumber), (node.Mode, node.Group));
            Assert.Equal("1", node.Properties["UDISKS_IGNORE"]);
        }

        Assert.Equal(("660", GroupNumber), (Named(nodes, "sg3").Mode, Named(nodes, "sg3").Group));
        var usb = Named(nodes, "1-1.2");
        Assert.NotEqual(GroupNumber, usb.Group);
        Assert.Equal("1", usb.Properties["MTP_NO_PROBE"]);
        Assert.Equal("1", usb.Properties["EVIDENCE_DOCK"]);
        Assert.All(
            nodes.Where(n => !n.Folder.StartsWith(FakeSysfs.Device, StringComparison.Ordinal)),
            hub => Assert.DoesNotContain("EVIDENCE_DOCK", hub.Properties));
    }

    [Theory]
    [InlineData("4255:0001", "ff/00/00")]
    [InlineData("0e8d:2008", "06/01/01")]
    [InlineData("2672:0037", "06/01/01")]
    public async Task A_locked_recorder_or_a_player_can_be_spoken_to_by_the_group(string id, string shown)
    {
        var (nodes, control, faults) = await TryAsync(id, [shown], AnyHub);
        Assert.Empty(faults);
        var usb = Named(nodes, "1-1.2");
        Assert.Equal(("660", GroupNumber, "on"), (usb.Mode, usb.Group, control));
        Assert.Equal("1", usb.Properties["ID_MM_DEVICE_IGNORE"]);
    }

    [Theory]
    [InlineData("046d:c31c", "03/01/01", AnyHub)] // a keyboard
    [InlineData("0bda:8153", "ff/ff/00", AnyHub)] // a network adapter
    [InlineData("2672:005b", "06/01/01", AnyHub)] // one past a range
    [InlineData("046d:c31c", "03/01/01", "4255:0001")] // behind a hub with a recorder's id
    public async Task Everything_else_stays_as_it_is(string id, string shown, string hub)
    {
        var (nodes, control, faults) = await TryAsync(id, [shown], hub);
        Assert.Empty(faults);
        Assert.Equal(FakeSysfs.Sleeps, control);
        Assert.All(nodes, n => Assert.NotEqual(GroupNumber, n.Group));
        Assert.All(nodes, n => Assert.DoesNotContain(n.Properties.Keys, k => k is "EVIDENCE_DOCK" or "MTP_NO_PROBE" or "UDISKS_IGNORE"));
    }

    [Theory]
    [InlineData("1f3a:efe8")]
    [InlineData("2207:310b")]
    [InlineData("0e8d:2000")]
    public async Task A_boot_ROM_is_opened_by_nobody_and_kept_from_probers(string id)
    {
        // As a disk, so that the generic profiles would claim it.
        var (nodes, control, faults) = await TryAsync(id, ["08/06/50"], AnyHub);
        Assert.Empty(faults);
        Assert.Equal(FakeSysfs.Sleeps, control);
        Assert.All(nodes, n => Assert.NotEqual(GroupNumber, n.Group));
        Assert.Equal("1", Named(nodes, "1-1.2").Properties["MTP_NO_PROBE"]);
    }

    [Fact]
    public async Task The_trial_sees_a_fault_in_the_rules()
    {
        var (_, _, faults) = await TryAsync("070a:4026", ["08/06/50"], AnyHub, "SUBSYSTEM==\"usb\", COLOUR=\"red\"");
        Assert.Single(faults);
    }

    private async Task<(IReadOnlyList<UdevOutcome> Nodes, string PowerControl, IReadOnlyList<string> Faults)> TryAsync(
        string id, string[] interfaces, string hub, params string[] more)
    {
        Assert.SkipUnless(UdevTrial.Udevadm is not null, "udevadm is not installed");
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && (await Tool.RunAsync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])).ExitCode == 0,
            "only root can give udev a tree of its own, and not in every container");
        var rules = UdevRules.Of(ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder]).Profiles, Group);
        return await UdevTrial.RunAsync(_folder.FullName, new FakeSysfs(Path.Combine(_folder.FullName, "sys"), id, interfaces, hub), [.. rules, .. more]);
    }

    private static UdevOutcome Named(IReadOnlyList<UdevOutcome> nodes, string name) =>
        nodes.Single(n => n.Folder.EndsWith("/" + name, StringComparison.Ordinal));
}
