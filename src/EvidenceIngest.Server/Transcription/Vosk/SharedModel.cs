namespace EvidenceIngest.Server.Transcription.Vosk;

/// <summary>One loaded model for all who need it: loaded for the first, given back when it has been idle for a while.</summary>
internal sealed class SharedModel(Func<Task<VoskModel>> load, TimeSpan idle, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private Task<VoskModel>? _loading;
    private ITimer? _idle;
    private int _users;

    public bool IsLoaded => _loading is { IsCompletedSuccessfully: true };

    public async Task<Lease> AcquireAsync(CancellationToken ct)
    {
        Task<VoskModel> loading;
        lock (_lock)
        {
            _idle?.Dispose();
            _idle = null;
            if (_loading is null or { IsFaulted: true } or { IsCanceled: true })
                _loading = load();
            loading = _loading;
            _users++;
        }

        try
        {
            return new Lease(this, await loading.WaitAsync(ct));
        }
        catch
        {
            Release();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            Unload();
    }

    private void Release()
    {
        lock (_lock)
        {
            if (--_users == 0)
                _idle = time.CreateTimer(_ => UnloadIdle(), null, idle, Timeout.InfiniteTimeSpan);
        }
    }

    private void UnloadIdle()
    {
        lock (_lock)
        {
            // Somebody may have come while the timer fired.
            if (_users == 0)
                Unload();
        }
    }

    // A recogniser that still runs holds the native model by itself.
    private void Unload()
    {
        _idle?.Dispose();
        _idle = null;
        if (IsLoaded)
            _loading!.Result.Dispose();
        _loading = null;
    }

    internal sealed class Lease(SharedModel shared, VoskModel model) : IDisposable
    {
        private int _isOver;

        public VoskModel Model => model;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
                shared.Release();
        }
    }
}
