using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EvidenceIngest.Recorders.Discovery.Usb;

/// <summary>
/// A libusb session with a thread that waits for hot-plug events. The callback runs inside libusb, where any I/O would
/// dead-lock: it only says that something changed, and whoever reads the tree finds out what.
/// </summary>
internal sealed class UsbSession : IDisposable
{
    private static readonly UsbTimeout OneSecond = new(new CLong(1), new CLong(0));

    private readonly UsbContext _context;
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Thread? _events;
    private GCHandle _self;
    private volatile bool _ending;

    /// <exception cref="UsbUnavailableException">libusb is missing, or this machine has no USB.</exception>
    public UsbSession()
    {
        try
        {
            var result = LibUsb.Init(out _context);
            if (result != 0)
                throw new UsbUnavailableException($"libusb_init: {result}");
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new UsbUnavailableException(e.Message, e);
        }

        _self = GCHandle.Alloc(this);
        HasHotplug = LibUsb.HasCapability(LibUsb.HasHotplug) != 0 && Register();
        if (!HasHotplug)
            return;
        _events = new Thread(HandleEvents) { IsBackground = true, Name = "libusb events" };
        _events.Start();
    }

    /// <summary>False where only rescans tell of changes.</summary>
    public bool HasHotplug { get; }

    public IReadOnlyDictionary<UsbPlugging, UsbAttachment> Read(IReadOnlyDictionary<UsbPlugging, UsbAttachment> known) =>
        UsbTree.Read(_context, known);

    /// <summary>Ends with the next event or after the rescan interval.</summary>
    public async Task WaitForChangeAsync(TimeSpan rescan, TimeProvider time, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pause = Task.Delay(rescan, time, either.Token);
        await Task.WhenAny(pause, _changed.WaitAsync(either.Token));
        await either.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        _ending = true;
        _events?.Join(); // at most one time-out of HandleEvents
        _context.Dispose();
        _self.Free();
        _changed.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnChange(nint context, nint device, int change, nint user)
    {
        var session = (UsbSession)GCHandle.FromIntPtr(user).Target!;
        try
        {
            session._changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // A change that nobody has looked at yet is already noted.
        }

        return 0; // stay registered
    }

    private unsafe bool Register() => LibUsb.OnHotplug(
        _context, LibUsb.Arrived | LibUsb.Left, 0, LibUsb.Any, LibUsb.Any, LibUsb.Any,
        &OnChange, GCHandle.ToIntPtr(_self), out _) == 0;

    private void HandleEvents()
    {
        while (!_ending && LibUsb.HandleEvents(_context, OneSecond, 0) == 0)
        {
        }
    }
}
