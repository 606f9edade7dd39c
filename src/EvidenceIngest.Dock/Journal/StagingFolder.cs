using System.Collections.Concurrent;
using System.Globalization;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain.Deliveries;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// All offloads of this dock. Opening it is the dock's recovery: everything it knows is rebuilt from the journals.
/// </summary>
internal sealed class StagingFolder(DockOptions options, TimeProvider time, ILogger<StagingFolder> log) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OffloadJournal> _open = [];
    private readonly Dictionary<string, string> _setAside = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _finished = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _itemsOfRetired = [];
    private FileStream? _lock;

    public ChangeSignal Changed { get; } = new();

    public KnownContent Known { get; } = new();

    public IReadOnlyList<OffloadJournal> Offloads
    {
        get
        {
            lock (_gate)
                return [.. _open.Values];
        }
    }

    /// <summary>Evidence items that the server has signed for, of all offloads that were open at or since the start.</summary>
    public IReadOnlyCollection<string> SignedItems
    {
        get
        {
            lock (_gate)
                return [.. _itemsOfRetired.Values.SelectMany(i => i).Concat(_open.Values.SelectMany(SignedItemsOf)).Distinct()];
        }
    }

    /// <summary>Offloads whose journals can't be trusted, each with the reason. Nothing of them is touched.</summary>
    public IReadOnlyDictionary<string, string> SetAside => _setAside;

    /// <exception cref="StagingInUseException">Another dock works in the folder.</exception>
    public void Open()
    {
        Directory.CreateDirectory(options.StagingFolder);
        try
        {
            // .NET takes an flock for FileShare.None; the kernel lets go of it however the process ends.
            _lock = new FileStream(
                Path.Combine(options.StagingFolder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StagingInUseException($"another dock works in {options.StagingFolder}", e);
        }

        foreach (var folder in Directory.EnumerateDirectories(options.StagingFolder).Order(StringComparer.Ordinal))
            Recover(folder);
        Prune();
        log.StagingOpened(_open.Count, Known.Count, _setAside.Count);
    }

    /// <summary>The open offload of this recorder, or a new one, owned by the caller's bay until it lets go.</summary>
    public async Task<OffloadJournal> DockAsync(RecorderFacts recorder, ClockReading clock)
    {
        OffloadJournal? offload;
        lock (_gate)
        {
            // Two recorders with one identity (cheap chips share serial numbers) never write into one offload.
            offload = _open.Values.LastOrDefault(o => !o.InBay && o.Read(l =>
                l.Opened.Recorder.RecorderId == recorder.RecorderId && l.Opened.Recorder.Profile == recorder.Profile));
            offload ??= Create();
            offload.InBay = true;
        }

        var now = time.GetUtcNow();
        var isNew = offload.Read(l => l.Opened is null);
        try
        {
            if (isNew)
                await offload.RecordAsync(new Opened(now, Opened.CurrentFormat, offload.Id, recorder));
            await offload.RecordAsync(new Docked(now, recorder.Bay, clock));
        }
        catch
        {
            if (offload.Read(l => l.Opened is null))
                Forget(offload);
            LetGo(offload);
            throw;
        }

        return offload;
    }

    /// <summary>The bay is done with it; deliveries go on without the recorder.</summary>
    public void LetGo(OffloadJournal offload)
    {
        offload.InBay = false;
        Changed.Raise();
    }

    /// <summary>Takes a finished offload out of memory; its journal stays as <see cref="Known"/>.</summary>
    public async Task RetireAsync(OffloadJournal offload)
    {
        lock (_gate)
        {
            // Out of reach of the bays first: an offload that goes on must not say that it is finished.
            if (offload.InBay)
                return;
            _open.Remove(offload.Id);
            _itemsOfRetired[offload.Id] = SignedItemsOf(offload);
        }

        await offload.RecordAsync(new Finished(time.GetUtcNow()));
        await offload.DisposeAsync();
        JournalCompaction.Rewrite(OffloadJournal.JournalPath(offload.Folder));
        Keep(offload.Id, offload.Read(l => l));
    }

    /// <summary>Deletes journals that have been kept long enough. Their staged bytes went when the receipts came.</summary>
    public void Prune()
    {
        foreach (var (id, at) in _finished.Where(f => time.GetUtcNow() - f.Value > options.JournalRetention).ToArray())
        {
            Directory.Delete(Path.Combine(options.StagingFolder, id), recursive: true);
            _finished.TryRemove(id, out _);
            Known.Forget(id);
            lock (_gate)
                _itemsOfRetired.Remove(id);
        }
    }

    /// <summary>The receipts of a finished offload by file number, from its journal.</summary>
    public IReadOnlyDictionary<int, Receipted> ReceiptsOf(string finishedOffload)
    {
        var journal = OffloadJournal.JournalPath(Path.Combine(options.StagingFolder, finishedOffload));
        return JournalReplay.Read(journal).Facts.OfType<Receipted>()
            .SelectMany(receipt => receipt.Files, (receipt, file) => (file, receipt))
            .GroupBy(pair => pair.file)
            .ToDictionary(pairs => pairs.Key, pairs => pairs.Last().receipt);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var offload in Offloads)
            await offload.DisposeAsync();
        if (_lock is not null)
            await _lock.DisposeAsync();
    }

    private OffloadJournal Create()
    {
        var id = time.GetUtcNow().ToString("yyyyMMdd-HHmmss-", CultureInfo.InvariantCulture) + Guid.NewGuid().ToString("N")[..8];
        var folder = Path.Combine(options.StagingFolder, id);
        Directory.CreateDirectory(folder);
        var offload = new OffloadJournal(folder, new OffloadLedger(), journalBytes: 0, Changed);
        DurableFolder.Sync(folder);
        DurableFolder.Sync(options.StagingFolder);
        _open.Add(id, offload);
        return offload;
    }

    private void Forget(OffloadJournal offload)
    {
        lock (_gate)
            _open.Remove(offload.Id);
    }

    private static List<string> SignedItemsOf(OffloadJournal offload) =>
        offload.Read(l => l.Files.Select(f => f.Receipt?.ItemId).OfType<string>().Distinct().ToList());

    private void Keep(string id, OffloadLedger finished)
    {
        _finished[id] = finished.Finished!.At;
        Known.Add(id, finished);
    }

    private void Recover(string folder)
    {
        var id = Path.GetFileName(folder);
        try
        {
            var journal = OffloadJournal.JournalPath(folder);
            var replay = File.Exists(journal) ? JournalReplay.Read(journal) : new JournalReplay([], 0);
            if (replay.Facts.Count == 0)
            {
                RemoveUnbegun(folder);
                return;
            }

            var ledger = new OffloadLedger();
            foreach (var fact in replay.Facts)
                ledger.Apply(fact);
            if (ledger.Finished is null)
                _open.Add(id, new OffloadJournal(folder, ledger, replay.ValidBytes, Changed));
            else
                Keep(id, ledger);
        }
        catch (Exception e)
        {
            // The boundary of recovery: one damaged offload must not keep the others from going on.
            _setAside[id] = e.Message;
            log.OffloadSetAside(id, e);
        }
    }

    private static void RemoveUnbegun(string folder)
    {
        // Power went between making the folder and its first fact; more than an empty journal is not ours to judge.
        if (Directory.EnumerateFileSystemEntries(folder).Any(f => Path.GetFileName(f) != "journal.jsonl"))
            throw new JournalBrokenException("the journal is empty or missing, but the folder is not");
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Two docks in one staging folder would deliver and clear behind each other's backs.</summary>
public sealed class StagingInUseException(string message, Exception cause) : Exception(message, cause);
