using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>
/// An advisory lock of the database, held by a connection of its own: it ends with the process or the connection that holds it and
/// needs no clock that several servers must share. Numbers are any, as long as nothing else in this database uses them.
/// </summary>
internal sealed class SessionLock : IAsyncDisposable
{
    private readonly CatalogueDb _db;
    private readonly long _number;

    private SessionLock(CatalogueDb db, long number) => (_db, _number) = (db, number);

    /// <returns>Null when somebody else holds it.</returns>
    public static async Task<SessionLock?> TryTakeAsync(IDbContextFactory<CatalogueDb> contexts, long number, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct);
        try
        {
            await db.Database.OpenConnectionAsync(ct);
            if ((await db.Database.SqlQuery<bool>($"""select pg_try_advisory_lock({number}) as "Value" """).ToListAsync(ct)).Single())
                return new SessionLock(db, number);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }

        await db.DisposeAsync();
        return null;
    }

    /// <summary>Throws when the connection, and the lock with it, is lost.</summary>
    /// <param name="limit">How long the database may take to answer.</param>
    /// <param name="ct">Ends the question.</param>
    public async Task DemandAsync(TimeSpan limit, CancellationToken ct)
    {
        _db.Database.SetCommandTimeout(limit);
        await _db.Database.ExecuteSqlAsync($"select 1", ct);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A connection goes back to its pool as it is.
            if (_db.Database.GetDbConnection().State == ConnectionState.Open)
                await _db.Database.ExecuteSqlAsync($"select pg_advisory_unlock({_number})", CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            // It broke, and the lock is gone with it.
        }

        await _db.DisposeAsync();
    }
}
