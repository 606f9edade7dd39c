using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders;

/// <summary>Finds out what stands in a bay and opens it: both stages of identification in one call.</summary>
public interface IRecorderIdentification
{
    /// <summary>Null when no profile speaks for the attachment (a keyboard, a hub): the bay stays empty then.</summary>
    /// <exception cref="RecorderRefusedException">Recognised, but not usable; the advice is for the officer.</exception>
    /// <exception cref="RecorderGoneException">It left meanwhile.</exception>
    Task<IdentifiedRecorder?> IdentifyAsync(RecorderAttachment attachment, CancellationToken ct);
}

/// <param name="Driver">Speaks to it.</param>
/// <param name="Recorder">Opened; whoever receives it disposes it. Its profile is the one that matched both stages.</param>
public sealed record IdentifiedRecorder(IRecorderDriver Driver, DockedRecorder Recorder);

/// <summary>
/// Tries the profiles whose first stage fits, highest priority first. Neighbours with the same driver share one opening.
/// </summary>
internal sealed class RecorderIdentification(ProfileCatalogue catalogue, IEnumerable<IRecorderDriver> drivers) : IRecorderIdentification
{
    private readonly Dictionary<string, IRecorderDriver> _drivers = drivers.ToDictionary(d => d.Name, StringComparer.Ordinal);

    public async Task<IdentifiedRecorder?> IdentifyAsync(RecorderAttachment attachment, CancellationToken ct)
    {
        if (attachment is UsbAttachment usb)
            BootRom.Refuse(usb);
        RecorderRefusedException? refusal = null;
        foreach (var (driver, profiles) in Candidates(attachment))
        {
            // What this says is final, unlike a driver's refusal: a generic profile would read whatever such a device happens to show.
            if (profiles[0].Refusal is { } sentence)
                throw new RecorderRefusedException($"{attachment.Bay}: profile {profiles[0].Name} refuses such devices", sentence);
            try
            {
                if (driver is null)
                    throw NoDriver(attachment, profiles[0]);
                if (await OpenAsync(driver, attachment, profiles, ct) is { } recorder)
                    return new IdentifiedRecorder(driver, recorder);
            }
            catch (RecorderRefusedException e)
            {
                // Not what these profiles thought; a later one may know better. The most specific refusal is the one to tell.
                refusal ??= e;
            }
        }

        return refusal is null ? null : throw refusal;
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
        foreach (var profile in catalogue.Profiles.Where(p => p.Match.Accepts(attachment) && CanBeSpokenTo(p)))
        {
            var driver = _drivers.GetValueOrDefault(profile.Driver);
            if (driver is IProfileChoosingDriver && runs.Count > 0 && runs[^1].Driver == driver)
                runs[^1].Profiles.Add(profile);
            else
                runs.Add((driver, [profile]));
        }

        return runs;
    }

    /// <summary>
    /// A profile with a dialogue is told from others by its probe alone; until something speaks it, it must not claim a disk
    /// that another profile knows.
    /// </summary>
    private static bool CanBeSpokenTo(HardwareProfile profile) => profile.DialogueOutline.Count == 0;
}
