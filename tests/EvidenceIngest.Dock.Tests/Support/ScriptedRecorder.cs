using System.Collections.Concurrent;
using System.Text;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Dock.Tests.Support;

/// <summary>A recorder whose every fault can be scripted: leaves mid-file, has bad blocks, changes while it is read.</summary>
internal sealed class ScriptedRecorder(string id)
{
    public string Id { get; } = id;

    public ConcurrentDictionary<string, ScriptedFile> Files { get; } = [];

    public bool ClearAllowed { get; init; } = true;

    /// <summary>Files that belong to one recording; all others are recordings of their own.</summary>
    public List<string[]> Chapters { get; } = [];

    public HashSet<string> Strangers { get; } = [];

    public List<string> Cleared { get; } = [];

    /// <summary>By the path of a digest file, the file whose digest it holds.</summary>
    public Dictionary<string, string> DigestFiles { get; } = [];

    /// <summary>Recorder clock minus trusted time; null where it doesn't tell.</summary>
    public TimeSpan? ClockOffset { get; set; }

    /// <summary>What becomes of setting the clock; null when the profile doesn't say how.</summary>
    public Func<ClockSetting>? SetClock { get; init; }

    /// <summary>Bytes that anybody read, of all files together.</summary>
    public long BytesRead;

    /// <summary>The cable is pulled when this many bytes have been read since it was plugged.</summary>
    public long? PulledAfter { get; set; }

    public ScriptedFile Add(string path, byte[] content)
    {
        var file = new ScriptedFile(content);
        Files[path] = file;
        return file;
    }

    public ScriptedFile Add(string path, int bytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return Add(path, content);
    }

    public RecorderListing List()
    {
        var chaptered = Chapters.SelectMany(c => c).Concat(DigestFiles.Keys).ToHashSet();
        var groups = Chapters.Where(c => c.All(Files.ContainsKey))
            .Concat(Files.Keys.Where(p => !chaptered.Contains(p) && !Strangers.Contains(p)).Order(StringComparer.Ordinal).Select(p => new[] { p }));
        return new RecorderListing(
            Id,
            [.. groups.Select(g => new Recording(
                MediaKind.Video, [.. g.Select(FileOf)], new DateTime(2026, 11, 20, 9, 0, 0), MetadataSource.FileName, "123456", "DEV01", false, []))],
            [.. Strangers.Where(Files.ContainsKey).Select(FileOf)],
            [])
        {
            Sidecars = [.. DigestFiles.Where(d => Files.ContainsKey(d.Key)).Select(d => new Sidecar(FileOf(d.Key), SidecarRole.Md5, FileOf(d.Value)))],
        };
    }

    private RecorderFile FileOf(string path) =>
        new(path, Encoding.UTF8.GetBytes(path), Files[path].Content.Length, Files[path].ModifiedAt);
}

internal sealed class ScriptedFile(byte[] content)
{
    public byte[] Content { get; set; } = content;

    public DateTimeOffset ModifiedAt { get; set; } = new(2026, 11, 20, 1, 0, 0, TimeSpan.Zero);

    /// <summary>From here on every read fails.</summary>
    public long? BadFrom { get; set; }

    /// <summary>So many reads at <see cref="BadFrom"/> fail, then they succeed.</summary>
    public int? FailuresLeft { get; set; }

    /// <summary>Called before every read with the position.</summary>
    public Action<long>? OnRead { get; set; }
}
