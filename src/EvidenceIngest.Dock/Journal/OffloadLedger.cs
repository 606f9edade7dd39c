using EvidenceIngest.Domain.Deliveries;

namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// What an offload's facts add up to. A pure fold: the same facts always give the same ledger, whether they were just
/// written or read back after a power loss. Not safe for concurrent use; <see cref="OffloadJournal"/> guards it.
/// </summary>
internal sealed class OffloadLedger
{
    private readonly List<FileEntry> _files = [];
    private readonly Dictionary<(string Path, long Bytes, DateTimeOffset? ModifiedAt), FileEntry> _newest = [];
    private readonly Dictionary<string, DeliveryEntry> _open = [];
    private readonly List<DockEvent> _deviceEvents = [];
    private readonly Dictionary<int, List<DockEvent>> _fileEvents = [];

    public Opened Opened { get; private set; } = null!;

    /// <summary>In order of their numbers, which count from 1 without gaps.</summary>
    public IReadOnlyList<FileEntry> Files => _files;

    public List<RecordingEntry> Recordings { get; } = [];

    public Docked? LastDocked { get; private set; }

    public IReadOnlyCollection<DeliveryEntry> OpenDeliveries => _open.Values;

    /// <summary>What happened after sealing and which of it the server has acknowledged.</summary>
    public LaterEvents Later { get; } = new();

    public Finished? Finished { get; private set; }

    /// <summary>
    /// Everything receipted, everything reported. A clearing whose end nobody saw is something left: when the recorder
    /// returns, what is gone from it has to be told.
    /// </summary>
    public bool NothingLeft =>
        _files.TrueForAll(f => f.IsDone && !(f.ClearingStarted && !f.Cleared)) && Later.AllAcknowledged;

    /// <summary>The newest file that was listed under this path with this length and time.</summary>
    public FileEntry? Find(string path, long bytes, DateTimeOffset? modifiedAt) =>
        _newest.GetValueOrDefault((path, bytes, modifiedAt));

    public FileEntry File(int number) => _files[number - 1];

    public DeliveryEntry? OpenDelivery(string deliveryId) => _open.GetValueOrDefault(deliveryId);

    /// <summary>Oldest first; with a time limit, a delivery's manifest is the same however often it is made.</summary>
    public IReadOnlyList<DockEvent> EventsOf(IEnumerable<FileEntry> files, DateTimeOffset until) =>
        [.. _deviceEvents
            .Concat(files.SelectMany(f => _fileEvents.GetValueOrDefault(f.Number) ?? []))
            .Where(e => e.At <= until)
            .OrderBy(e => e.At)];

    public void Apply(JournalFact fact)
    {
        foreach (var (number, happened) in DockEvents.OfCopying(fact))
            EventList(number).Add(happened);
        _deviceEvents.AddRange(DockEvents.OfDocking(fact));
        Later.Apply(fact, this);
        switch (fact)
        {
            case Opened opened: Opened = opened; break;
            case Docked docked: LastDocked = docked; break;
            case Listed listed: Add(listed); break;
            case ChunkMark mark: File(mark.File).Marks.Add(mark); break;
            case Resumed resumed: File(resumed.File).Marks.RemoveAll(m => m.End > resumed.From); break;
            case Repeated repeated: File(repeated.File).Marks.Clear(); break;
            case Staged staged: Stage(File(staged.File), staged); break;
            case Recognised recognised: File(recognised.File).Recognised = recognised; break;
            case Missing missing: File(missing.File).Missing = missing; break;
            case Spoiled spoiled: File(spoiled.File).Staged = null; break;
            case Announced announced: Announce(announced); break;
            case Withdrawn withdrawn: Close(withdrawn.DeliveryId); break;
            case Resent resent: if (OpenDelivery(resent.DeliveryId) is { } again) again.Resends++; break;
            case Receipted receipted: Receipt(receipted); break;
            case ClearingStarted started: foreach (var n in started.Files) File(n).ClearingStarted = true; break;
            case Cleared cleared: foreach (var n in cleared.Files) File(n).Cleared = true; break;
            case Kept kept: Keep(File(kept.File), kept); break;
            case Finished finished: Finished = finished; break;
        }
    }

    private List<DockEvent> EventList(int file) =>
        _fileEvents.TryGetValue(file, out var list) ? list : _fileEvents[file] = [];

    private void Add(Listed listed)
    {
        var recording = new RecordingEntry(listed, LastDocked!);
        Recordings.Add(recording);
        foreach (var file in listed.Files)
        {
            var entry = new FileEntry(file, recording);
            recording.Files.Add(entry);
            _files.Add(entry);
            _newest[(file.Path, file.Bytes, file.ModifiedAt)] = entry;
        }
    }

    private static void Stage(FileEntry entry, Staged staged)
    {
        entry.Staged = staged;
        entry.Missing = null;
        entry.Marks.Clear();
        entry.Marks.TrimExcess();
    }

    private static void Keep(FileEntry entry, Kept kept)
    {
        entry.Kept = kept;
        entry.ClearingStarted = false;
    }

    private void Announce(Announced announced)
    {
        var delivery = new DeliveryEntry(announced, [.. announced.Files.Select(File)]);
        _open[announced.DeliveryId] = delivery;
        foreach (var file in delivery.Files)
            file.Delivery = delivery;
    }

    private void Receipt(Receipted receipted)
    {
        foreach (var number in receipted.Files)
            File(number).Receipt = receipted;
        Close(receipted.DeliveryId);
    }

    private void Close(string deliveryId)
    {
        if (!_open.Remove(deliveryId, out var delivery))
            return;
        foreach (var file in delivery.Files)
            file.Delivery = null;
    }
}
