using EvidenceIngest.Server.Docks;

namespace EvidenceIngest.Web.Docks;

/// <summary>How fast each bay copies, from what it showed at two moments.</summary>
internal sealed class TransferRates
{
    // Smoothed over about ten seconds: a time left that jumps about is worth nothing.
    private const double Weight = 0.2;

    private readonly Dictionary<string, (DateTimeOffset At, long Bytes, double Rate)> _bays = new(StringComparer.Ordinal);

    /// <summary>Bytes per second; 0 while it isn't known.</summary>
    public double Of(BoardBay bay) => _bays.TryGetValue(bay.Bay, out var seen) && bay.State == "Offloading" ? seen.Rate : 0;

    public void See(DockBoard? dock, DateTimeOffset at)
    {
        foreach (var bay in dock?.Bays ?? [])
        {
            if (!_bays.TryGetValue(bay.Bay, out var before) || bay.State != "Offloading" || bay.BytesDone < before.Bytes)
            {
                _bays[bay.Bay] = (at, bay.BytesDone, 0);
                continue;
            }

            var seconds = (at - before.At).TotalSeconds;
            if (seconds < 0.5)
                continue;
            var rate = (bay.BytesDone - before.Bytes) / seconds;
            _bays[bay.Bay] = (at, bay.BytesDone, before.Rate <= 0 ? rate : (before.Rate * (1 - Weight)) + (rate * Weight));
        }
    }
}
