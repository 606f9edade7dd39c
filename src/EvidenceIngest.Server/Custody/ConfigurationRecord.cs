using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace EvidenceIngest.Server.Custody;

/// <summary>The settings that a server last started with.</summary>
internal sealed class StoredConfiguration
{
    public required string Server { get; init; }

    public required IReadOnlyDictionary<string, string> Settings { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}

/// <summary>At start, tells the service's chain which settings are not what they were.</summary>
internal sealed class ConfigurationRecord(EvidenceCatalogue catalogue, CatalogueStart start, ServerOptions options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        var now = time.GetUtcNow();
        while (true)
        {
            try
            {
                await catalogue.WriteAsync(db => RecordAsync(db, now, stoppingToken), stoppingToken);
                return;
            }
            catch (CatalogueUnavailableException)
            {
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task RecordAsync(CatalogueDb db, DateTimeOffset now, CancellationToken ct)
    {
        var known = await db.Configurations.SingleOrDefaultAsync(c => c.Server == options.Name, ct);
        var old = known?.Settings ?? new Dictionary<string, string>();
        var changes = old.Keys.Union(options.Settings.Keys).Order(StringComparer.Ordinal)
            .Where(key => old.GetValueOrDefault(key) != options.Settings.GetValueOrDefault(key))
            .Select(key => $"{key}: from {Show(old.GetValueOrDefault(key))} to {Show(options.Settings.GetValueOrDefault(key))}")
            .ToList();
        if (known is not null && changes.Count == 0)
            return;
        if (known is null)
            db.Add(new StoredConfiguration { Server = options.Name, Settings = options.Settings, ChangedAt = now });
        else
            (known.Settings, known.ChangedAt) = (options.Settings, now);
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Server(options.Name), CustodyEventKind.ConfigurationChanged, changes.Count == 0 ? "first start, nothing set" : string.Join("; ", changes)), ct);
    }

    private static string Show(string? value) => value is null ? "nothing" : $"'{value}'";
}
