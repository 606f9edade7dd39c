using System.Runtime.InteropServices;
using EvidenceIngest.Recorders.Listing;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Cards;

/// <summary>
/// Reads a card by folder handles, one path element at a time and without following links, so that nothing on the card can
/// lead outside its root, and a folder that is swapped for a link meanwhile can't either.
/// </summary>
internal sealed class PosixCardFileSystem : ICardFileSystem
{
    public const int MostEntries = 1_000_000;

    private readonly SafeFileHandle _root;
    private readonly int _mostEntries;

    private PosixCardFileSystem(SafeFileHandle root, FolderIdentity identity, int mostEntries)
    {
        _root = root;
        _mostEntries = mostEntries;
        Root = identity;
    }

    public FolderIdentity Root { get; }

    /// <param name="path">Absolute; the operator or the mount code named it, so links in it are followed.</param>
    /// <param name="mostEntries">Lowered by tests.</param>
    public static PosixCardFileSystem Open(string path, int mostEntries = MostEntries)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("card file systems are read on Linux only as yet");
        var root = Libc.Open(PosixFiles.Terminated(path), Libc.OpenFolder | Libc.OpenCloseOnExec, 0);
        if (!root.IsInvalid && PosixFiles.TryStat(root, out var stat))
            return new PosixCardFileSystem(root, FolderIdentity.Of(stat), mostEntries);
        var error = CardIoException.Last("open", path);
        root.Dispose();
        throw error;
    }

    public IReadOnlyList<CardEntry> Walk(CancellationToken ct) => new PosixCardWalk(_mostEntries, ct).From(_root);

    public bool HasFolder(string name)
    {
        using var folder = Libc.OpenAt(_root, PosixFiles.Terminated(name), PosixFiles.FolderFlags, 0);
        return !folder.IsInvalid;
    }

    public SafeFileHandle OpenFile(ReadOnlySpan<byte> rawPath)
    {
        using var folder = OpenFolderOf(rawPath, out var name);
        // Non-blocking, or a pipe that took the file's name would hang the bay.
        var flags = Libc.OpenNoFollow | Libc.OpenCloseOnExec | Libc.OpenNonBlocking;
        var file = Libc.OpenAt(folder, name, flags | Libc.OpenNoAccessTime, 0);
        if (file.IsInvalid && Marshal.GetLastPInvokeError() == Linux.PermissionNeeded)
        {
            // Leaving access times alone is only allowed to the file's owner.
            file.Dispose();
            file = Libc.OpenAt(folder, name, flags, 0);
        }

        var error = file.IsInvalid || !PosixFiles.TryStat(file, out var stat) ? CardIoException.Last("open", TextOf(rawPath))
            : !stat.IsFile ? new CardIoException("open as a file", TextOf(rawPath), Linux.Invalid)
            : null;
        if (error is null)
            return file;
        file.Dispose();
        throw error;
    }

    public FileIdentity? Identify(ReadOnlySpan<byte> rawPath)
    {
        try
        {
            return Look(rawPath) is { IsFile: true } stat ? PosixFiles.IdentityOf(stat) : null;
        }
        catch (CardIoException e) when (e.Errno is Linux.NotAFolder or Linux.TooManyLinks)
        {
            return null;
        }
    }

    public bool IsAbsent(ReadOnlySpan<byte> rawPath)
    {
        try
        {
            return Look(rawPath) is null;
        }
        catch (CardIoException e) when (e.Errno is Linux.NotAFolder or Linux.TooManyLinks)
        {
            // Something stands where a folder was: who knows where the file is now.
            return false;
        }
    }

    public FileIdentity Identify(SafeFileHandle file) =>
        PosixFiles.TryStat(file, out var stat) ? PosixFiles.IdentityOf(stat) : throw CardIoException.Last("stat", "open file");

    public bool DeleteIfUnchanged(ReadOnlySpan<byte> rawPath, FileIdentity expected)
    {
        using var folder = OpenFolderOf(rawPath, out var name);
        // No call unlinks "this inode": a look right before is as near as the kernel lets us come.
        if (!PosixFiles.TryStat(folder, name, out var stat) || !stat.IsFile || PosixFiles.IdentityOf(stat) != expected)
            return false;
        return Libc.UnlinkAt(folder, name, 0) == 0 ? true : throw CardIoException.Last("delete", TextOf(rawPath));
    }

    public void SyncFolderOf(ReadOnlySpan<byte> rawPath)
    {
        using var folder = OpenFolderOf(rawPath, out _);
        if (Libc.Sync(folder) != 0)
            throw CardIoException.Last("sync the folder of", TextOf(rawPath));
    }

    public void Sync()
    {
        if (Libc.SyncFileSystem(_root) != 0)
            throw CardIoException.Last("sync", "/");
    }

    public void Dispose() => _root.Dispose();

    /// <summary>Null when nothing has this name, or a folder above it is gone.</summary>
    private LinuxStat? Look(ReadOnlySpan<byte> rawPath)
    {
        try
        {
            using var folder = OpenFolderOf(rawPath, out var name);
            return PosixFiles.TryStat(folder, name, out var stat) ? stat : throw CardIoException.Last("stat", TextOf(rawPath));
        }
        catch (CardIoException e) when (e.Errno == Linux.NotFound)
        {
            return null;
        }
    }

    private SafeFileHandle OpenFolderOf(ReadOnlySpan<byte> rawPath, out byte[] name)
    {
        var folder = OpenFolder(_root, PosixFiles.Terminated("."), rawPath);
        try
        {
            var rest = rawPath;
            for (var slash = rest.IndexOf((byte)'/'); slash >= 0; slash = rest.IndexOf((byte)'/'))
            {
                var next = OpenFolder(folder, Element(rest[..slash], rawPath), rawPath);
                folder.Dispose();
                folder = next;
                rest = rest[(slash + 1)..];
            }

            name = Element(rest, rawPath);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static SafeFileHandle OpenFolder(SafeFileHandle above, byte[] name, ReadOnlySpan<byte> rawPath)
    {
        var folder = Libc.OpenAt(above, name, PosixFiles.FolderFlags, 0);
        if (!folder.IsInvalid)
            return folder;
        var error = CardIoException.Last("open the folder of", TextOf(rawPath));
        folder.Dispose();
        throw error;
    }

    /// <summary>Our own walk never yields these names; a path from elsewhere must not climb out by them.</summary>
    private static byte[] Element(ReadOnlySpan<byte> element, ReadOnlySpan<byte> rawPath) =>
        element.IsEmpty || element.SequenceEqual("."u8) || element.SequenceEqual(".."u8) || element.Contains((byte)0)
            ? throw new CardIoException("open", TextOf(rawPath), Linux.Invalid)
            : PosixFiles.Terminated(element);

    private static string TextOf(ReadOnlySpan<byte> rawPath) => RecorderPathText.FromRaw(rawPath);
}
