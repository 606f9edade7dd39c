using System.Collections.Concurrent;
using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Dock.Disk;

/// <summary>
/// SM3 on a core of its own: libcrypto's SM3 runs at a sixth of SHA-256's speed and would otherwise set the pace of the
/// copy. Takes buffers over and gives them back to the pool.
/// </summary>
internal sealed class Sm3Lane : IDisposable
{
    // Enough to ride over a slow read; more would only take buffers away from other bays.
    private const int BuffersInFlight = 3;

    private readonly BlockingCollection<(PooledBuffer Buffer, int Length)> _queue = new(BuffersInFlight);
    private readonly Sm3Hash _hash = new();
    private readonly Thread _thread;
    private Exception? _failure;

    public Sm3Lane()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "sm3" };
        _thread.Start();
    }

    public void Take(PooledBuffer buffer, int length) => _queue.Add((buffer, length));

    public string Finish()
    {
        _queue.CompleteAdding();
        _thread.Join();
        return _failure is null ? _hash.Finish() : throw new InvalidOperationException("SM3 failed", _failure);
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
        _hash.Dispose();
    }

    private void Run()
    {
        foreach (var (buffer, length) in _queue.GetConsumingEnumerable())
        {
            try
            {
                if (_failure is null)
                    _hash.Append(buffer.GetSpan()[..length]);
            }
            catch (Exception e)
            {
                // Told to the copy at Finish; the queue must drain, or the copy would wait for ever.
                _failure = e;
            }
            finally
            {
                buffer.Return();
            }
        }
    }
}
