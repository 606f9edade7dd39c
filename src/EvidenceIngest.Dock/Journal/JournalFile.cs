using System.Buffers;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// Appends facts, one JSON line each. Group commit: whatever was appended while the disk was busy shares the next fsync.
/// A fact reaches <paramref name="durable"/> and its caller only after that fsync, in the order of the lines.
/// </summary>
/// <param name="path">The journal; created when missing.</param>
/// <param name="length">Length of its valid lines; what stands behind was torn and is overwritten.</param>
/// <param name="durable">Told every fact once it is on disk; not called concurrently.</param>
internal sealed class JournalFile(string path, long length, Action<JournalFact> durable) : IAsyncDisposable
{
    private readonly SafeFileHandle _handle = Open(path, length);
    private readonly Lock _gate = new();
    private long _length = length;
    private Batch _next = new();
    private Task _writing = Task.CompletedTask;
    private Exception? _broken;

    /// <summary>Completes when the facts are on disk.</summary>
    /// <exception cref="StagingDiskException">
    /// They are not. After a failed write nothing of them stands in the journal; after a failed fsync nobody can know
    /// what the disk holds, and the journal takes no more until it is opened anew.
    /// </exception>
    public Task AppendAsync(params IReadOnlyList<JournalFact> facts) => facts.Count == 0 ? Task.CompletedTask : Enqueue(facts, sync: true);

    /// <summary>Writes a fact without waiting for the disk: for hints that are proved before they are used.</summary>
    public void Hint(JournalFact fact) => _ = Enqueue([fact], sync: false);

    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_gate)
        {
            _broken ??= new ObjectDisposedException(nameof(JournalFile));
            writing = _writing;
        }

        await writing;
        _handle.Dispose();
    }

    private Task Enqueue(IReadOnlyList<JournalFact> facts, bool sync)
    {
        lock (_gate)
        {
            if (_broken is not null)
                return sync ? Task.FromException(new StagingDiskException("the journal takes no more facts", _broken)) : Task.CompletedTask;
            foreach (var fact in facts)
            {
                _next.Lines.Write(EvidenceJson.ToBytes(fact));
                _next.Lines.Write("\n"u8);
                _next.Facts.Add(fact);
            }

            _next.Sync |= sync;
            if (_writing.IsCompleted)
                _writing = Task.Run(WriteAll);
            return _next.Done.Task;
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            Batch batch;
            lock (_gate)
            {
                if (_next.Facts.Count == 0)
                {
                    // Under the lock, so that nobody can append between this look and the task's end.
                    _writing = Task.CompletedTask;
                    return;
                }

                (batch, _next) = (_next, new Batch());
            }

            Write(batch);
        }
    }

    private void Write(Batch batch)
    {
        try
        {
            RandomAccess.Write(_handle, batch.Lines.WrittenSpan, _length);
        }
        catch (Exception e)
        {
            try
            {
                RandomAccess.SetLength(_handle, _length);
            }
            catch (IOException)
            {
                lock (_gate)
                    _broken = e;
            }

            batch.Fail(e);
            return;
        }

        try
        {
            if (batch.Sync)
                RandomAccess.FlushToDisk(_handle);
            _length += batch.Lines.WrittenCount;
            foreach (var fact in batch.Facts)
                durable(fact);
        }
        catch (Exception e)
        {
            lock (_gate)
                _broken = e;
            batch.Fail(e);
            return;
        }

        batch.Done.TrySetResult();
    }

    private static SafeFileHandle Open(string path, long length)
    {
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (RandomAccess.GetLength(handle) != length)
        {
            RandomAccess.SetLength(handle, length);
            RandomAccess.FlushToDisk(handle);
        }

        return handle;
    }

    private sealed class Batch
    {
        public ArrayBufferWriter<byte> Lines { get; } = new();

        public List<JournalFact> Facts { get; } = [];

        public bool Sync { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception e)
        {
            Done.TrySetException(new StagingDiskException("writing the journal", e));
            // A hint has nobody who waits for it.
            _ = Done.Task.Exception;
        }
    }
}
