using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Dock.Offload;

/// <summary>One file to copy: from where, into which place of which offload.</summary>
/// <param name="Marks">What an earlier attempt noted; empty for a new file.</param>
/// <param name="DigestFile">Where the recorder noted the file's MD5, if it did.</param>
internal sealed record CopyOrder(
    IRecorderDriver Driver,
    DockedRecorder Recorder,
    RecorderFile File,
    OffloadJournal Offload,
    int Number,
    IReadOnlyList<ChunkMark> Marks,
    ICopyWatch Watch,
    RecorderFile? DigestFile = null)
{
    private const long SmallFileBytes = 1 << 20;

    public string StagedPath => Offload.StagedPath(Number);

    public bool IsSmall => File.Bytes <= SmallFileBytes;

    /// <summary>
    /// Runs blocking I/O: on a thread of its own, so that the thread pool stays free for the network, or right here when
    /// the file is so small that a thread would cost more.
    /// </summary>
    public Task<T> BlockingAsync<T>(Func<T> work) => IsSmall ? Task.FromResult(work()) : OnOwnThreadAsync(work);

    public static Task<T> OnOwnThreadAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}

/// <summary>A file whose bytes were written and hashed, but are not yet synced and confirmed.</summary>
internal sealed record CopiedFile(
    CopyOrder Order,
    SafeFileHandle Handle,
    long Bytes,
    ContentDigest Digest,
    DateTimeOffset? ModifiedAt,
    IReadOnlyList<Finding> Findings) : IDisposable
{
    public void Dispose() => Handle.Dispose();
}
