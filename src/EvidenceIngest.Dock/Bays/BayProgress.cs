using EvidenceIngest.Recorders.Discovery;

namespace EvidenceIngest.Dock.Bays;

/// <summary>One bay as the dock's screen shows it. Safe for concurrent use; state changes are checked against the order.</summary>
/// <param name="bay">Which.</param>
/// <param name="changed">Raised by every change but progress.</param>
/// <param name="patience">After so long without a sign of life from the recorder the officer is told.</param>
/// <param name="time">The dock's clock.</param>
internal sealed class BayProgress(BayId bay, ChangeSignal changed, TimeSpan patience, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<FileInWork> _files = [];
    private readonly RateMeter _rate = new(time);
    private long _lastSign = time.GetTimestamp();
    private BaySnapshot _now = new(bay.Value, BayState.Empty, time.GetUtcNow());

    public BayState State
    {
        get
        {
            lock (_gate)
                return _now.State;
        }
    }

    public BaySnapshot Snapshot()
    {
        lock (_gate)
        {
            return _now with
            {
                Reason = IsSilent() ? Advice.RecorderSilent : _now.Reason,
                BytesDone = _now.BytesDone + _files.Sum(f => f.Position),
                BytesPerSecond = _now.State == BayState.Offloading ? _rate.BytesPerSecond() : 0,
                Files = [.. _files.Select(f => new FileSnapshot(f.Path, f.Position, f.Bytes))],
            };
        }
    }

    /// <exception cref="InvalidOperationException">The order of states does not allow it: a fault in the dock.</exception>
    public void Enter(BayState state, string? reason = null, string? fault = null)
    {
        lock (_gate)
        {
            if (!BayTransitions.IsAllowed(_now.State, state))
                throw new InvalidOperationException($"bay {bay}: {_now.State} can't become {state}");
            var attempts = state switch
            {
                BayState.Failed => _now.FailedAttempts + 1,
                BayState.Empty or BayState.SafeToRemove => 0,
                _ => _now.FailedAttempts,
            };
            SignOfLife();
            _now = state is BayState.Empty
                ? new BaySnapshot(bay.Value, state, time.GetUtcNow()) { Reason = reason, WasOccupied = true }
                : _now with { State = state, Reason = reason, Fault = fault, Since = time.GetUtcNow(), FailedAttempts = attempts };
        }

        changed.Raise();
    }

    public void Recognised(string profile, string? model) => Change(s => s with { Profile = profile, Model = model });

    public void Listed(string recorderId, int files, long bytes, int filesDone, long bytesDone) => Change(s => s with
    {
        Recorder = recorderId, FilesTotal = files, BytesTotal = bytes, FilesDone = filesDone, BytesDone = bytesDone,
    });

    public void Sealed(int files) => Change(s => s with { FilesSealed = files });

    public void Say(string? reason) => Change(s => s.Reason == reason ? s : s with { Reason = reason, WasOccupied = true });

    public void LacksSpace(long? missing) => Change(s => s with
    {
        LacksSpace = missing is not null, Reason = missing is { } bytes ? Advice.NotEnoughSpace(bytes) : null,
    });

    public FileInWork Begin(string path, long bytes)
    {
        var file = new FileInWork(this, path, bytes);
        lock (_gate)
            _files.Add(file);
        SignOfLife();
        return file;
    }

    private void SignOfLife() => Interlocked.Exchange(ref _lastSign, time.GetTimestamp());

    /// <summary>
    /// Where only the recorder can go on. A firmware that hangs holds the kernel for many minutes; whoever waits inside a call
    /// that long can't say so himself. A copy that waits its turn or is read back from our own disk doesn't wait for the recorder.
    /// </summary>
    private bool IsSilent() =>
        (_now.State is BayState.Recognised or BayState.Unlocking or BayState.Listing
            || (_now.State == BayState.Offloading && _files.Exists(f => f.Position < f.Bytes)))
        && time.GetElapsedTime(Interlocked.Read(ref _lastSign)) > patience;

    private void Change(Func<BaySnapshot, BaySnapshot> change)
    {
        lock (_gate)
        {
            SignOfLife();
            _now = change(_now);
        }

        changed.Raise();
    }

    private void End(FileInWork file, bool done)
    {
        lock (_gate)
        {
            if (_files.Remove(file) && done)
                _now = _now with { FilesDone = _now.FilesDone + 1, BytesDone = _now.BytesDone + file.Bytes };
        }

        if (done)
            changed.Raise();
    }

    /// <summary>A file that is being copied or confirmed.</summary>
    internal sealed class FileInWork(BayProgress bay, string path, long bytes) : IDisposable
    {
        private long _position;

        public string Path { get; } = path;

        public long Bytes { get; } = bytes;

        public long Position => Math.Min(Interlocked.Read(ref _position), Bytes);

        public void At(long position)
        {
            bay._rate.Add(position - Interlocked.Exchange(ref _position, position));
            bay.SignOfLife();
        }

        public void Done() => bay.End(this, done: true);

        public void Dispose() => bay.End(this, done: false);
    }
}
