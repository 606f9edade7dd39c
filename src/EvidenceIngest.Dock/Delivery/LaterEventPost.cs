using EvidenceIngest.Dock.Journal;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>Tells the server what happened after sealing (cleared, kept, released), until it has acknowledged everything.</summary>
internal sealed class LaterEventPost(ServerApi api, TimeProvider time, ILogger<LaterEventPost> log)
{
    public async Task<bool> SendAsync(OffloadJournal offload, CancellationToken ct)
    {
        foreach (var (deliveryId, events, count) in offload.Read(l => l.Later.Pending()))
        {
            try
            {
                await api.ReportAsync(deliveryId, events, ct);
            }
            catch (ServerRefusedException e)
            {
                // A delivery of another dock, for example. Asking again would change nothing; the journal keeps the facts.
                log.EventsRefused(deliveryId, e.Message);
            }

            await offload.RecordAsync(new Acknowledged(time.GetUtcNow(), deliveryId, count));
        }

        return true;
    }
}
