using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Cards;

/// <summary>
/// One file system of a recorder, with names as raw bytes. Stands at the operating system's edge: this is the POSIX one; Windows
/// gets its own. Paths are relative to the root, '/' between folders, and never leave it. Errors are <see cref="CardIoException"/>.
/// </summary>
internal interface ICardFileSystem : IDisposable
{
    /// <summary>Everything below the root that isn't a folder, and folders that couldn't be read, in no certain order.</summary>
    /// <exception cref="CardTooLargeException">More or deeper than any recorder makes.</exception>
    IReadOnlyList<CardEntry> Walk(CancellationToken ct);

    /// <summary>Which folder was opened.</summary>
    FolderIdentity Root { get; }

    /// <summary>Whether the root has a folder of this name; FAT compares without case.</summary>
    bool HasFolder(string name);

    /// <summary>Opens a regular file for reading; never a link, a device, a pipe.</summary>
    SafeFileHandle OpenFile(ReadOnlySpan<byte> rawPath);

    /// <summary>What the path names now, or null when there is no regular file of this name.</summary>
    FileIdentity? Identify(ReadOnlySpan<byte> rawPath);

    /// <summary>Whether the path names nothing: neither file nor folder nor anything else.</summary>
    bool IsAbsent(ReadOnlySpan<byte> rawPath);

    /// <summary>What an open file is.</summary>
    FileIdentity Identify(SafeFileHandle file);

    /// <summary>Deletes the name if it still is the given, unchanged file. False, and nothing done, when it is not.</summary>
    bool DeleteIfUnchanged(ReadOnlySpan<byte> rawPath, FileIdentity expected);

    /// <summary>Makes deletions in the folder that holds this path durable.</summary>
    void SyncFolderOf(ReadOnlySpan<byte> rawPath);

    /// <summary>Writes out everything that the file system still holds back.</summary>
    void Sync();
}

internal enum CardEntryKind
{
    File,
    SymbolicLink,

    /// <summary>Device node, pipe or socket.</summary>
    Special,

    /// <summary>A folder or name that the file system wouldn't show.</summary>
    Unreadable,
}

/// <param name="RawPath">Relative to the root.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Length of a file.</param>
/// <param name="ModifiedAt">UTC; null when the file system has none that a calendar holds.</param>
/// <param name="Problem">Why it is unreadable.</param>
internal sealed record CardEntry(
    byte[] RawPath, CardEntryKind Kind, long Bytes, DateTimeOffset? ModifiedAt, string? Problem = null);

/// <summary>Tells one file's content from another's: any write or replacement changes a member.</summary>
internal readonly record struct FileIdentity(
    FolderIdentity Place, long Bytes, DateTimeOffset? ModifiedAt, long ModifiedNanoseconds, long ChangedNanoseconds);

/// <summary>More or deeper than any recorder makes: not listed in part, as the rest would be lost silently.</summary>
internal sealed class CardTooLargeException(string message) : Exception(message);
