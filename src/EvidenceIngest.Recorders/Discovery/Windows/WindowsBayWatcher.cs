using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Discovery.Usb;

namespace EvidenceIngest.Recorders.Discovery.Windows;

/// <summary>
/// Watches USB ports on Windows: every arrival and removal, and the rescan interval in case one was lost, leads to a look at
/// the whole tree. Never yet run on Windows.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsBayWatcher(TimeSpan rescan) : IBayWatcher
{
    public async IAsyncEnumerable<BayChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var arrivals = new WindowsArrivals();
        IReadOnlyList<UsbAttachment> before = [];
        while (true)
        {
            var now = WindowsUsbTree.Read();
            foreach (var change in UsbChanges.Between(before, now))
                yield return change;
            before = now;
            await arrivals.WaitAsync(rescan, ct);
        }
    }
}

/// <summary>Windows' word that some USB device came or went. Without it, rescans alone tell.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsArrivals : IDisposable
{
    private readonly SemaphoreSlim _changed = new(0, 1);
    private GCHandle _self;
    private readonly nint _notification;

    public WindowsArrivals()
    {
        _self = GCHandle.Alloc(this);
        var filter = new InterfaceFilter { Size = (uint)sizeof(InterfaceFilter), InterfaceClass = WindowsDevices.UsbDevices };
        if (CfgMgr.Register(filter, GCHandle.ToIntPtr(_self), &OnChange, out _notification) != CfgMgr.Success)
            _notification = 0;
    }

    /// <summary>Ends with the next change or after the rescan interval.</summary>
    public Task WaitAsync(TimeSpan rescan, CancellationToken ct) => _changed.WaitAsync(rescan, ct);

    public void Dispose()
    {
        // Waits for a callback that is under way.
        if (_notification != 0)
            _ = CfgMgr.Unregister(_notification);
        _self.Free();
        _changed.Dispose();
    }

    /// <summary>Only says that something changed; whoever reads the tree finds out what.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static uint OnChange(nint notification, nint context, int action, nint data, uint bytes)
    {
        try
        {
            ((WindowsArrivals)GCHandle.FromIntPtr(context).Target!)._changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // A change that nobody has looked at yet is already noted.
        }

        return 0;
    }
}
