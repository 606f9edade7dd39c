using EvidenceIngest.Recorders.Dialogues.Usb;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles.Dialogue;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

/// <summary>With whatever USB this machine has or lacks; transfers to devices are the rig's.</summary>
public sealed class UsbBusTests
{
    [Fact]
    public void A_device_that_is_not_there_is_gone_and_the_session_ends()
    {
        using var bus = new UsbBus();
        Assert.Null(bus.At(new Recorders.Discovery.BayId("usb:99-1")));
        Assert.Throws<RecorderGoneException>(() => UsbLink.Open(bus, DialogueBench.Vendor(), new UsbChannel(0, 1, 0x81), NullLogger.Instance));
    }
}
