namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// One offload: its folder, its journal, and what the journal adds up to. Safe for concurrent use. The only way to change
/// it is to write a fact, and nobody sees a fact before it is on disk.
/// </summary>
internal sealed class OffloadJournal : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly OffloadLedger _ledger;
    private readonly JournalFile _journal;
    private readonly ChangeSignal _changed;

    public OffloadJournal(string folder, OffloadLedger ledger, long journalBytes, ChangeSignal changed)
    {
        Folder = folder;
        _ledger = ledger;
        _changed = changed;
        _journal = new JournalFile(JournalPath(folder), journalBytes, Apply);
    }

    public string Id => Path.GetFileName(Folder);

    public string Folder { get; }

    /// <summary>A bay works on it: its recorder is here.</summary>
    public bool InBay { get; set; }

    public static string JournalPath(string folder) => Path.Combine(folder, "journal.jsonl");

    public string StagedPath(int file) => Path.Combine(Folder, FormattableString.Invariant($"{file:000000}.bin"));

    public T Read<T>(Func<OffloadLedger, T> look)
    {
        lock (_gate)
            return look(_ledger);
    }

    /// <summary>Completes when the facts are on disk and seen by readers.</summary>
    public Task RecordAsync(params IReadOnlyList<JournalFact> facts) => _journal.AppendAsync(facts);

    /// <summary>For chunk marks: seen soon, on disk some time, proved before use.</summary>
    public void Hint(ChunkMark mark) => _journal.Hint(mark);

    /// <summary>Waits until the ledger looks as asked.</summary>
    public async Task WaitUntilAsync(Func<OffloadLedger, bool> reached, CancellationToken ct)
    {
        while (true)
        {
            var change = _changed.Next;
            if (Read(reached))
                return;
            await change.WaitAsync(ct);
        }
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private void Apply(JournalFact fact)
    {
        lock (_gate)
            _ledger.Apply(fact);
        // Marks come by the hundred and nobody waits for one.
        if (fact is not ChunkMark)
            _changed.Raise();
    }
}
