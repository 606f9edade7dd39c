using System.Buffers;
using System.IO.Enumeration;
using System.Text;
using EvidenceIngest.Recorders.Listing;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Cards;

/// <summary>
/// A card by .NET's own file calls, for Windows, which has no handles of folders and no read-only mount: it offers no way to
/// write, so nothing is deleted there. Names are UTF-16 and become UTF-8; one that can't is unreadable, and said so.
/// </summary>
/// <param name="root">Such as \\?\Volume{…}\, with its separator.</param>
/// <param name="mostEntries">Lowered by tests.</param>
internal sealed class ReadOnlyCardFileSystem(string root, int mostEntries = PosixCardFileSystem.MostEntries) : ICardFileSystem
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Separators, wildcards, and what would lead into a stream or to a device.</summary>
    private static readonly SearchValues<char> NeverInNames = SearchValues.Create("\\:*?\"<>|\0");

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false, ReturnSpecialDirectories = false,
    };

    public FolderIdentity Root => default; // folders are told apart by bays, volumes by their disks

    public IReadOnlyList<CardEntry> Walk(CancellationToken ct)
    {
        var found = new List<CardEntry>();
        WalkFolder("", 0, found, ct);
        return found;
    }

    public bool HasFolder(string name) => Try(name, () => new DirectoryInfo(root + name) is { Exists: true, LinkTarget: null });

    public SafeFileHandle OpenFile(ReadOnlySpan<byte> rawPath)
    {
        var path = Checked(rawPath);
        return Try(path, () =>
        {
            if (HasLink(path))
                throw new CardIoException("open as a file", path, Linux.TooManyLinks);
            return File.OpenHandle(root + path, FileMode.Open, FileAccess.Read, FileShare.Read);
        });
    }

    public FileIdentity? Identify(ReadOnlySpan<byte> rawPath)
    {
        var path = Checked(rawPath);
        return Try(path, () => !HasLink(path) && new FileInfo(root + path) is { Exists: true } file
            ? IdentityOf(file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc)
            : (FileIdentity?)null);
    }

    public bool IsAbsent(ReadOnlySpan<byte> rawPath)
    {
        var path = Checked(rawPath);
        return Try(path, () => !Path.Exists(root + path));
    }

    public FileIdentity Identify(SafeFileHandle file) => Try(
        "open file", () => IdentityOf(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file), File.GetCreationTimeUtc(file)));

    public bool DeleteIfUnchanged(ReadOnlySpan<byte> rawPath, FileIdentity expected) =>
        throw new CardIoException("delete", RecorderPathText.FromRaw(rawPath), Linux.ReadOnly);

    public void SyncFolderOf(ReadOnlySpan<byte> rawPath)
    {
        // Nothing was written.
    }

    public void Sync()
    {
        // Nothing was written.
    }

    public void Dispose()
    {
        // No handle is kept, so that the volume can be ejected at any time.
    }

    private static FileIdentity IdentityOf(long bytes, DateTime modified, DateTime created) => new(
        default, bytes, new DateTimeOffset(modified), modified.Ticks * 100, created.Ticks * 100);

    private static T Try<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is not CardIoException && e is IOException or UnauthorizedAccessException)
        {
            throw new CardIoException("read", path, WindowsErrors.ErrnoOf(e));
        }
    }

    /// <summary>Our own walk never yields such names; a path from elsewhere must not climb out by them, nor mean a stream or a device.</summary>
    private static string Checked(ReadOnlySpan<byte> rawPath)
    {
        string path;
        try
        {
            path = Utf8.GetString(rawPath);
        }
        catch (DecoderFallbackException)
        {
            throw new CardIoException("open", RecorderPathText.FromRaw(rawPath), Linux.Invalid);
        }

        return path.Split('/').All(e => e is not ("" or "." or "..") && !e.AsSpan().ContainsAny(NeverInNames))
            ? path
            : throw new CardIoException("open", path, Linux.Invalid);
    }

    /// <summary>Whether the path leads through a link (a junction on NTFS); FAT and exFAT have none.</summary>
    private bool HasLink(string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); ; end = path.IndexOf('/', end + 1))
        {
            var part = root + (end < 0 ? path : path[..end]);
            if (Path.Exists(part) && (File.GetAttributes(part) & FileAttributes.ReparsePoint) != 0)
                return true;
            if (end < 0)
                return false;
        }
    }

    private void WalkFolder(string folder, int depth, List<CardEntry> found, CancellationToken ct)
    {
        if (depth > PosixCardWalk.DeepestFolder)
            throw new CardTooLargeException($"folders are nested deeper than {PosixCardWalk.DeepestFolder}: '{folder}'");
        List<(string Name, FileAttributes Attributes, long Bytes, DateTimeOffset Modified)> entries = [];
        try
        {
            foreach (var entry in new FileSystemEnumerable<(string, FileAttributes, long, DateTimeOffset)>(
                root + folder, (ref FileSystemEntry e) => (e.FileName.ToString(), e.Attributes, e.IsDirectory ? 0 : e.Length, e.LastWriteTimeUtc), Everything))
            {
                ct.ThrowIfCancellationRequested();
                entries.Add(entry);
                if (found.Count + entries.Count > mostEntries)
                    throw new CardTooLargeException($"more than {mostEntries} names; stopped in '{folder}'");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What it gave before it broke off is kept; nothing is lost silently.
            var error = new CardIoException("list", folder, WindowsErrors.ErrnoOf(e));
            if (depth == 0 || Linux.MeansGone(error.Errno))
                throw error;
            found.Add(new CardEntry(Utf8.GetBytes(folder), CardEntryKind.Unreadable, 0, null, error.Message));
        }

        foreach (var (name, attributes, bytes, modified) in entries)
            Add(folder.Length == 0 ? name : $"{folder}/{name}", attributes, bytes, modified, depth, found, ct);
    }

    private void Add(string path, FileAttributes attributes, long bytes, DateTimeOffset modified, int depth, List<CardEntry> found, CancellationToken ct)
    {
        if (path.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0 && !IsWhole(path))
            found.Add(new CardEntry(Encoding.UTF8.GetBytes(path), CardEntryKind.Unreadable, 0, null, "its name is no Unicode"));
        else if ((attributes & FileAttributes.ReparsePoint) != 0)
            found.Add(new CardEntry(Utf8.GetBytes(path), CardEntryKind.SymbolicLink, 0, modified));
        else if ((attributes & FileAttributes.Directory) != 0)
            WalkFolder(path, depth + 1, found, ct);
        else
            found.Add(new CardEntry(Utf8.GetBytes(path), (attributes & FileAttributes.Device) != 0 ? CardEntryKind.Special : CardEntryKind.File, bytes, modified));
    }

    private static bool IsWhole(string text)
    {
        try
        {
            return Utf8.GetByteCount(text) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
