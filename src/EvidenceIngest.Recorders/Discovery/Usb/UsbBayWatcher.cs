using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Discovery.Usb;

/// <summary>
/// Watches USB ports. Every hot-plug event, and the rescan interval in case one was lost or there are none, leads to a look at
/// the whole tree; what differs from the look before is reported.
/// </summary>
internal sealed class UsbBayWatcher(TimeSpan rescan, Heartbeats beats, TimeProvider time, ILogger<UsbBayWatcher> log) : IBayWatcher
{
    /// <summary>A machine without USB stays without; a restarted container may get it.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    /// <summary>One look takes milliseconds; a hub that resets all its ports holds it up for some seconds.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);

    public async IAsyncEnumerable<BayChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var session = await StartAsync(ct);
        IReadOnlyDictionary<UsbPlugging, UsbAttachment> before = new Dictionary<UsbPlugging, UsbAttachment>();
        while (true)
        {
            beats.Alive(nameof(UsbBayWatcher), rescan + LongestLook);
            var now = session.Read(before);
            foreach (var change in UsbChanges.Between(before, now))
                yield return change;
            before = now;
            await session.WaitForChangeAsync(rescan, time, ct);
        }
    }

    private async Task<UsbSession> StartAsync(CancellationToken ct)
    {
        for (var told = false; ; told = true)
        {
            beats.Alive(nameof(UsbBayWatcher), Retry + LongestLook);
            try
            {
                var session = new UsbSession();
                log.WatchingUsb(session.HasHotplug);
                return session;
            }
            catch (UsbUnavailableException e)
            {
                if (!told)
                    log.NoUsb(e.Message);
            }

            await Task.Delay(Retry, time, ct);
        }
    }
}

internal static class UsbChanges
{
    /// <summary>Departures first: a device that was replugged in the same port leaves before it arrives.</summary>
    public static IEnumerable<BayChange> Between(
        IReadOnlyDictionary<UsbPlugging, UsbAttachment> before, IReadOnlyDictionary<UsbPlugging, UsbAttachment> now) =>
        before.Where(b => !now.ContainsKey(b.Key)).Select(b => (BayChange)new RecorderLeft(b.Value.Bay) { Attachment = b.Value })
            .Concat(now.Where(n => !before.ContainsKey(n.Key)).Select(n => new RecorderArrived(n.Value)));

    /// <summary>The same where nothing but the appearance itself tells pluggings apart.</summary>
    public static IEnumerable<BayChange> Between(IReadOnlyList<UsbAttachment> before, IReadOnlyList<UsbAttachment> now) =>
        before.Where(b => !now.Any(n => n.IsSameAppearance(b))).Select(b => (BayChange)new RecorderLeft(b.Bay) { Attachment = b })
            .Concat(now.Where(n => !before.Any(b => b.IsSameAppearance(n))).Select(n => new RecorderArrived(n)));
}
