namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices;

public sealed class UsbDescriptorsTests
{
    private static readonly UsbDescriptors Disk = UsbDescriptors.Of(
        new UsbIdentity(0x070A, 0x4026, "AmbarellaInc", "A9", ""), new UsbInterface(0x08, 0x06, 0x50, 0x81, 0x02), UsbSpeed.High);

    [Fact]
    public void Descriptors_are_laid_out_as_the_standard_says()
    {
        Assert.Equal("12010002000000400A07264000010102" + "0001", Convert.ToHexString(Disk.Find(0x0100)!));
        Assert.Equal("0902200001010080FA" + "090400000208065000" + "07058102000200" + "07050202000200", Convert.ToHexString(Disk.Find(0x0200)!));
        Assert.Equal("04030904", Convert.ToHexString(Disk.Find(0x0300)!));
        Assert.Equal("060341003900", Convert.ToHexString(Disk.Find(0x0302)!));
        Assert.Null(Disk.Find(0x0303)); // no serial
        Assert.Null(Disk.Find(0x0304));
        Assert.Null(Disk.Find(0x0600));
    }

    [Fact]
    public void Full_speed_packets_are_smaller()
    {
        var full = UsbDescriptors.Of(new UsbIdentity(1, 2, "", "", ""), new UsbInterface(0xFF, 0, 0, 0x81), UsbSpeed.Full);

        Assert.EndsWith("07058102400000", Convert.ToHexString(full.Configuration), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("09")]
    [InlineData("0902200001010080FA00")] // an entry of length 0
    [InlineData("0902200001010080FAFF0400")] // an entry longer than what is there
    [InlineData("0902200001010080FA07058102000200")] // an endpoint without an interface
    public void Malformed_configurations_have_no_interfaces_and_no_end_of_their_own(string configuration) =>
        Assert.Empty((Disk with { Configuration = Convert.FromHexString(configuration) }).Interfaces());
}
