using Npgsql;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>
/// What connections to the database are like. PostgreSQL allows 100 as it comes, three of them for its owner alone: as many as the
/// driver would take by itself, so that under load some request always failed. Whoever writes another number than the driver's, or
/// options of his own, into the connection string has them.
/// </summary>
internal static class CatalogueConnections
{
    private const int MostForWork = 40;
    private const int MostForLocks = 30;

    // It compiles what it believes to be dear: counting a usual word took 0.98 s with it, 0.67 of them for compiling.
    private const string Options = "-c jit=off";

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
        if (string.IsNullOrEmpty(connection.Options))
            connection.Options = Options;
        return connection;
    }
}
