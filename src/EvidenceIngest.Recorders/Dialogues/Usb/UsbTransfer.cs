using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EvidenceIngest.Recorders.Discovery.Usb;

namespace EvidenceIngest.Recorders.Dialogues.Usb;

internal enum UsbTransferType : byte
{
    Control = 0,
    Bulk = 2,
}

/// <summary>
/// One asynchronous transfer. libusb writes into the buffer until its callback has run, so transfer and buffer are kept
/// alive until then, whatever the caller does meanwhile.
/// </summary>
internal sealed class UsbTransfer
{
    private readonly TaskCompletionSource<(UsbTransferStatus Status, int Bytes)> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly UsbTransferHandle _transfer;
    private readonly UsbDeviceHandle _device;
    private GCHandle _self;

    /// <param name="device">Kept open until the transfer has ended.</param>
    /// <param name="type">Control: the buffer starts with the 8 bytes of the request.</param>
    /// <param name="endpoint">0 for control.</param>
    /// <param name="buffer">Pinned (<see cref="GC.AllocateArray{T}"/>).</param>
    /// <param name="timeout">After it libusb cancels by itself.</param>
    private unsafe UsbTransfer(UsbDeviceHandle device, UsbTransferType type, byte endpoint, byte[] buffer, TimeSpan timeout)
    {
        (_device, Buffer) = (device, buffer);
        _transfer = LibUsbTransfers.Allocate(0);
        if (_transfer.IsInvalid)
            throw new InsufficientMemoryException("libusb_alloc_transfer");
        var kept = false;
        device.DangerousAddRef(ref kept);
        _self = GCHandle.Alloc(this);
        *Fields = new UsbTransferFields
        {
            Device = device.DangerousGetHandle(),
            Endpoint = endpoint,
            Type = (byte)type,
            TimeoutMilliseconds = (uint)Math.Max(1, timeout.TotalMilliseconds),
            Length = buffer.Length,
            Callback = &OnDone,
            User = GCHandle.ToIntPtr(_self),
            Buffer = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0),
        };
    }

    private byte[] Buffer { get; }

    private unsafe UsbTransferFields* Fields => (UsbTransferFields*)_transfer.DangerousGetHandle();

    /// <summary>Ends when the device has answered, the time is over, or shortly after cancelling.</summary>
    /// <returns>How it ended and how many bytes went or came; for control without the 8 bytes of the request.</returns>
    /// <exception cref="UsbErrorException">libusb doesn't take it.</exception>
    public static async Task<(UsbTransferStatus Status, int Bytes)> RunAsync(
        UsbDeviceHandle device, UsbTransferType type, byte endpoint, byte[] buffer, TimeSpan timeout, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var transfer = new UsbTransfer(device, type, endpoint, buffer, timeout);
        var error = LibUsbTransfers.Submit(transfer._transfer);
        if (error != 0)
        {
            transfer.Release();
            throw new UsbErrorException("libusb_submit_transfer", error);
        }

        // Cancelling one that has just ended gives NOT_FOUND; the callback comes exactly once either way.
        await using var cancelling = ct.UnsafeRegister(static t => ((UsbTransfer)t!).Cancel(), transfer);
        var result = await transfer._done.Task;
        ct.ThrowIfCancellationRequested();
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnDone(nint fields)
    {
        var transfer = (UsbTransfer)GCHandle.FromIntPtr(((UsbTransferFields*)fields)->User).Target!;
        var result = (((UsbTransferFields*)fields)->Status, ((UsbTransferFields*)fields)->ActualLength);
        transfer.Release();
        transfer._done.SetResult(result);
    }

    private void Cancel()
    {
        try
        {
            _ = LibUsbTransfers.Cancel(_transfer);
        }
        catch (ObjectDisposedException)
        {
            // Its callback has run: there is nothing left to cancel.
        }
    }

    private void Release()
    {
        _transfer.Dispose();
        _device.DangerousRelease();
        _self.Free();
    }
}

/// <summary>A call of libusb failed.</summary>
internal sealed class UsbErrorException(string call, int error) : Exception($"{call}: {LibUsbTransfers.NameOf(error)}")
{
    public int Error { get; } = error;
}
