namespace EvidenceIngest.Dock.Disk;

/// <summary>
/// The dock's own disk failed or is full; the recorder is not to blame. Worth a retry when there is room again, and after a
/// person has looked at the disk.
/// </summary>
internal sealed class StagingDiskException : IOException
{
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public StagingDiskException(string doing, Exception cause)
        : base($"{doing}: {cause.Message}", cause) => HResult = cause.HResult;

    public bool IsFull => HResult is NoSpace or OverQuota or WindowsDiskFull;
}
