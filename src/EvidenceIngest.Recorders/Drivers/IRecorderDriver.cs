using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>
/// Speaks to one kind of recorder. Nothing is written to a recorder before <see cref="ClearAsync"/>. Every method may be
/// repeated. When the recorder goes away, methods throw <see cref="RecorderGoneException"/>, which is worth a retry when it
/// returns; <see cref="RecorderRefusedException"/> is permanent. The contract suite is <c>RecorderDriverContract</c>.
/// </summary>
public interface IRecorderDriver
{
    /// <summary>The name that profiles use in <c>driver:</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Second stage of identification for what shows its files: opens the recorder for reading. Whatever a profile's dialogue
    /// had to say was said before; the attachment holds what the device answered.
    /// </summary>
    /// <exception cref="RecorderRefusedException">It is not what the profile thought, or can't be read by design.</exception>
    /// <exception cref="RecorderGoneException">It left meanwhile.</exception>
    Task<DockedRecorder> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct);

    /// <summary>Recorder clock minus trusted time, where this recorder lets its clock be read; otherwise the reason.</summary>
    Task<ClockReading> ReadClockAsync(DockedRecorder recorder, CancellationToken ct);

    /// <summary>Everything on the recorder but what the profile ignores, each file classified by the profile's names.</summary>
    Task<RecorderListing> ListAsync(DockedRecorder recorder, CancellationToken ct);

    /// <summary>
    /// Opens a file for sequential reading; seekable. The stream throws <see cref="RecorderGoneException"/> when the cable is
    /// pulled and <see cref="IOException"/> for unreadable blocks.
    /// </summary>
    Task<Stream> OpenReadAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct);

    /// <summary>Length and modification time as they are now, or null when the file is gone.</summary>
    Task<FileStamp?> StampAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct);

    /// <summary>
    /// Deletes the given files as far as the receipt proves each of them sealed: the file on the recorder is read once more
    /// and deleted only if its content still has the receipt's digest. Never formats, never touches anything else.
    /// </summary>
    /// <exception cref="RecorderRefusedException">The profile does not allow clearing.</exception>
    /// <exception cref="RecorderGoneException">It left meanwhile; what was deleted is deleted, the rest is untouched.</exception>
    Task<ClearedMedia> ClearAsync(
        DockedRecorder recorder, IReadOnlyList<RecorderFile> files, VaultReceipt receipt, CancellationToken ct);
}

/// <summary>A recorder that a driver has opened. Disposing releases it: unmounts, closes, ejects.</summary>
/// <param name="attachment">Where it stands.</param>
/// <param name="profile">The profile that both stages matched.</param>
public abstract class DockedRecorder(RecorderAttachment attachment, HardwareProfile profile) : IAsyncDisposable
{
    public RecorderAttachment Attachment { get; } = attachment;

    public HardwareProfile Profile { get; } = profile;

    /// <summary>Model as the device or the profile names it.</summary>
    public abstract string? Model { get; }

    /// <summary>The device's own serial number where it has a trustworthy one.</summary>
    public abstract string? Serial { get; }

    /// <summary>Cancelled when the recorder left the bay.</summary>
    public abstract CancellationToken Gone { get; }

    /// <summary>Every driver's first step before it deletes anything.</summary>
    /// <exception cref="RecorderRefusedException">The profile does not allow clearing.</exception>
    internal void DemandClearable()
    {
        if (!Profile.ClearAllowed)
        {
            throw new RecorderRefusedException(
                $"{Attachment.Bay}: profile {Profile.Name} does not allow clearing", "该型号不允许由采集站清除，请按规定人工处理。");
        }
    }

    public abstract ValueTask DisposeAsync();
}

/// <summary>Length in bytes and modification time (UTC, null when the file system has none).</summary>
public readonly record struct FileStamp(long Bytes, DateTimeOffset? ModifiedAt);

/// <param name="Deleted">Gone from the recorder.</param>
/// <param name="Kept">Still there, each with the reason in English.</param>
public sealed record ClearedMedia(IReadOnlyList<RecorderFile> Deleted, IReadOnlyList<KeptFile> Kept);

/// <param name="File">The file.</param>
/// <param name="Reason">Why it was not deleted.</param>
public sealed record KeptFile(RecorderFile File, string Reason);

/// <summary>The recorder left its bay, or its folder vanished. Worth a retry when it returns.</summary>
public sealed class RecorderGoneException(string message, Exception? cause = null) : IOException(message, cause);

/// <summary>The recorder doesn't answer what its profile asks. Worth a retry while it stands in its bay.</summary>
public sealed class RecorderSilentException(string message) : IOException(message);

/// <summary>The recorder can't be used, permanently, for the reason given.</summary>
/// <param name="message">English, for the log.</param>
/// <param name="advice">Chinese, for the officer at the bay: what it is and what to do.</param>
public sealed class RecorderRefusedException(string message, string advice) : Exception(message)
{
    public string Advice { get; } = advice;
}
