using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>
/// Waits for the database for as long as it takes, then applies the migrations. Several servers may start at once: an
/// advisory lock lets one of them migrate while the others wait.
/// </summary>
internal sealed class CatalogueStart(
    IDbContextFactory<CatalogueDb> contexts, ServerOptions options, TimeProvider time, ILogger<CatalogueStart> log)
    : BackgroundService
{
    // Any number does, as long as nothing else in this database uses it.
    private const long MigrationLock = 0x45_56_49_44;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    public Task WhenReadyAsync(CancellationToken ct) => _ready.Task.WaitAsync(ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await MigrateAsync(stoppingToken);
                _ready.SetResult();
                log.CatalogueReady();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (e is PostgresException { IsTransient: false })
                    log.MigrationFailed(e.Message);
                else
                    log.WaitingForDatabase(e.GetBaseException().Message);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task MigrateAsync(CancellationToken ct)
    {
        if (options.OwnerDatabase is null)
        {
            await using var own = await contexts.CreateDbContextAsync(ct);
            await MigrateAsync(own, ct);
            return;
        }

        var asOwner = new DbContextOptionsBuilder<CatalogueDb>();
        // Such a connection is not left lying about.
        CatalogueDb.Connect(asOwner, new NpgsqlConnectionStringBuilder(options.OwnerDatabase) { Pooling = false }.ConnectionString);
        await using var db = new CatalogueDb(asOwner.Options);
        await MigrateAsync(db, ct);
    }

    private async Task MigrateAsync(CatalogueDb db, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_lock({MigrationLock})", ct);
        try
        {
            // Otherwise the first start logs a failed query of it.
            await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(ct);
            await db.Database.MigrateAsync(ct);
            if (options.OwnerDatabase is not null)
                await CatalogueRights.GrantAsync(db, new NpgsqlConnectionStringBuilder(options.Database).Username!, ct);
        }
        finally
        {
            await db.Database.ExecuteSqlAsync($"select pg_advisory_unlock({MigrationLock})", CancellationToken.None);
        }
    }
}
