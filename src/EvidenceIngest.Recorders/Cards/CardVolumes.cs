using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Cards;

/// <param name="Name">First path element when a recorder shows several volumes, e.g. p1.</param>
/// <param name="VolumeId">FAT or exFAT serial number as 1A2B-3C4D, or null.</param>
/// <param name="Files">Opened.</param>
internal sealed record CardVolume(string Name, string? VolumeId, ICardFileSystem Files);

/// <summary>A recorder's volumes under one root: one volume is the root itself, several are its folders.</summary>
internal sealed class CardVolumes(IReadOnlyList<CardVolume> volumes) : IDisposable
{
    public string? VolumeId => volumes[0].VolumeId;

    public IReadOnlyList<CardEntry> Walk(CancellationToken ct) => volumes.Count == 1
        ? volumes[0].Files.Walk(ct)
        : [.. volumes.SelectMany(v => v.Files.Walk(ct).Select(e => e with { RawPath = Below(v, e.RawPath) }))];

    public bool HasFolder(string name) => volumes.Any(v => v.Files.HasFolder(name));

    public SafeFileHandle OpenFile(ReadOnlySpan<byte> rawPath) => Find(ref rawPath).OpenFile(rawPath);

    /// <summary>Whether the name leads to nothing at all.</summary>
    public bool IsAbsent(ReadOnlySpan<byte> rawPath) => Find(ref rawPath).IsAbsent(rawPath);

    public FileIdentity? Identify(ReadOnlySpan<byte> rawPath) => Find(ref rawPath).Identify(rawPath);

    public FileIdentity Identify(SafeFileHandle file) => volumes[0].Files.Identify(file);

    public bool DeleteIfUnchanged(ReadOnlySpan<byte> rawPath, FileIdentity expected) =>
        Find(ref rawPath).DeleteIfUnchanged(rawPath, expected);

    public void SyncFolderOf(ReadOnlySpan<byte> rawPath) => Find(ref rawPath).SyncFolderOf(rawPath);

    public void Sync()
    {
        foreach (var volume in volumes)
            volume.Files.Sync();
    }

    public void Dispose()
    {
        foreach (var volume in volumes)
            volume.Files.Dispose();
    }

    private static byte[] Below(CardVolume volume, byte[] rawPath) =>
        [.. Encoding.ASCII.GetBytes(volume.Name), (byte)'/', .. rawPath];

    private ICardFileSystem Find(ref ReadOnlySpan<byte> rawPath)
    {
        if (volumes.Count == 1)
            return volumes[0].Files;
        var slash = rawPath.IndexOf((byte)'/');
        var name = slash < 0 ? "" : Encoding.ASCII.GetString(rawPath[..slash]);
        rawPath = rawPath[(slash + 1)..];
        return volumes.FirstOrDefault(v => v.Name == name)?.Files
            ?? throw new CardIoException("open the volume", name, Linux.NotFound);
    }
}
