using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;

namespace EvidenceIngest.Server.Access;

/// <summary>
/// Records refused requests in the service's chain. The same refusal of the same address is recorded once a minute with how
/// many there were, and all together are limited, so that nobody can flood the log from outside.
/// </summary>
internal sealed class AccessRefusals(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int MostAddresses = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // Whoever stays away for so long is a newcomer again; what was counted of them since their last record is dropped.
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Address, string Why), Refused> _known = [];

    public async Task RecordAsync(HttpContext http, string why)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/') ?? "an unknown route";
        await RecordAsync(address, CustodyEventKind.AccessRefused, why, $"{http.Request.Method} {route}: {why}", http.RequestAborted);
    }

    /// <param name="address">Where it came from.</param>
    /// <param name="kind">What was refused.</param>
    /// <param name="why">What makes it the same as another.</param>
    /// <param name="detail">As it is recorded.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RecordAsync(string address, CustodyEventKind kind, string why, string detail, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (Due(address, why, now) is not { } before)
            return;
        var more = before == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {before} more since the last record of this");
        await catalogue.WriteAsync(
            db => db.AppendToServiceAsync(
                new NewEvent(now, "address:" + address, kind, detail + more),
                ct),
            ct);
    }

    /// <returns>How many were not recorded since the last one; null when this one isn't either.</returns>
    internal int? Due(string address, string why, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var over in _known.Where(k => now - k.Value.At > (k.Value.Count == 0 ? Pause : Forgotten)).Select(k => k.Key).ToList())
                _known.Remove(over);
            var key = _known.Count < MostAddresses || _known.ContainsKey((address, why)) ? (address, why) : ("many addresses", "many reasons");
            var refused = _known.GetValueOrDefault(key);
            if (refused is not null && now - refused.At < Pause)
            {
                refused.Count++;
                return null;
            }

            _known[key] = new Refused { At = now };
            return refused?.Count ?? 0;
        }
    }

    private sealed class Refused
    {
        public required DateTimeOffset At { get; init; }

        public int Count { get; set; }
    }
}
