using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>Keeps a sender going for every webhook, each by itself: a slow receiver holds up nobody else.</summary>
internal sealed class WebhookRelay(EvidenceCatalogue catalogue, WebhookSending sending, TimeProvider time)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var senders = new Dictionary<Guid, Task>();
        try
        {
            while (true)
            {
                foreach (var webhook in await catalogue.ReadAsync(db => db.Webhooks.Where(w => w.RemovedAt == null).ToListAsync(ct), ct))
                {
                    // A sender ends by itself when its webhook was removed.
                    if (senders.GetValueOrDefault(webhook.Id) is not { IsCompleted: false })
                        senders[webhook.Id] = sending.RunAsync(webhook, stop.Token);
                }

                await Task.Delay(LookInterval, time, ct);
            }
        }
        finally
        {
            // They don't go on without this one: the next would send beside them.
            await stop.CancelAsync();
            await Task.WhenAll(senders.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
