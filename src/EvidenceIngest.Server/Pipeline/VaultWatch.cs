using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>Probes the vault at start and whenever it was away or broke a promise.</summary>
internal sealed class VaultWatch(IVault vault, VaultTrust trust, TimeProvider time, ILogger<VaultWatch> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // A store that fails the probe, or keeps a lock in the probe and not in earnest, is mended by people, not by asking.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await vault.PrepareAsync(stoppingToken);
                trust.Proven(await vault.ProbeAsync(stoppingToken));
            }
            catch (VaultBrokenPromiseException e)
            {
                trust.BrokePromise(e.Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                trust.Unreachable(e.Message);
            }

            switch (trust.State)
            {
                case VaultTrustState.Holds:
                    log.VaultHolds();
                    if (trust.Report?.Weaknesses is { Count: > 0 } weaknesses)
                        log.VaultKeyMayTooMuch(string.Join("; ", weaknesses.Select(w => $"{w.Tried}: {w.Answer}")));
                    pause = FirstPause;
                    await trust.Doubted.WaitAsync(stoppingToken);
                    if (trust.State == VaultTrustState.Broken)
                        goto case VaultTrustState.Broken;
                    break;
                case VaultTrustState.Broken:
                    log.VaultBroken(trust.Reason!);
                    await Task.Delay(AfterFailure, time, stoppingToken);
                    break;
                default:
                    log.VaultUnreachable(trust.Reason!);
                    await Task.Delay(pause, time, stoppingToken);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    break;
            }
        }
    }
}
