using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Domain.Deliveries;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>Keeps the server's picture of the bays fresh. Nothing depends on it: what fails is sent with the next report.</summary>
internal sealed class BayReporting(ServerApi api, DockStatus status, CredentialStore credentials, ServerLinkState link, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhileBusy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhileQuiet = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var change = status.NextChange;
                await ReportAsync(ct);
                var busy = status.Bays.Any(b => b.State == BayState.Offloading);
                await Task.Delay(Shortest, time, ct);
                await Task.WhenAny(change, Task.Delay(busy ? WhileBusy : WhileQuiet, time, ct));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The dock stops.
        }
    }

    private async Task ReportAsync(CancellationToken ct)
    {
        if (credentials.Current is null)
            return;
        try
        {
            await api.ReportBaysAsync([.. status.Bays.Select(ReportOf)], ct);
            link.Set(ServerLink.Online);
        }
        catch (Exception e) when (e is ServerUnreachableException or ServerBusyException)
        {
            link.Set(ServerLink.Unreachable, e.Message);
        }
        catch (DockNotTrustedException e)
        {
            link.Set(ServerLink.NotTrusted, e.Message);
        }
        catch (ServerRefusedException)
        {
            // An older server without this report; deliveries don't need it.
        }
    }

    private static BayReport ReportOf(BaySnapshot bay) => new(
        bay.Bay, bay.State.ToString(), bay.Recorder, bay.Reason, bay.FilesDone, bay.FilesTotal, bay.BytesDone, bay.BytesTotal, bay.Since);
}
