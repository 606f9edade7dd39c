using System.Runtime.InteropServices;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Discovery.Usb;

namespace EvidenceIngest.Recorders.Dialogues.Usb;

/// <summary>
/// The libusb session that talking uses, apart from the one that watches: a fault here must not blind the bays. Opened when
/// it is first needed; one thread handles the events of all transfers.
/// </summary>
internal sealed class UsbBus : IUsbPorts, IDisposable
{
    private static readonly UsbTimeout Quarter = new(new CLong(0), new CLong(250_000));

    private static readonly TimeSpan AfterError = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private IReadOnlyDictionary<UsbPlugging, UsbAttachment> _known = new Dictionary<UsbPlugging, UsbAttachment>();
    private UsbContext? _context;
    private Thread? _events;
    private readonly ManualResetEventSlim _ending = new();

    public UsbAttachment? At(BayId bay)
    {
        lock (_gate)
        {
            try
            {
                _known = UsbTree.Read(Context(), _known);
            }
            catch (UsbUnavailableException)
            {
                return null;
            }

            return _known.Values.FirstOrDefault(a => a.Bay == bay);
        }
    }

    /// <summary>Opens the very plugging that was seen. The caller disposes the handle before this object.</summary>
    /// <exception cref="UsbErrorException">libusb refuses; <see cref="LibUsbTransfers.NoDevice"/> when it isn't there any more.</exception>
    /// <exception cref="UsbUnavailableException">No USB on this machine.</exception>
    public unsafe UsbDeviceHandle Open(UsbAttachment attachment)
    {
        lock (_gate)
        {
            var count = LibUsb.GetDevices(Context(), out var devices);
            if (count < 0)
                throw new UsbErrorException("libusb_get_device_list", (int)count);
            try
            {
                for (nint i = 0; i < count; i++)
                {
                    if (!Is(devices[i], attachment))
                        continue;
                    var error = LibUsb.Open(devices[i], out var handle);
                    if (error == 0)
                        return handle;
                    handle.Dispose();
                    throw new UsbErrorException("libusb_open", error);
                }
            }
            finally
            {
                LibUsb.FreeDevices(devices, 1);
            }

            throw new UsbErrorException("libusb_open", LibUsbTransfers.NoDevice);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ending.Set();
            _events?.Join(); // at most one time-out of HandleEvents
            _context?.Dispose();
            _context = null;
        }
    }

    private static bool Is(nint device, UsbAttachment attachment) =>
        LibUsb.GetDescriptor(device, out var descriptor) == 0
        && (descriptor.Vendor, descriptor.Product) == (attachment.VendorId, attachment.ProductId)
        && LibUsb.GetAddress(device) == attachment.Address
        && UsbTree.PortOf(device) is { } port && attachment.Bay.Value == "usb:" + port;

    private UsbContext Context()
    {
        ObjectDisposedException.ThrowIf(_ending.IsSet, this);
        if (_context is not null)
            return _context;
        try
        {
            var error = LibUsb.Init(out var context);
            if (error != 0)
                throw new UsbUnavailableException($"libusb_init: {LibUsbTransfers.NameOf(error)}");
            _context = context;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new UsbUnavailableException(e.Message, e);
        }

        _events = new Thread(HandleEvents) { IsBackground = true, Name = "libusb transfers" };
        _events.Start();
        return _context;
    }

    private void HandleEvents()
    {
        var context = _context!;
        while (!_ending.IsSet)
        {
            // An error (interrupted, out of memory) is no reason to leave transfers without their callbacks.
            if (LibUsb.HandleEvents(context, Quarter, 0) != 0)
                _ending.Wait(AfterError);
        }
    }
}
