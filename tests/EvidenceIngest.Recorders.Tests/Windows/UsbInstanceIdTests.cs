using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Discovery.Usb;
using EvidenceIngest.Recorders.Discovery.Windows;

namespace EvidenceIngest.Recorders.Tests.Windows;

public sealed class UsbInstanceIdTests
{
    [Theory]
    [InlineData(@"USB\VID_4255&PID_0001\SN48213X", 0x4255, 0x0001, null, "SN48213X")]
    [InlineData(@"usb\vid_070a&pid_4026\abc 1", 0x070a, 0x4026, null, "abc 1")]
    [InlineData(@"USB\VID_070A&PID_4026\7&1A2B3C&0&2", 0x070a, 0x4026, null, null)] // a name that Windows made up
    [InlineData(@"USB\VID_070A&PID_4026&REV_0100&MI_01\7&1A2B3C&0&0001", 0x070a, 0x4026, 1, null)]
    public void A_USB_device_is_read(string text, int vendor, int product, int? function, string? serial)
    {
        var id = UsbInstanceId.Parse(text)!.Value;
        Assert.Equal((vendor, product, function, serial), (id.Vendor, id.Product, id.Function, id.Serial));
    }

    [Theory]
    [InlineData("")]
    [InlineData(@"\\")]
    [InlineData(@"USB\VID_4255&PID_0001")]
    [InlineData(@"USB\VID_4255&PID_0001\")]
    [InlineData(@"USB\VID_4255&PID_0001\A\B")]
    [InlineData(@"USB\VID_4255\A")]
    [InlineData(@"USB\PID_0001\A")]
    [InlineData(@"USB\VID_425&PID_0001\A")]
    [InlineData(@"USB\VID_42555&PID_0001\A")]
    [InlineData(@"USB\VID_4 55&PID_0001\A")]
    [InlineData(@"USB\VID_-255&PID_0001\A")]
    [InlineData(@"USB\VID_4255&VID_4256&PID_0001\A")]
    [InlineData(@"USB\VID_4255&PID_0001&X_1\A")]
    [InlineData(@"USB\VID_4255&PID_0001&\A")]
    [InlineData("USB\\VID_4255&PID_0001\\A\u0000B")]
    [InlineData(@"USB\ROOT_HUB30\4&1234&0&0")]
    [InlineData(@"USBSTOR\DISK&VEN_DV16&PROD_DEVICE&REV_1.00\7&1A2B3C&0&0")]
    [InlineData(@"HID\VID_4255&PID_0001\A")]
    public void Anything_else_is_none(string text) => Assert.Null(UsbInstanceId.Parse(text));

    [Fact]
    public void A_name_longer_than_Windows_makes_is_none() =>
        Assert.Null(UsbInstanceId.Parse(@"USB\VID_4255&PID_0001\" + new string('A', 200)));

    [Theory]
    [InlineData(@"USBSTOR\DISK&VEN_DV16&PROD_DEVICE&REV_1.00\7&1A2B3C&0&0", true)]
    [InlineData(@"scsi\disk&ven_uas&prod_x\6&1&0&000000", true)]
    [InlineData(@"USBSTOR\CDROM&VEN_DV16&PROD_DEVICE&REV_1.00\7&1A2B3C&0&0", false)]
    [InlineData(@"USBSTOR\DISK\7", false)]
    [InlineData(@"USBSTOR\DISK&VEN_X\", false)]
    [InlineData(@"IDE\DISK&VEN_X\1", false)]
    [InlineData("", false)]
    public void Disks_are_told_from_other_devices(string text, bool isDisk) => Assert.Equal(isDisk, UsbInstanceId.IsDisk(text));

    [Fact]
    public void An_interface_class_is_read_from_the_longest_compatible_id_alone()
    {
        Assert.Equal(new UsbInterfaceClass(8, 6, 0x50), UsbInstanceId.InterfaceClass(@"USB\Class_08&SubClass_06&Prot_50"));
        Assert.All(
            [@"USB\Class_08&SubClass_06", @"USB\Class_08", @"USB\DevClass_00&SubClass_00&Prot_00", @"USB\COMPOSITE", @"USB\Class_0x&SubClass_06&Prot_50", @"PCI\Class_08&SubClass_06&Prot_50", ""],
            id => Assert.Null(UsbInstanceId.InterfaceClass(id)));
    }

    [Fact]
    public void Damaged_names_are_none_or_sensible_and_never_an_exception()
    {
        var random = new Random(947);
        foreach (var good in new[] { @"USB\VID_4255&PID_0001&MI_01\SN48213X", "PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)" })
        {
            for (var round = 0; round < 5000; round++)
            {
                var damaged = good.ToCharArray();
                for (var i = random.Next(1, 4); i > 0; i--)
                    damaged[random.Next(damaged.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : 65536);
                var text = new string(damaged)[random.Next(3)..];
                Assert.False(UsbInstanceId.Parse(text)?.Serial?.Any(c => c is '\\' or '&' or '\0') ?? false, text);
                Assert.Matches("^[a-z0-9_.]+-[0-9.]+$", LocationPath.PortOf(text) ?? "0-1");
                UsbInstanceId.IsDisk(text);
                UsbInstanceId.InterfaceClass(text);
                LocationPath.Texts(text);
            }
        }
    }

    [Fact]
    public void A_device_that_was_replugged_leaves_before_it_arrives()
    {
        var one = Listing.Card.Usb() with { Windows = new WindowsAppearance("A", 1) };
        var (again, other) = (one with { Windows = new WindowsAppearance("A", 2) }, Listing.Card.Usb(port: "0.1400-4"));
        Assert.Equal([new RecorderLeft(one.Bay) { Attachment = one }, new RecorderArrived(again)], UsbChanges.Between([one, other], [other, again]));
        Assert.Empty(UsbChanges.Between([one, other], [other, one]));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_second_plugging_in_one_port_is_another_appearance(long later, bool isSame)
    {
        var one = Listing.Card.Usb() with { Windows = new WindowsAppearance(@"USB\VID_46F4&PID_0001\A", 5) };
        Assert.Equal(isSame, one.IsSameAppearance(one with { Windows = one.Windows! with { ArrivedAt = 5 + later } }));
    }
}
