namespace EvidenceIngest.Dock.Disk;

/// <summary>Lets so many in at once; who waits enters by deadline, not by arrival.</summary>
internal sealed class DeadlineGate(int places)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource<Place>, DateTimeOffset> _waiting = new();
    private int _free = places;

    public async Task<Place> EnterAsync(DateTimeOffset deadline, CancellationToken ct)
    {
        TaskCompletionSource<Place> turn;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return new Place(this);
            }

            turn = new TaskCompletionSource<Place>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn, deadline);
        }

        await using var _ = ct.Register(() => turn.TrySetCanceled(ct));
        return await turn.Task;
    }

    private void Leave()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var next, out _))
            {
                // One that was cancelled meanwhile gives its turn to the next.
                if (next.TrySetResult(new Place(this)))
                    return;
            }

            _free++;
        }
    }

    /// <summary>Dispose to leave; once.</summary>
    internal sealed class Place(DeadlineGate gate) : IDisposable
    {
        private DeadlineGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
