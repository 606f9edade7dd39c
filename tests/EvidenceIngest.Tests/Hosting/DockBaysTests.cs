using EvidenceIngest.Dock;
using EvidenceIngest.Hosting;
using Microsoft.Extensions.Configuration;

namespace EvidenceIngest.Tests.Hosting;

public sealed class DockBaysTests
{
    [Fact]
    public void Ports_come_in_the_order_of_the_metal_and_folders_after_them() =>
        Assert.Equal(["usb:1-4.2", "usb:1-4.1", "folder:/cards/a"], Read(("Dock:Bays:0", "usb:1-4.2"), ("Dock:Bays:1", "usb:1-4.1")).Bays);

    [Theory]
    [InlineData("Dock:Bays:0", "1-4.2")]
    [InlineData("Dock:Bays:0", "folder:/cards/a")]
    [InlineData("Dock:Bays:0:Port", "usb:1-4.2")]
    public void What_is_no_port_is_refused_before_a_bay_stays_empty_for_ever(string key, string value) =>
        Assert.Contains("Dock:Bays: ", Assert.Throws<SettingsException>(() => Read((key, value))).Message, StringComparison.Ordinal);

    private static DockOptions Read(params (string Key, string? Value)[] settings) =>
        new Settings(EvidenceHome.FromEnvironment(), new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build()).Dock(null, ["/cards/a"]);
}
