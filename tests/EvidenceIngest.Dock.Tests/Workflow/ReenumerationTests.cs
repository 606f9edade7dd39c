using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;

namespace EvidenceIngest.Dock.Tests.Workflow;

/// <summary>A recorder that is unlocked leaves its port and comes back in it as a disk: no officer has pulled anything.</summary>
public sealed class ReenumerationTests
{
    private const string Bay = "usb:1-2";
    private static readonly TimeSpan LongEnoughToBeSeen = TimeSpan.FromMilliseconds(300);
    private static readonly UsbAttachment Locked = Appearance(5, 0x4255);
    private static readonly UsbAttachment Disk = Appearance(6, 0x070a);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_keeps_its_bay_whether_the_watcher_tells_during_identification_or_after(bool late)
    {
        await using var rig = await DockRig.CreateAsync();
        var identified = 0;
        var told = false;
        rig.Bays.Unlocking = async attachment =>
        {
            identified++;
            if (!late && attachment.IsSameAppearance(Locked))
            {
                TellOfReenumeration(rig);
                await Task.Delay(LongEnoughToBeSeen);
            }

            return Disk;
        };
        rig.Bays.OnStep = step =>
        {
            if (!late || told || step != "list")
                return;
            told = true;
            TellOfReenumeration(rig);
            Thread.Sleep(LongEnoughToBeSeen);
        };
        rig.Bays.Plug(Bay, Samples.Recorder(), Locked);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove, Bay);
        Assert.Equal((1, late), (identified, told));
        Assert.Empty(rig.Warnings);

        rig.Bays.Say(new RecorderLeft(new BayId(Bay)) { Attachment = Disk });
        await rig.BayAsync(BayState.Empty, Bay);
    }

    [Fact]
    public async Task When_it_leaves_while_it_is_unlocked_and_stays_away_its_bay_becomes_empty()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Bays.Unlocking = async _ =>
        {
            rig.Bays.Say(new RecorderLeft(new BayId(Bay)) { Attachment = Locked });
            await Task.Delay(LongEnoughToBeSeen);
            throw new RecorderGoneException("left and did not come back");
        };
        rig.Bays.Plug(Bay, Samples.Recorder(), Locked);
        await rig.StartAsync();
        var bay = await rig.BayAsync(b => b is { State: BayState.Empty, WasOccupied: true }, Bay);
        Assert.Equal(Advice.LeftWhileUnlocking, bay.Reason);

        // The next plugging is a new start.
        rig.Bays.Unlocking = Task.FromResult;
        rig.Bays.Plug(Bay, Samples.Recorder(), Appearance(7, 0x070a));
        await rig.BayAsync(BayState.SafeToRemove, Bay);
    }

    private static void TellOfReenumeration(DockRig rig)
    {
        rig.Bays.Say(new RecorderLeft(new BayId(Bay)) { Attachment = Locked });
        rig.Bays.Say(new RecorderArrived(Disk));
    }

    private static UsbAttachment Appearance(byte address, ushort vendor) =>
        new(new BayId(Bay), vendor, 1, null, null, null, [], null) { Address = address };
}
