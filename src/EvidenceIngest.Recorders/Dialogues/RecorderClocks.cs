using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>Sets recorders' clocks.</summary>
public interface IRecorderClocks
{
    /// <summary>
    /// Sets the clock to the trusted time where the profile says how, and reads it back where it can. To be called when
    /// nothing of the recorder is open any more; its offset was measured and kept before. May be repeated.
    /// </summary>
    /// <exception cref="RecorderGoneException">It left its port.</exception>
    Task<ClockSetting> SetAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct);
}

/// <param name="Done">The device took it.</param>
/// <param name="Note">English: how, or why not.</param>
/// <param name="After">Read back; null where the device doesn't tell its clock.</param>
public sealed record ClockSetting(bool Done, string Note, ClockReading? After);

internal sealed class RecorderClocks(DeviceDialogues dialogues) : IRecorderClocks
{
    public async Task<ClockSetting> SetAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct)
    {
        if (profile.Dialogue?.Clock is not { Set.Count: > 0 } clock)
            return new ClockSetting(false, $"profile {profile.Name} does not say how to set the clock", null);
        // In disk mode it is another device, and what it would make of the same bytes nobody knows.
        if (attachment is not UsbAttachment usb || !profile.Match.Accepts(usb))
            return new ClockSetting(false, "as it stands in its port now, the device is not the one that the profile speaks to", null);
        try
        {
            var (device, mismatch) = await dialogues.GreetAsync(usb, profile, new Transcript(), ct);
            if (device is null)
                return new ClockSetting(false, mismatch!.Reason, null);
            await using (device)
            {
                await device.SetClockAsync(clock.Set, ct);
                var after = clock.Read.Count > 0 ? await dialogues.ReadClockAsync(device.Conversation, clock, ct) : null;
                return new ClockSetting(true, $"set by profile {profile.Name}", after);
            }
        }
        catch (Exception e) when (e is DeviceTalkException or RecorderRefusedException)
        {
            return new ClockSetting(false, e.Message, null);
        }
    }
}
