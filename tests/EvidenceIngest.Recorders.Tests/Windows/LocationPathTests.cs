using System.Runtime.CompilerServices;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery.Windows;

namespace EvidenceIngest.Recorders.Tests.Windows;

public sealed class LocationPathTests
{
    [Theory]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)", "0.1400-3.2")]
    [InlineData("PCIROOT(0)#PCI(1C04)#PCI(0000)#USBROOT(0)#USB(255)", "0.1c04.0000-255")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(1)#USB(3)", "0.1400r1-3")]
    [InlineData("ACPI(_SB_)#ACPI(PC00)#ACPI(XHCI)#USBROOT(0)#USB(1)", "acpi_sb_.acpipc00.acpixhci-1")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)#USBMI(1)", "0.1400-3.2")] // a function stands in its device's port
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(1)#USB(2)#USB(3)#USB(4)#USB(5)#USB(6)#USB(7)", "0.1400-1.2.3.4.5.6.7")]
    public void A_path_names_the_port(string path, string port) => Assert.Equal(port, LocationPath.PortOf(path));

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("USBROOT(0)#USB(3)")] // of no controller
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)")] // the root hub
    [InlineData("PCIROOT(0)#PCI(1400)")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(0)")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(256)")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(-1)")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(1)#PCI(2)")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB()")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(1")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(S)#USB(1)")]
    [InlineData("PCIROOT(0)#PCI(14/00)#USBROOT(0)#USB(1)")]
    [InlineData("PCIROOT(0)#PCI(..)#USBROOT(0)#USB(1)")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(1)#USBMI(1)#USB(2)")]
    [InlineData("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(1)#USB(2)#USB(3)#USB(4)#USB(5)#USB(6)#USB(7)#USB(8)")]
    public void Anything_else_names_none(string path) => Assert.Null(LocationPath.PortOf(path));

    [Fact]
    public void Two_ports_never_get_one_name()
    {
        string[] paths =
        [
            "PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)", "PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(32)", "PCIROOT(1)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)",
            "PCIROOT(0)#PCI(1400)#USBROOT(3)#USB(2)", "PCIROOT(0)#PCI(14)#PCI(00)#USBROOT(0)#USB(3)#USB(2)", "ACPI(0)#ACPI(1400)#USBROOT(0)#USB(3)#USB(2)",
        ];
        Assert.Equal(paths.Length, paths.Select(LocationPath.PortOf).Distinct().Count());
    }

    [Fact]
    public void Of_several_paths_the_one_by_PCI_counts()
    {
        Assert.Equal("0.1400-3", LocationPath.PortOf(["ACPI(_SB_)#ACPI(XHCI)#USBROOT(0)#USB(3)", "PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)"]));
        Assert.Equal("acpi_sb_-3", LocationPath.PortOf(["PCIROOT(0)#nonsense", "ACPI(_SB_)#USBROOT(0)#USB(3)"]));
        Assert.Null(LocationPath.PortOf([]));
    }

    [Theory]
    [InlineData("a\0bc\0\0", "a|bc")]
    [InlineData("a\0bc\0\0rest\0\0", "a|bc")]
    [InlineData("a\0unended", "a")]
    [InlineData("\0", "")]
    [InlineData("", "")]
    public void Lists_of_texts_end_where_they_say(string multi, string texts) => Assert.Equal(texts, string.Join('|', LocationPath.Texts(multi)));

    [Theory]
    [InlineData(2, Linux.NotFound)]
    [InlineData(5, Linux.AccessDenied)]
    [InlineData(19, Linux.ReadOnly)]
    [InlineData(21, Linux.NoMedium)]
    [InlineData(23, Linux.InputOutput)] // a bad block: the device may still be there
    [InlineData(1117, Linux.InputOutput)]
    [InlineData(1167, Linux.NoDevice)]
    [InlineData(433, Linux.NoDevice)]
    [InlineData(-5, Linux.InputOutput)]
    public void Windows_errors_mean_the_same_as_Linux_ones(int error, int errno) => Assert.Equal(errno, WindowsErrors.ToErrno(error));

    [Fact]
    public void Errors_of_NET_are_read_by_their_kind_or_number()
    {
        Assert.Equal(Linux.NotFound, WindowsErrors.ErrnoOf(new DirectoryNotFoundException()));
        Assert.Equal(Linux.AccessDenied, WindowsErrors.ErrnoOf(new UnauthorizedAccessException()));
        Assert.Equal(Linux.NoDevice, WindowsErrors.ErrnoOf(new IOException("x", unchecked((int)0x8007048f))));
        Assert.Equal(Linux.InputOutput, WindowsErrors.ErrnoOf(new IOException("x")));
    }

    [Fact]
    public void Structures_have_the_lengths_of_Windows_headers()
    {
        // cfgmgr32.h: four numbers and a name of 200 characters; devpropdef.h: a GUID and a number.
        Assert.Equal((416, 20), (Unsafe.SizeOf<InterfaceFilter>(), Unsafe.SizeOf<DevicePropertyKey>()));
    }
}
