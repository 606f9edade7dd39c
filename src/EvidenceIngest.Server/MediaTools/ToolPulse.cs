using System.ComponentModel;
using System.Diagnostics;

namespace EvidenceIngest.Server.MediaTools;

/// <summary>
/// Notices a tool that does nothing any more: stopped by a signal, or waiting for a disk or a device that doesn't answer. Whatever a recording
/// makes a tool do takes processor time, so that is no fault of the recording.
/// </summary>
internal sealed class ToolPulse : IAsyncDisposable
{
    private const int Looks = 4;

    private readonly Process _process;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ITimer _timer;
    private TimeSpan _used;
    private int _idle;

    /// <param name="process">Of the tool itself.</param>
    /// <param name="patience">How long it may take no processor time.</param>
    /// <param name="time">By which that is counted.</param>
    public ToolPulse(Process process, TimeSpan patience, TimeProvider time)
    {
        _process = process;
        _timer = time.CreateTimer(_ => Look(), null, patience / Looks, patience / Looks);
    }

    /// <summary>Cancelled once it does nothing any more.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Processor time when it was looked at last.</summary>
    public TimeSpan Used => _used;

    public async ValueTask DisposeAsync()
    {
        // Waits for a look that is just being taken.
        await _timer.DisposeAsync();
        _stopped.Dispose();
    }

    private void Look()
    {
        try
        {
            var used = _process.TotalProcessorTime;
            _idle = used == _used ? _idle + 1 : 0;
            _used = used;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended.
            return;
        }

        if (_idle == Looks)
            _stopped.Cancel();
    }
}
