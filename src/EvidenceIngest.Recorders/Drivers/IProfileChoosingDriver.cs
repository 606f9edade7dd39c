using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>A driver that opens a device once and then sees which of several profiles it is: a card isn't mounted for each guess.</summary>
internal interface IProfileChoosingDriver : IRecorderDriver
{
    /// <param name="attachment">What stands in the bay.</param>
    /// <param name="candidates">Profiles of this driver that passed the first stage, best first; at least one.</param>
    /// <param name="ct">Ends the waiting for the device.</param>
    /// <returns>Opened with the first profile that the second stage confirms; null when it is none of them.</returns>
    Task<DockedRecorder?> OpenFirstAsync(
        RecorderAttachment attachment, IReadOnlyList<HardwareProfile> candidates, CancellationToken ct);
}
