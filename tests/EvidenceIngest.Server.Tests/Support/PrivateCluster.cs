using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

[assembly: AssemblyFixture(typeof(PrivateCluster))]

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>
/// A PostgreSQL cluster for this run. Each server under test gets its own database, owned by one role and used by another,
/// both without special rights, as an installation has it.
/// </summary>
public sealed class PrivateCluster : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("evidence-pg-").FullName;

    // scripts/test ends whatever carries a test home in its environment.
    private readonly Dictionary<string, string> _environment = new()
    {
        ["EVIDENCE_HOME"] = Path.Combine(Installation.Checkout, "artifacts/test-homes/server-database"),
    };

    private readonly Lazy<Task<string>> _migrated;
    private int _port;
    private int _databases;

    public PrivateCluster() => _migrated = new Lazy<Task<string>>(MigrateAsync);

    public async ValueTask InitializeAsync()
    {
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres:", _folder);
        await RunAsPostgresAsync("initdb", "-D", Data, "-U", "admin", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        await StartAsync();
        await ExecuteAsAdminAsync("create role evidence login; create role evidence_owner login createdb");
    }

    /// <summary>A connection string to a new, empty database.</summary>
    public Task<string> NewDatabaseAsync() => NewDatabaseAsync("template1");

    /// <summary>A connection string to a new database that has been migrated already, which takes far less time than migrating it.</summary>
    public async Task<string> NewCatalogueAsync() => await NewDatabaseAsync(await _migrated.Value);

    private async Task<string> NewDatabaseAsync(string template)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"evidence_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsAdminAsync($"create database {name} template {template} owner evidence_owner");
        return Connection(name);
    }

    private string Connection(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=evidence;Database={database};Maximum Pool Size=20;Timeout=5;Connection Idle Lifetime=10;Connection Pruning Interval=5";

    private async Task<string> MigrateAsync()
    {
        var database = await NewDatabaseAsync();
        var owner = new DbContextOptionsBuilder<CatalogueDb>();
        CatalogueDb.Connect(owner, new NpgsqlConnectionStringBuilder(AsOwner(database)) { Pooling = false }.ConnectionString);
        await using var db = new CatalogueDb(owner.Options);
        await db.Database.MigrateAsync();
        return new NpgsqlConnectionStringBuilder(database).Database!;
    }

    public Task StartAsync() => RunAsPostgresAsync(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "start", "-o",
        $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c fsync=off -c max_connections=300");

    /// <summary>Every connection dies, as in a restart after an update.</summary>
    public Task StopAsync() => RunAsPostgresAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The same database for the role that owns its tables.</summary>
    internal static string AsOwner(string database) => new NpgsqlConnectionStringBuilder(database) { Username = "evidence_owner" }.ConnectionString;

    /// <summary>As somebody with all rights in the whole cluster.</summary>
    /// <param name="sql">Statements.</param>
    /// <param name="database">One of the above; null for the cluster's own.</param>
    internal async Task ExecuteAsAdminAsync(string sql, string? database = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(database ?? $"Host=127.0.0.1;Port={_port};Database=postgres") { Username = "admin", Pooling = false };
        await using var admin = NpgsqlDataSource.Create(connection);
        await using var command = admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private Task RunAsPostgresAsync(string program, params string[] arguments)
    {
        var path = Directory.GetFiles("/usr/lib/postgresql", program, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        // PostgreSQL refuses to run as root.
        return Environment.UserName == "root"
            ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private async Task RunAsync(string file, params string[] arguments)
    {
        var (exitCode, output, error) = await ChildProcess.RunAsync(file, arguments, _environment, Limit);
        if (exitCode != 0)
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} failed:\n{output}\n{error}");
    }
}
