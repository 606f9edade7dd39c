using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Catalogue;

public sealed class MigrationTests(PrivateCluster cluster)
{
    [Fact]
    public async Task The_migrations_make_what_the_model_expects()
    {
        var migrated = await cluster.NewDatabaseAsync();
        await using (await TestServer.StartAsync(cluster, withJobs: false, database: migrated))
        {
            var modelled = await cluster.NewDatabaseAsync();
            await using (var db = Open(PrivateCluster.AsOwner(modelled)))
                await db.Database.EnsureCreatedAsync();

            Assert.Equal(await ColumnsAsync(modelled), await ColumnsAsync(migrated));
        }
    }

    [Fact]
    public async Task Every_script_runs()
    {
        var scripts = typeof(CatalogueDb).Assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Select(n => n[..^4]).Order(StringComparer.Ordinal).ToList();
        await using var db = Open("Host=nowhere");
        Assert.NotEmpty(scripts);
        Assert.Equal(scripts, db.Database.GetMigrations().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Servers_that_start_at_once_share_one_catalogue_and_work_beside_each_other()
    {
        var database = await cluster.NewDatabaseAsync();
        var vault = new MemoryVault(new Faults());
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TestServer.StartAsync(cluster, database: database, vault: vault)));
        try
        {
            // Any of them knows the dock; whichever seals, the dock hears of it from the one that it asks.
            var dock = await servers[0].EnrolDockAsync();
            var status = await dock.DeliverAsync(TestDock.Record());
            Assert.Equal(DeliveryState.Sealed, (await dock.StatusAsync(status, 30)).State);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static CatalogueDb Open(string database) => new(new DbContextOptionsBuilder<CatalogueDb>().UseNpgsql(database).Options);

    private static async Task<List<string>> ColumnsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(PrivateCluster.AsOwner(database));
        await using var command = source.CreateCommand(
            """
            select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable from information_schema.columns
            where table_schema = 'public' and table_name not in (select table_name from information_schema.views) and table_name not like 'qrtz%' and table_name <> '__EFMigrationsHistory' order by 1
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<string>();
        while (await reader.ReadAsync())
            columns.Add(reader.GetString(0));
        Assert.NotEmpty(columns);
        return columns;
    }
}
