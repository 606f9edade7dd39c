using Npgsql;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>
/// How many connections to the database one server has at most. PostgreSQL allows 100 as it comes, three of them for its owner alone:
/// as many as the driver would take by itself, so that under load some request always failed. Whoever writes another number than the
/// driver's into the connection string has it.
/// </summary>
internal static class CatalogueConnections
{
    private const int MostForWork = 40;
    private const int MostForLocks = 30;

    private static readonly int Drivers = new NpgsqlConnectionStringBuilder().MaxPoolSize;

    public static string OfWork(string database) => With(database, MostForWork).ConnectionString;

    /// <summary>Requests that may be repeated hold one each, beside that of their work.</summary>
    public static string OfLocks(string database)
    {
        var locks = With(database, MostForLocks);
        locks.ApplicationName = "locks";
        return locks.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder With(string database, int most)
    {
        var connection = new NpgsqlConnectionStringBuilder(database);
        if (connection.MaxPoolSize == Drivers)
            connection.MaxPoolSize = most;
        return connection;
    }
}
