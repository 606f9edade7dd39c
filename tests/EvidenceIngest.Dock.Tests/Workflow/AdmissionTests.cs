using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Recorders.Discovery;

namespace EvidenceIngest.Dock.Tests.Workflow;

public sealed class AdmissionTests
{
    [Fact]
    public async Task A_recorder_that_the_site_refuses_is_left_untouched_and_the_officer_hears_why()
    {
        await using var rig = await DockRig.CreateAsync();
        await EnrolAsync(rig);
        rig.Server.Admission = id => new RecorderAdmission(id != "recorder-1", "该记录仪尚未登记。");
        var recorder = Samples.Recorder();
        rig.Bays.Plug("usb:1-1", recorder, Usb());

        var bay = await rig.BayAsync(BayState.Refused, "usb:1-1");

        Assert.Equal("该记录仪尚未登记。", bay.Reason);
        Assert.Equal(0, recorder.BytesRead);
        Assert.Empty(rig.Journals);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("busy")]
    [InlineData("down")]
    [InlineData("older")]
    public async Task Without_a_clear_no_the_footage_is_brought_into_safety(string server)
    {
        await using var rig = await DockRig.CreateAsync();
        await EnrolAsync(rig);
        switch (server)
        {
            case "silent": rig.Server.OnRequest = http => http.Request.Path.Value!.EndsWith("admission", StringComparison.Ordinal) ? Task.Delay(Timeout.Infinite, http.RequestAborted) : Task.CompletedTask; break;
            case "busy": rig.Server.Busy = true; break;
            case "down": rig.Server.Down = true; break;
        }

        var recorder = Samples.Recorder();
        rig.Bays.Plug("usb:1-1", recorder, Usb());
        await rig.BayAsync(b => b.State >= BayState.Delivering && b.State <= BayState.SafeToRemove, "usb:1-1");
        Assert.Equal(recorder.Files.Values.Sum(f => f.Content.LongLength), recorder.BytesRead);
    }

    private static async Task EnrolAsync(DockRig rig)
    {
        await rig.StartAsync();
        await DockRig.UntilAsync(() => File.Exists(rig.Options.CredentialsFile), () => "never enrolled");
    }

    private static UsbAttachment Usb() => new(new BayId("usb:1-1"), 0x1234, 0xabcd, "Acme", "Recorder", "0042", [], null);
}
