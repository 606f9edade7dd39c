using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders;

/// <summary>For whoever writes a profile: what stands in a port, which profiles fit it and why not, and what they would say.</summary>
public interface IRecorderTrial
{
    /// <param name="port">As bays are named, with or without <c>usb:</c>, e.g. 1-2.3.</param>
    /// <param name="send">False: nothing is sent to the device. True: what the dock would say, unlocking included.</param>
    /// <param name="ct">Ends the trial.</param>
    /// <returns>Null when the port is empty.</returns>
    Task<TrialReport?> TryAsync(string port, bool send, CancellationToken ct);
}

/// <param name="Device">What the descriptors say.</param>
/// <param name="Profiles">Every profile for USB, highest priority first.</param>
public sealed record TrialReport(UsbAttachment Device, IReadOnlyList<ProfileTrial> Profiles);

/// <param name="Profile">Name.</param>
/// <param name="Title">Chinese.</param>
/// <param name="Conditions">First stage.</param>
/// <param name="WouldSend">The dialogue, passwords as •••; empty when the first stage fails or nothing needs to be said.</param>
/// <param name="Said">What was said and answered; empty when nothing was sent.</param>
/// <param name="Outcome">How talking ended; null when nothing was sent.</param>
/// <param name="Facts">What the device said about itself once it showed its files.</param>
public sealed record ProfileTrial(
    string Profile,
    string Title,
    IReadOnlyList<MatchCondition> Conditions,
    IReadOnlyList<string> WouldSend,
    IReadOnlyList<TranscriptLine> Said,
    string? Outcome,
    SpokenTo? Facts)
{
    public bool FirstStageHolds => Conditions.All(c => c.Holds);
}

internal sealed class RecorderTrial(ProfileCatalogue catalogue, IUsbPorts ports, DeviceDialogues dialogues, DialogueMeans means) : IRecorderTrial
{
    public async Task<TrialReport?> TryAsync(string port, bool send, CancellationToken ct)
    {
        var bay = new BayId(port.StartsWith("usb:", StringComparison.Ordinal) ? port : "usb:" + port);
        if (ports.At(bay) is not { } device)
            return null;
        var trials = new List<ProfileTrial>();
        foreach (var profile in catalogue.Profiles.Where(p => p.Match.Attachment == "usb"))
        {
            var trial = Look(profile, device);
            if (send && trial.FirstStageHolds && profile.Dialogue is not null)
            {
                (trial, var answered) = await SpeakAsync(trial, profile, device, ct);
                // As in a bay: once a profile's probe was answered, no other speaks to the device.
                send = !answered;
            }

            trials.Add(trial);
        }

        return new TrialReport(device, trials);
    }

    private ProfileTrial Look(HardwareProfile profile, UsbAttachment device)
    {
        var conditions = MatchCondition.Of(profile.Match, device);
        var values = new TemplateValues(profile, means.Secrets, means.AgencyZone, means.Time, new Transcript());
        return new ProfileTrial(
            profile.Name, profile.Title, conditions,
            profile.Dialogue is { } dialogue && conditions.All(c => c.Holds) ? DialoguePreview.Of(dialogue, values) : [], [], null, null);
    }

    private async Task<(ProfileTrial Trial, bool Answered)> SpeakAsync(ProfileTrial trial, HardwareProfile profile, UsbAttachment device, CancellationToken ct)
    {
        var transcript = new Transcript();
        var answered = false;
        try
        {
            var (greeted, mismatch) = await dialogues.GreetAsync(device, profile, transcript, ct);
            if (greeted is null)
                return (trial with { Said = transcript.Lines, Outcome = mismatch?.Reason }, false);
            answered = true;
            await using (greeted)
            {
                var ready = await greeted.ShowFilesAsync(ct);
                return (
                    trial with { Said = transcript.Lines, Outcome = $"{ready.VendorId:x4}:{ready.ProductId:x4} shows its files", Facts = ready.SpokenTo },
                    true);
            }
        }
        catch (Exception e) when (e is DeviceTalkException or RecorderRefusedException or RecorderGoneException)
        {
            return (trial with { Said = transcript.Lines, Outcome = e.Message }, answered);
        }
    }
}
