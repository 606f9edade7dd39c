using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders;

/// <summary>Finds out what stands in a bay and opens it: both stages of identification in one call.</summary>
public interface IRecorderIdentification
{
    /// <summary>Null when no profile speaks for the attachment (a keyboard, a hub): the bay stays empty then.</summary>
    /// <exception cref="RecorderRefusedException">Recognised, but not usable; the advice is for the officer.</exception>
    /// <exception cref="RecorderSilentException">It answered no profile's probe.</exception>
    /// <exception cref="RecorderGoneException">It left meanwhile.</exception>
    Task<IdentifiedRecorder?> IdentifyAsync(RecorderAttachment attachment, CancellationToken ct);
}

/// <param name="Driver">Speaks to it.</param>
/// <param name="Recorder">Opened; whoever receives it disposes it. Its profile is the one that matched both stages.</param>
public sealed record IdentifiedRecorder(IRecorderDriver Driver, DockedRecorder Recorder);

/// <summary>
/// Tries the profiles whose first stage fits, highest priority first. Neighbours with the same driver share one opening. A
/// profile with a dialogue speaks for itself: its probe is all that a device hears before it has answered it.
/// </summary>
internal sealed class RecorderIdentification(
    ProfileCatalogue catalogue, IEnumerable<IRecorderDriver> drivers, DeviceDialogues dialogues) : IRecorderIdentification
{
    private readonly Dictionary<string, IRecorderDriver> _drivers = drivers.ToDictionary(d => d.Name, StringComparer.Ordinal);

    public async Task<IdentifiedRecorder?> IdentifyAsync(RecorderAttachment attachment, CancellationToken ct)
    {
        if (attachment is UsbAttachment usb)
            BootRom.Refuse(usb);
        if (attachment is UsbAttachment { SpokenTo: { } spokenTo } && catalogue.Find(spokenTo.Profile) is { } known)
            return await OpenKnownAsync(attachment, known, ct);
        RecorderRefusedException? refusal = null;
        var mismatches = new List<ProbeMismatch>();
        foreach (var (driver, profiles) in Candidates(attachment))
        {
            // What this says is final, unlike a driver's refusal: a generic profile would read whatever such a device happens to show.
            if (profiles[0].Refusal is { } sentence)
                throw new RecorderRefusedException($"{attachment.Bay}: profile {profiles[0].Name} refuses such devices", sentence);
            GreetedDevice? greeted = null;
            try
            {
                if (driver is null)
                    throw NoDriver(attachment, profiles[0]);
                if (profiles[0].Dialogue is not null)
                {
                    (greeted, var mismatch) = await dialogues.GreetAsync((UsbAttachment)attachment, profiles[0], new Transcript(), ct);
                    // A profile that asks every disk for its name has not claimed to know this one.
                    if (mismatch is not null && profiles[0].Match.NamesDevices)
                        mismatches.Add(mismatch);
                }
                else if (await OpenAsync(driver, attachment, profiles, ct) is { } recorder)
                {
                    return new IdentifiedRecorder(driver, recorder);
                }
            }
            catch (RecorderRefusedException e)
            {
                // Not what these profiles thought; a later one may know better. The most specific refusal is the one to tell.
                refusal ??= e;
            }

            // It has answered: nobody else's profile is tried on it, whatever happens now.
            if (greeted is not null)
                return await OpenGreetedAsync(greeted, profiles[0], ct);
        }

        return refusal is not null ? throw refusal
            : mismatches.Count > 0 ? throw Unanswered(attachment, mismatches)
            : null;
    }

    private async Task<IdentifiedRecorder> OpenGreetedAsync(GreetedDevice greeted, HardwareProfile profile, CancellationToken ct)
    {
        UsbAttachment ready;
        await using (greeted)
            ready = await greeted.ShowFilesAsync(ct);
        return await OpenKnownAsync(ready, profile, ct);
    }

    private async Task<IdentifiedRecorder> OpenKnownAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct)
    {
        var driver = _drivers.GetValueOrDefault(profile.Driver) ?? throw NoDriver(attachment, profile);
        return new IdentifiedRecorder(driver, await driver.OpenAsync(attachment, profile, ct));
    }

    /// <summary>A wrong answer is one for good. A device that said nothing may be starting still, or its bus is busy.</summary>
    private static Exception Unanswered(RecorderAttachment attachment, List<ProbeMismatch> mismatches)
    {
        var what = $"{attachment.Bay}: no profile's probe was answered: {string.Join("; ", mismatches.Select(m => m.Reason))}";
        return mismatches.Exists(m => m.IsSilence) ? new RecorderSilentException(what) : new RecorderRefusedException(
            what, "设备没有按任何已知型号应答，采集站未对其进行解锁等操作。请确认设备已开机后重新插入；仍然如此请联系管理员添加该型号的硬件档案。");
    }

    private static async Task<DockedRecorder?> OpenAsync(
        IRecorderDriver driver, RecorderAttachment attachment, List<HardwareProfile> profiles, CancellationToken ct) =>
        driver is IProfileChoosingDriver choosing
            ? await choosing.OpenFirstAsync(attachment, profiles, ct)
            : await driver.OpenAsync(attachment, profiles[0], ct);

    private static RecorderRefusedException NoDriver(RecorderAttachment attachment, HardwareProfile profile) => new(
        $"{attachment.Bay}: driver {profile.Driver} of profile {profile.Name} does not exist on this machine",
        $"本采集站不支持“{profile.Title}”所需的驱动，请联系管理员。");

    /// <summary>Best first; the driver is null when this machine has none of that name, or the profile needs none.</summary>
    private List<(IRecorderDriver? Driver, List<HardwareProfile> Profiles)> Candidates(RecorderAttachment attachment)
    {
        var runs = new List<(IRecorderDriver? Driver, List<HardwareProfile> Profiles)>();
        foreach (var profile in catalogue.Profiles.Where(p => p.Match.Accepts(attachment)))
        {
            var driver = _drivers.GetValueOrDefault(profile.Driver);
            if (driver is IProfileChoosingDriver && profile.Dialogue is null
                && runs.Count > 0 && runs[^1].Driver == driver && runs[^1].Profiles[0].Dialogue is null)
            {
                runs[^1].Profiles.Add(profile);
            }
            else
            {
                runs.Add((driver, [profile]));
            }
        }

        return runs;
    }}
