using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Pipeline;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Fixity;

/// <summary>
/// Does what is due: people's orders, copies for the second vault, listings, reading. One server of several works at a time,
/// held apart by a lock: if its connection breaks while something is being read, two servers read it, which costs time and
/// nothing else.
/// </summary>
internal sealed class FixityKeeper(
    SessionLocks locks, CatalogueStart start, VaultSet vaults, Restoring restoring, Replication replication,
    ListingPass listing, ReadingPass reading, FixityOptions options, TimeProvider time, ILogger<FixityKeeper> log) : BackgroundService
{
    /// <summary>Copying into the second vault, among the places where trouble may be; the others are vaults.</summary>
    public const string Copying = "copying";

    /// <summary>Orders of people.</summary>
    public const string Orders = "orders";

    /// <summary>The audit itself, such as its database.</summary>
    public const string Audit = "audit";

    private const long KeeperLock = 0x45_56_46_58;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _trouble = [];

    /// <summary>What does not go as it should on this server, by place.</summary>
    public IReadOnlyDictionary<string, string> Trouble
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, string>(_trouble);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        while (true)
        {
            if (!await RunOnceAsync(stoppingToken))
                await Task.Delay(options.RoundInterval, time, stoppingToken);
        }
    }

    /// <summary>One round. Whatever goes wrong in it is told and tried again in the next.</summary>
    /// <returns>True when more is due at once.</returns>
    internal async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var more = false;
        await TryAsync(Audit, async () => more = await AloneAsync(() => RoundAsync(ct), ct), ct);
        return more;
    }

    private async Task<bool> RoundAsync(CancellationToken ct)
    {
        var more = false;
        await TryAsync(Orders, () => restoring.RunAsync(ct), ct);
        if (vaults.Second is { Trust.State: not VaultTrustState.Unknown } second)
            await TryAsync(Copying, async () => more |= await replication.RunAsync(vaults.First, second, ct), ct);
        // One that was never reached since the start may not even have its buckets yet. Side by side, so that each has its own rate.
        var audits = vaults.All.Where(v => v.Trust.State != VaultTrustState.Unknown).Select(v => AuditAsync(v, ct));
        more |= (await Task.WhenAll(audits)).Contains(true);
        return more;
    }

    private async Task<bool> AuditAsync(AuditedVault vault, CancellationToken ct)
    {
        var more = false;
        await TryAsync(
            vault.Name,
            async () =>
            {
                await listing.RunAsync(vault, ct);
                more = await reading.RunAsync(vault, ct);
            },
            ct);
        return more;
    }

    /// <returns>False when another server is at it.</returns>
    private async Task<bool> AloneAsync(Func<Task<bool>> work, CancellationToken ct)
    {
        await using var alone = await locks.TryTakeAsync(KeeperLock, ct);
        return alone is not null && await work();
    }

    private async Task TryAsync(string place, Func<Task> work, CancellationToken ct)
    {
        try
        {
            await work();
            lock (_lock)
                _trouble.Remove(place);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // The audit is the net below everything else: it never ends because of what it met.
            lock (_lock)
                _trouble[place] = e.Message;
            log.Postponed(place, e.GetBaseException().Message);
        }
    }
}
