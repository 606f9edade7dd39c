using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>
/// Runs units of work. Each runs in one transaction with its own context, and again from its start when the database went
/// away or two of them collided; so a unit of work must be idempotent: the answer to a commit may have been lost.
/// </summary>
internal sealed class EvidenceCatalogue(IDbContextFactory<CatalogueDb> contexts, TimeProvider time, ILogger<EvidenceCatalogue> log)
{
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];

    /// <exception cref="CatalogueUnavailableException">The database stayed away; worth a retry later.</exception>
    public Task<T> ReadAsync<T>(Func<CatalogueDb, Task<T>> work, CancellationToken ct) =>
        RepeatAsync(
            async () =>
            {
                await using var db = await contexts.CreateDbContextAsync(ct);
                db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
                return await work(db);
            },
            ct);

    /// <exception cref="CatalogueUnavailableException">The database stayed away; worth a retry later.</exception>
    public Task<T> WriteAsync<T>(Func<CatalogueDb, Task<T>> work, CancellationToken ct) =>
        RepeatAsync(
            async () =>
            {
                await using var db = await contexts.CreateDbContextAsync(ct);
                // What fails is undone and repeated whole: a savepoint around each save would cost two round trips for nothing.
                db.Database.AutoSavepointsEnabled = false;
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var result = await work(db);
                await db.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
                return result;
            },
            ct);

    public Task WriteAsync(Func<CatalogueDb, Task> work, CancellationToken ct) =>
        WriteAsync(
            async db =>
            {
                await work(db);
                return true;
            },
            ct);

    private async Task<T> RepeatAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (!ct.IsCancellationRequested && IsWorthRepeating(e))
            {
                if (attempt == Pauses.Length)
                    throw new CatalogueUnavailableException("the database can't be reached or stays busy: " + e.GetBaseException().Message, e);
                log.Repeating(attempt + 1, e.GetBaseException().Message);
                await Task.Delay(Pauses[attempt], time, ct);
            }
        }
    }

    private static bool IsWorthRepeating(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            // A unique violation means that somebody else did the same at the same moment: the next run finds their result.
            if (e is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
                or PostgresErrorCodes.CannotConnectNow })
                return true;
            if (e is NpgsqlException { IsTransient: true } or TimeoutException or System.Net.Sockets.SocketException or DbUpdateConcurrencyException)
                return true;
        }

        return false;
    }
}

/// <summary>The catalogue's database can't be used at the moment.</summary>
internal sealed class CatalogueUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
