using EvidenceIngest.Commands;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Tests.Unattended;

public sealed class UdevRulesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udev-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Every_shipped_profile_has_its_rules_or_the_reason_why_not()
    {
        var profiles = ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder]).Profiles;
        var rules = UdevRules.Of(profiles, "evidence-dock");
        foreach (var profile in profiles)
        {
            var after = rules.SkipWhile(l => l != "# " + profile.Name).Skip(1).First();
            var opens = profile.Refusal is null && !profile.NeedsWindows && profile.Match is { Attachment: "usb", Unknown: false };
            // An unlocked recorder of unknown ids still is a disk afterwards.
            if (opens || profile.Name == "guobao-e12")
                Assert.Contains("ENV{EVIDENCE_DOCK}=\"1\"", after, StringComparison.Ordinal);
            else
                Assert.StartsWith("# ", after, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ambarella-text", """SUBSYSTEMS=="usb", ATTRS{bDeviceClass}!="09", ATTRS{idVendor}=="4255", ATTRS{idProduct}=="0001", ENV{EVIDENCE_DOCK}="1", ENV{.EVIDENCE_USB}="1" """)]
    [InlineData("ambarella-text", """ENV{ID_USB_INTERFACES}=="*:0806??:*", ENV{EVIDENCE_DOCK}="1", ENV{.EVIDENCE_DISK}="1" """)]
    [InlineData("jieli-dv16", """ENV{ID_USB_INTERFACES}=="*:0806??:*", ENV{EVIDENCE_DOCK}="1", ENV{.EVIDENCE_SCSI}="1" """)]
    [InlineData("gopro", """SUBSYSTEMS=="usb", ATTRS{bDeviceClass}!="09", ATTRS{idVendor}=="2672", ATTRS{idProduct}=="000[cdef]|00[1234]?|005[0123456789a]", ENV{EVIDENCE_DOCK}="1", ENV{.EVIDENCE_USB}="1" """)]
    [InlineData("novatek", """SUBSYSTEMS=="usb", ATTRS{bDeviceClass}!="09", ATTRS{idVendor}=="0603", ATTRS{idProduct}=="8611", ENV{ID_USB_INTERFACES}=="*:0806??:*", ENV{EVIDENCE_DOCK}="1", ENV{.EVIDENCE_DISK}="1" """)]
    public void A_profile_gets_what_its_dialogue_and_driver_open(string profile, string rule)
    {
        var rules = UdevRules.Of(ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder]).Profiles, "evidence-dock");
        var section = rules.SkipWhile(l => l != "# " + profile).TakeWhile(l => l.Length > 0);
        Assert.Contains(rule.TrimEnd(), section);
    }

    [Fact]
    public void A_site_s_file_name_cannot_smuggle_in_a_rule()
    {
        var text = File.ReadAllText(Path.Combine(ProfileCatalogue.ShippedFolder, "novatek.yaml"));
        File.WriteAllText(Path.Combine(_folder.FullName, "x\nKERNEL==\"sda\", MODE=\"0666\"\n.yaml"), text);
        Assert.Equal(0, ProfilesUdevCommand.Write([_folder.FullName], "evidence-dock", _output, _errors));
        Assert.DoesNotContain("KERNEL", string.Join('\n', Lines().Where(l => !l.StartsWith('#'))), StringComparison.Ordinal);
        Assert.Contains("# x_KERNEL___sda___MODE__0666__", Lines());
    }

    [Fact]
    public void A_faulty_profile_leaves_no_rules_at_all()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "mine.yaml"), "title: x\n");
        Assert.Equal(1, ProfilesUdevCommand.Write([ProfileCatalogue.ShippedFolder, _folder.FullName], "evidence-dock", _output, _errors));
        Assert.Empty(_output.ToString());
        Assert.Contains("mine.yaml:1", _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Wheel")]
    [InlineData("a\", MODE:=\"0666")]
    [InlineData("a\nb")]
    [InlineData("0")]
    public void What_is_no_group_s_name_is_refused(string group)
    {
        Assert.Equal(1, ProfilesUdevCommand.Write([ProfileCatalogue.ShippedFolder], group, _output, _errors));
        Assert.Empty(_output.ToString());
        Assert.StartsWith("--group", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_known_by_its_strings_alone_says_that_udev_cannot_help()
    {
        var text = File.ReadAllText(Path.Combine(ProfileCatalogue.ShippedFolder, "novatek.yaml"));
        Assert.Contains("  usbIds: ['0603:8611']\n  interface: 08/06\n", text, StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(_folder.FullName, "mine.yaml"),
            text.Replace("  usbIds: ['0603:8611']\n  interface: 08/06\n", "  strings: acme\n", StringComparison.Ordinal));
        Assert.Equal(0, ProfilesUdevCommand.Write([_folder.FullName], "evidence-dock", _output, _errors));
        Assert.StartsWith("# Told by its strings alone", Lines().SkipWhile(l => l != "# mine").Skip(1).First(), StringComparison.Ordinal);
    }

    private string[] Lines() => _output.ToString().Split('\n');
}
