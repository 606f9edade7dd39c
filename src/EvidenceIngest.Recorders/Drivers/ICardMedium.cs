using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Where card media come from: folders, or the disks of a USB device.</summary>
internal interface ICardSource
{
    /// <summary>The name that profiles use in <c>driver:</c>.</summary>
    string DriverName { get; }

    /// <summary>Makes the attachment's files readable; writes nothing to it.</summary>
    /// <param name="attachment">Of the kind that this source serves.</param>
    /// <param name="profile">The first candidate; it may say how long the device takes to become ready.</param>
    /// <param name="ct">Ends the waiting for the device.</param>
    /// <exception cref="RecorderRefusedException">Nothing in it can be read, for good.</exception>
    /// <exception cref="RecorderGoneException">It left meanwhile.</exception>
    Task<ICardMedium> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct);
}

/// <summary>An opened medium. Disposing unmounts and closes it.</summary>
internal interface ICardMedium : IAsyncDisposable
{
    /// <summary>Readable now; another object after <see cref="WriteAsync{T}"/>.</summary>
    CardVolumes Volumes { get; }

    /// <summary>Things about the whole medium that belong into its listing, e.g. a volume nobody can read.</summary>
    IReadOnlyList<Domain.Evidence.Finding> Findings { get; }

    /// <summary>Whether the very device or folder that was opened is still there; cheap, no I/O to the device.</summary>
    bool IsPresent();

    /// <summary>
    /// How long after an I/O error the absence of a device may take to show: the kernel fails reads before it removes the
    /// device's folder from /sys.
    /// </summary>
    TimeSpan AbsenceShowsWithin { get; }

    /// <summary>Runs work while <see cref="Volumes"/> can be written to, and ends with everything written and read-only again.</summary>
    Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct);
}
