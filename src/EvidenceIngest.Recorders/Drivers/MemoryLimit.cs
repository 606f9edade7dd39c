using System.Diagnostics;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Watches a worker process that a hostile device or a maker's library may blow up.</summary>
internal sealed class MemoryLimit : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ITimer _timer;

    /// <param name="process">Disposed only after this.</param>
    /// <param name="bytes">Most of its memory that may be resident.</param>
    /// <param name="exceeded">Ends it; called again while it goes on.</param>
    /// <param name="time">Whose timer looks.</param>
    public MemoryLimit(Process process, long bytes, Action exceeded, TimeProvider time) =>
        _timer = time.CreateTimer(_ => Look(process, bytes, exceeded), null, Interval, Interval);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private static void Look(Process process, long bytes, Action exceeded)
    {
        try
        {
            process.Refresh();
            if (!process.HasExited && process.WorkingSet64 > bytes)
                exceeded();
        }
        catch (InvalidOperationException)
        {
            // It has ended between the two questions.
        }
    }
}
