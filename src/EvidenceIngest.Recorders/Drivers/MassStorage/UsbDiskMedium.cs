using System.Runtime.Versioning;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>The mounted volumes of one USB device: read-only, but for the time of a clearing.</summary>
[SupportedOSPlatform("linux")]
internal sealed class UsbDiskMedium : ICardMedium
{
    private readonly string _bay;
    private readonly IReadOnlyList<VolumeMount> _mounts;
    private readonly UsbPresence _presence;
    private readonly ILogger _log;

    /// <param name="bay">For the log.</param>
    /// <param name="mounts">Mounted read-only; unmounted when this is disposed.</param>
    /// <param name="findings">Volumes that could not be mounted.</param>
    /// <param name="presence">Of the device.</param>
    /// <param name="log">Told of what goes wrong while releasing.</param>
    public UsbDiskMedium(
        string bay, IReadOnlyList<VolumeMount> mounts, IReadOnlyList<Finding> findings, UsbPresence presence, ILogger log)
    {
        _bay = bay;
        _mounts = mounts;
        _presence = presence;
        _log = log;
        Findings = findings;
        Volumes = Open(writable: false);
    }

    public CardVolumes Volumes { get; private set; }

    public IReadOnlyList<Finding> Findings { get; }

    public TimeSpan AbsenceShowsWithin => TimeSpan.FromSeconds(1);

    public bool IsPresent() => _presence.IsThere();

    public async Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        try
        {
            // Unmounted in between instead of remounted, so that nobody holds a file open across the change.
            Change(writable: true, evenIfBusy: false);
            var result = await work(ct);
            // Unmounting writes too, but doesn't tell when that failed.
            Volumes.Sync();
            return result;
        }
        finally
        {
            Change(writable: false, evenIfBusy: true);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var mount in _mounts)
        {
            try
            {
                mount.Unmount(evenIfBusy: true);
            }
            catch (IOException e)
            {
                _log.ReleaseFailed(e, _bay, mount.DeviceName);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Change(bool writable, bool evenIfBusy)
    {
        foreach (var mount in _mounts)
            mount.Unmount(evenIfBusy);
        Volumes = Open(writable);
    }

    private CardVolumes Open(bool writable)
    {
        foreach (var mount in _mounts)
            mount.Mount(writable);
        return new CardVolumes([.. _mounts.Select((mount, i) => new CardVolume($"p{i + 1}", mount.VolumeId, mount.Files))]);
    }
}
