namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Looks now and then whether a recorder is still in its bay. Gone stays gone, even if the same one returns.</summary>
internal sealed class GoneSignal : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _gone = new();
    private readonly Func<bool> _isPresent;
    private readonly ITimer _poll;

    /// <param name="isPresent">Cheap, without I/O to the device.</param>
    /// <param name="time">Whose timer looks.</param>
    public GoneSignal(Func<bool> isPresent, TimeProvider time)
    {
        _isPresent = isPresent;
        Token = _gone.Token;
        _poll = time.CreateTimer(_ => Look(), null, Poll, Poll);
    }

    public CancellationToken Token { get; }

    /// <summary>True when it is gone, seen now or before.</summary>
    public bool Look() => Token.IsCancellationRequested || (!_isPresent() && Mark());

    /// <summary>Somebody has other signs that it left.</summary>
    public bool Mark()
    {
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Released meanwhile: nobody listens any more.
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _poll.DisposeAsync();
        _gone.Dispose();
    }
}
