using System.Buffers.Binary;
using EvidenceIngest.Recorders.Listing;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Cards;

/// <summary>One listing of a card, folder handle by folder handle. A folder that breaks off keeps what it gave and is named unreadable.</summary>
internal sealed class PosixCardWalk(int mostEntries, CancellationToken ct)
{
    /// <summary>FAT's own path limit allows fewer; a deeper tree is made to hurt.</summary>
    public const int DeepestFolder = 64;

    private readonly List<CardEntry> _found = [];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _names;

    /// <exception cref="CardIoException">The root itself can't be listed, or the device is gone.</exception>
    public IReadOnlyList<CardEntry> From(SafeFileHandle root)
    {
        // The handle's read position is shared by everybody who walks: each walk opens the folder anew.
        using var folder = Libc.OpenAt(root, PosixFiles.Terminated("."), PosixFiles.FolderFlags, 0);
        if (folder.IsInvalid)
            throw CardIoException.Last("open", "/");
        if (WalkFolder(folder, [], 0) is { } broken)
            throw broken;
        return _found;
    }

    private CardIoException? WalkFolder(SafeFileHandle folder, byte[] path, int depth)
    {
        if (depth > DeepestFolder)
            throw new CardTooLargeException($"folders are nested deeper than {DeepestFolder}: '{RecorderPathText.FromRaw(path)}'");
        var names = new List<byte[]>();
        var broken = ReadNames(folder, path, names);
        foreach (var name in names)
            AddEntry(folder, path.Length == 0 ? name : [.. path, (byte)'/', .. name], name, depth);
        return broken;
    }

    private void AddEntry(SafeFileHandle folder, byte[] path, byte[] name, int depth)
    {
        if (!PosixFiles.TryStat(folder, PosixFiles.Terminated(name), out var stat))
        {
            AddUnreadable(path, CardIoException.Last("stat", RecorderPathText.FromRaw(path)));
        }
        else if (stat.IsFolder)
        {
            using var subfolder = Libc.OpenAt(folder, PosixFiles.Terminated(name), PosixFiles.FolderFlags, 0);
            var broken = subfolder.IsInvalid
                ? CardIoException.Last("open", RecorderPathText.FromRaw(path))
                : WalkFolder(subfolder, path, depth + 1);
            if (broken is not null)
                AddUnreadable(path, broken);
        }
        else
        {
            var kind = stat.IsFile ? CardEntryKind.File : stat.IsLink ? CardEntryKind.SymbolicLink : CardEntryKind.Special;
            _found.Add(new CardEntry(path, kind, (long)stat.Size, PosixFiles.TimeOf(stat.Modified)));
        }
    }

    private void AddUnreadable(byte[] path, CardIoException error)
    {
        if (Linux.MeansGone(error.Errno))
            throw error;
        if (error.Errno != Linux.NotFound) // deleted between two calls: not there, so not unreadable
            _found.Add(new CardEntry(path, CardEntryKind.Unreadable, 0, null, error.Message));
    }

    private CardIoException? ReadNames(SafeFileHandle folder, byte[] path, List<byte[]> names)
    {
        const int lengthAt = 16, nameAt = 19; // in struct linux_dirent64
        nint got;
        while ((got = Libc.ReadFolder(folder, _buffer, (nuint)_buffer.Length)) > 0)
        {
            ct.ThrowIfCancellationRequested();
            for (var at = 0; at < got;)
            {
                var entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(at + lengthAt));
                var name = _buffer.AsSpan(at + nameAt, entryBytes - nameAt);
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add(name.ToArray());
                at += entryBytes;
            }

            if (_names + names.Count > mostEntries)
                throw new CardTooLargeException($"more than {mostEntries} names; stopped in '{RecorderPathText.FromRaw(path)}'");
        }

        var broken = got < 0 ? CardIoException.Last("list", RecorderPathText.FromRaw(path)) : null;
        _names += names.Count;
        return broken;
    }
}
