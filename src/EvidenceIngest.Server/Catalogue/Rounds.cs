using Microsoft.Extensions.Hosting;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>Looks for work again and again once the catalogue is there. Whatever goes wrong is told and tried in the next round.</summary>
internal abstract class Rounds(CatalogueStart start, TimeSpan interval, TimeProvider time) : BackgroundService
{
    protected TimeProvider Time => time;

    /// <returns>True when more is due at once.</returns>
    internal abstract Task<bool> RunOnceAsync(CancellationToken ct);

    protected abstract void TellStalled(string reason);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        while (true)
        {
            var more = false;
            try
            {
                more = await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                TellStalled(e.GetBaseException().Message);
            }

            if (!more)
                await Task.Delay(interval, time, stoppingToken);
        }
    }
}
