using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Dock.Disk;

/// <summary>Makes names survive a power loss: a file's fsync does not cover its entry in the folder.</summary>
internal static partial class DurableFolder
{
    private const int ReadOnlyDirectory = 0x80000; // O_RDONLY | O_CLOEXEC; a plain open of a folder is enough for fsync

    /// <exception cref="IOException">The folder could not be synced: what was just created in it may be lost.</exception>
    public static void Sync(string folder)
    {
        // NTFS journals names itself, and Windows has no fsync for folders.
        if (OperatingSystem.IsWindows())
            return;
        using var handle = new SafeFileHandle(open(folder, ReadOnlyDirectory), ownsHandle: true);
        if (handle.IsInvalid || fsync(handle) != 0)
            throw new IOException($"fsync of folder {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Replaces a small file as a whole: after a power loss either the old or the new content stands there.</summary>
    public static void WriteWhole(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var draft = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using (var file = new FileStream(draft, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        Sync(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(SafeFileHandle file);
}
