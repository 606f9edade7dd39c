using System.Runtime.InteropServices;
using EvidenceIngest.Dock.Journal;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Dock.Disk;

/// <summary>
/// Opens a file so that reading it asks the device, not the memory that just wrote it. Best first: the pages are dropped by
/// posix_fadvise, mincore shows that none is left, and the kernel reads ahead from the device while we hash; else O_DIRECT,
/// which passes the cache but waits for every read; else (tmpfs, other systems) the file is read as it comes and the
/// journal says <see cref="RereadKind.Resident"/>.
/// </summary>
internal static partial class UncachedFile
{
    private const int CloseOnExec = 0x80000;
    private const int DontNeed = 4;
    private const int ReadProtection = 1;
    private const int SharedMapping = 1;

    /// <summary>O_DIRECT has another number on ARM than on x86.</summary>
    private static readonly int Direct =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;

    /// <summary>The file must have been fsynced: dirty pages can't be dropped.</summary>
    public static (SafeFileHandle Handle, RereadKind Kind) Open(string path)
    {
        var handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        if (!OperatingSystem.IsLinux())
            return (handle, RereadKind.Resident);
        if (Evict(handle))
            return (handle, RereadKind.Evicted);
        var direct = new SafeFileHandle(open(path, Direct | CloseOnExec), ownsHandle: true);
        if (direct.IsInvalid)
        {
            direct.Dispose();
            return (handle, RereadKind.Resident);
        }

        handle.Dispose();
        return (direct, RereadKind.Direct);
    }

    /// <summary>Drops a file's pages from memory; true when mincore finds none left.</summary>
    public static bool Evict(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        _ = posix_fadvise(handle, 0, 0, DontNeed);
        return ResidentPages(handle) == 0;
    }

    /// <summary>
    /// Asks the kernel to begin writing dirty pages now: the disk works while the copy goes on, and the fsync at its end
    /// has little left to wait for. A hint; proves nothing.
    /// </summary>
    public static void StartWriting(SafeFileHandle handle, long from = 0, long length = 0)
    {
        const uint write = 2; // SYNC_FILE_RANGE_WRITE
        if (OperatingSystem.IsLinux())
            _ = sync_file_range(handle, from, length, write);
    }

    /// <summary>How many of a file's pages are in memory, or null when the kernel doesn't say.</summary>
    public static long? ResidentPages(SafeFileHandle handle)
    {
        var length = RandomAccess.GetLength(handle);
        if (length == 0)
            return 0;
        var map = mmap(0, (nuint)length, ReadProtection, SharedMapping, handle, 0);
        if (map == -1)
            return null;
        try
        {
            var pages = new byte[(length + Environment.SystemPageSize - 1) / Environment.SystemPageSize];
            return mincore(map, (nuint)length, pages) == 0 ? pages.LongCount(p => (p & 1) != 0) : null;
        }
        finally
        {
            _ = munmap(map, (nuint)length);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint open(string path, int flags);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sync_file_range(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int munmap(nint address, nuint length);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mincore(nint address, nuint length, [Out] byte[] pages);
}
