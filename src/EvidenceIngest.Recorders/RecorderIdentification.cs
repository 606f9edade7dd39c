using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;

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
