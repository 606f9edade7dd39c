using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.People;

/// <summary>
/// At start, encrypts keys of second factors that an earlier version kept as they are, and counts those that nothing opens any more.
/// Each account is a transaction of its own: wherever it is killed, the next start goes on.
/// </summary>
internal sealed class SecondFactorKeeping(
    EvidenceCatalogue catalogue, CatalogueStart start, SecondFactorKeys keys, TimeProvider time, ILogger<SecondFactorKeeping> log) : BackgroundService
{
    // As Identity names it.
    private const string KeyName = "AuthenticatorKey";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>As of this server's start: accounts whose owners can't log in before the key ring is restored or the factor taken away.</summary>
    public int Unreadable { get; private set; }

    public async Task RunOnceAsync(CancellationToken ct)
    {
        var owners = await catalogue.ReadAsync(db => db.UserTokens.Where(t => t.Name == KeyName).Select(t => t.UserId).ToListAsync(ct), ct);
        var (encrypted, unreadable) = (0, 0);
        foreach (var owner in owners)
        {
            var (isNew, isReadable) = await catalogue.WriteAsync(db => KeepAsync(db, owner, ct), ct);
            encrypted += isNew ? 1 : 0;
            unreadable += isReadable ? 0 : 1;
        }

        Unreadable = unreadable;
        if (encrypted > 0)
            log.SecondFactorsEncrypted(encrypted);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        while (true)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                return;
            }
            catch (CatalogueUnavailableException)
            {
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task<(bool IsNew, bool IsReadable)> KeepAsync(CatalogueDb db, Guid owner, CancellationToken ct)
    {
        // Its owner may be setting up another at this moment.
        await db.Database.ExecuteSqlAsync($"select 1 from accounts where id = {owner} for update", ct);
        var token = await db.UserTokens.SingleOrDefaultAsync(t => t.UserId == owner && t.Name == KeyName, ct);
        if (token?.Value is not { } kept)
            return (false, true);
        if (SecondFactorKeys.IsProtected(kept))
            return (false, keys.TryOpen(owner, kept) is not null);
        token.Value = keys.Protect(owner, kept);
        return (true, true);
    }
}
