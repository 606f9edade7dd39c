using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace EvidenceIngest.Dock.Disk;

/// <summary>
/// The dock's one stock of I/O buffers, shared by all bays and uploads: it bounds the memory of everything in flight.
/// Nobody rents a second buffer while holding one that only that second one would free, so a rent always ends.
/// </summary>
internal sealed class BufferPool(int buffers) : IDisposable
{
    public const int BufferBytes = 1 << 20;

    private readonly SemaphoreSlim _free = new(buffers, buffers);
    private readonly ConcurrentBag<PooledBuffer> _idle = [];

    public PooledBuffer Rent(CancellationToken ct)
    {
        _free.Wait(ct);
        return Take();
    }

    public async ValueTask<PooledBuffer> RentAsync(CancellationToken ct)
    {
        await _free.WaitAsync(ct);
        return Take();
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var buffer))
            buffer.Free();
        _free.Dispose();
    }

    internal void Return(PooledBuffer buffer)
    {
        _idle.Add(buffer);
        _free.Release();
    }

    private PooledBuffer Take() => _idle.TryTake(out var buffer) ? buffer : new PooledBuffer(this);
}

/// <summary>1 MiB outside the garbage collector's heap, aligned as O_DIRECT wants it. Dispose gives it back to the pool.</summary>
internal sealed unsafe class PooledBuffer : MemoryManager<byte>
{
    private const int PageBytes = 4096;

    private readonly BufferPool _pool;
    private readonly byte* _start = (byte*)NativeMemory.AlignedAlloc(BufferPool.BufferBytes, PageBytes);

    internal PooledBuffer(BufferPool pool) => _pool = pool;

    public override Span<byte> GetSpan() => new(_start, BufferPool.BufferBytes);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    public void Return() => _pool.Return(this);

    internal void Free() => NativeMemory.AlignedFree(_start);

    protected override void Dispose(bool disposing) => Return();
}
