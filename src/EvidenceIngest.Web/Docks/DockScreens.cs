using System.Net;
using EvidenceIngest.Server.Docks;

namespace EvidenceIngest.Web.Docks;

/// <summary>
/// What dock screens show, read once a second for all of them together and only while one is open. The screens have nobody logged
/// in: whoever asks from a dock's own address, or from this machine for a dock on this machine, sees its bays and nothing else.
/// </summary>
internal sealed class DockScreens(DockBoards boards, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<Action<DockBoards.Reading>> _screens = [];
    private CancellationTokenSource? _reading;

    public Task<bool> MayShowAsync(string dockId, IPAddress? from, CancellationToken ct) => boards.MayShowAsync(dockId, from, ct);

    /// <summary>Tells a screen again and again until what it gets back is disposed.</summary>
    public IDisposable Open(Action<DockBoards.Reading> screen)
    {
        lock (_gate)
        {
            _screens.Add(screen);
            if (_reading is null)
            {
                _reading = new CancellationTokenSource();
                _ = ReadAsync(_reading.Token);
            }
        }

        return new Closing(this, screen);
    }

    public void Dispose() => _reading?.Dispose();

    private async Task ReadAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var reading = await boards.ReadAsync(ct);
            Action<DockBoards.Reading>[] screens;
            lock (_gate)
                screens = [.. _screens];
            foreach (var screen in screens)
                screen(reading);
            await Task.Delay(Beat, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Close(Action<DockBoards.Reading> screen)
    {
        lock (_gate)
        {
            _screens.Remove(screen);
            if (_screens.Count > 0)
                return;
            _reading?.Cancel();
            _reading?.Dispose();
            _reading = null;
        }
    }

    private sealed class Closing(DockScreens screens, Action<DockBoards.Reading> screen) : IDisposable
    {
        public void Dispose() => screens.Close(screen);
    }
}
