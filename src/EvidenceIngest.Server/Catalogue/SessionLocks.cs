using System.Data.Common;
using Npgsql;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>Gives out <see cref="SessionLock"/>s. Their connections are apart from those of the work that they guard: however many wait behind locks, the holders can go on.</summary>
internal sealed class SessionLocks(ServerOptions server) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _connections = NpgsqlDataSource.Create(CatalogueConnections.OfLocks(server.Database));

    /// <param name="number">Any, as long as nothing else in this database uses it.</param>
    /// <param name="ct">Ends the question.</param>
    /// <returns>Null when somebody else holds it.</returns>
    public async Task<SessionLock?> TryTakeAsync(long number, CancellationToken ct)
    {
        var connection = await _connections.OpenConnectionAsync(ct);
        try
        {
            await using var question = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = number } } };
            if (await question.ExecuteScalarAsync(ct) is true)
                return new SessionLock(connection, number);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}

/// <summary>
/// An advisory lock of the database, held by a connection of its own: it ends with the process or the connection that holds it and
/// needs no clock that several servers must share.
/// </summary>
internal sealed class SessionLock(NpgsqlConnection connection, long number) : IAsyncDisposable
{
    /// <summary>Throws when the connection, and the lock with it, is lost.</summary>
    /// <param name="limit">How long the database may take to answer.</param>
    /// <param name="ct">Ends the question.</param>
    public async Task DemandAsync(TimeSpan limit, CancellationToken ct)
    {
        await using var question = new NpgsqlCommand("select 1", connection) { CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds) };
        await question.ExecuteNonQueryAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A connection goes back to its pool as it is.
            await using var release = new NpgsqlCommand("select pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = number } } };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            // It broke, and the lock is gone with it.
        }

        await connection.DisposeAsync();
    }
}
