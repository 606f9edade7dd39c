using System.Buffers.Binary;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Discovery.Usb;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles.Dialogue;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Dialogues.Usb;

/// <summary>
/// Control and bulk transfers to one device. Its interface is claimed from the kernel's driver, and given back when this is
/// disposed.
/// </summary>
internal sealed class UsbLink : IDeviceLink
{
    private const int RequestBytes = 8;

    /// <summary>A device may send a whole packet where less was asked; into a shorter buffer that would be an overflow.</summary>
    private const int LargestPacket = 1024;

    private readonly UsbAttachment _device;
    private readonly UsbDeviceHandle _handle;
    private readonly UsbChannel? _channel;
    private readonly ILogger _log;
    private readonly bool _detached;

    private UsbLink(UsbAttachment device, UsbDeviceHandle handle, UsbChannel? channel, ILogger log)
    {
        (_device, _handle, _channel, _log) = (device, handle, channel, log);
        if (channel is null)
            return;
        var number = channel.Interface;
        if (LibUsbTransfers.IsKernelDriverActive(handle, number) == 1)
        {
            Check("libusb_detach_kernel_driver", LibUsbTransfers.DetachKernelDriver(handle, number));
            _detached = true;
        }

        try
        {
            Check("libusb_claim_interface", LibUsbTransfers.Claim(handle, number));
        }
        catch (UsbErrorException)
        {
            GiveBack();
            throw;
        }
    }

    public static UsbLink Open(UsbBus bus, UsbAttachment device, UsbChannel? channel, ILogger log)
    {
        UsbDeviceHandle? handle = null;
        try
        {
            handle = bus.Open(device);
            var link = new UsbLink(device, handle, channel, log);
            handle = null; // the link's now
            return link;
        }
        catch (UsbErrorException e)
        {
            throw Explained(device, e.Message, e.Error);
        }
        catch (UsbUnavailableException e)
        {
            throw new RecorderGoneException($"{device.Bay}: {e.Message}", e);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    public async Task<ReadOnlyMemory<byte>> ExchangeAsync(Exchange exchange, TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            return exchange switch
            {
                ControlExchange control => await ControlAsync(control, timeout, ct),
                BulkExchange bulk => await BulkAsync(bulk, timeout, ct),
                _ => throw new ArgumentException("no transfer of USB", nameof(exchange)),
            };
        }
        catch (UsbErrorException e)
        {
            throw Explained(_device, e.Message, e.Error);
        }
    }

    public ValueTask DisposeAsync() => new(Task.Run(Close));

    private void Close()
    {
        if (_channel is not null)
        {
            var released = LibUsbTransfers.Release(_handle, _channel.Interface);
            if (released is not (0 or LibUsbTransfers.NoDevice))
                _log.NotGivenBack(_device.Bay.Value, $"libusb_release_interface: {LibUsbTransfers.NameOf(released)}");
            GiveBack();
        }

        _handle.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> ControlAsync(ControlExchange exchange, TimeSpan timeout, CancellationToken ct)
    {
        var length = exchange.Read > 0 ? exchange.Read : exchange.Data.Length;
        var buffer = GC.AllocateArray<byte>(RequestBytes + length, pinned: true);
        (buffer[0], buffer[1]) = (exchange.Type, exchange.Request);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(2), exchange.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(4), exchange.Index);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(6), (ushort)length);
        exchange.Data.Span.CopyTo(buffer.AsSpan(RequestBytes));
        var (status, bytes) = await UsbTransfer.RunAsync(_handle, UsbTransferType.Control, 0, buffer, timeout, ct);
        Check(status, "control");
        if (exchange.Read == 0 && bytes != exchange.Data.Length)
            throw new DeviceTalkException($"the device took {bytes} of {exchange.Data.Length} bytes");
        return exchange.Read == 0 ? default : buffer.AsMemory(RequestBytes, bytes);
    }

    private async Task<ReadOnlyMemory<byte>> BulkAsync(BulkExchange exchange, TimeSpan timeout, CancellationToken ct)
    {
        var channel = _channel ?? throw new InvalidOperationException("the parser lets no bulk step without endpoints through");
        if (!exchange.Data.IsEmpty)
        {
            var sent = GC.AllocateArray<byte>(exchange.Data.Length, pinned: true);
            exchange.Data.CopyTo(sent);
            var (status, bytes) = await UsbTransfer.RunAsync(_handle, UsbTransferType.Bulk, channel.Out, sent, timeout, ct);
            Check(status, "bulk out", channel.Out);
            if (bytes != sent.Length)
                throw new DeviceTalkException($"the device took {bytes} of {sent.Length} bytes");
        }

        if (exchange.Read == 0)
            return default;
        var buffer = GC.AllocateArray<byte>((exchange.Read + LargestPacket - 1) / LargestPacket * LargestPacket, pinned: true);
        var (ended, read) = await UsbTransfer.RunAsync(_handle, UsbTransferType.Bulk, channel.In, buffer, timeout, ct);
        Check(ended, "bulk in", channel.In);
        return buffer.AsMemory(0, read);
    }

    private void Check(UsbTransferStatus status, string what, byte endpoint = 0)
    {
        if (status == UsbTransferStatus.Completed)
            return;
        if (status == UsbTransferStatus.NoDevice)
            throw Gone(_device, what);
        // A stalled endpoint stays stalled for the next attempt; endpoint 0 recovers by itself.
        if (status == UsbTransferStatus.Stall && endpoint != 0)
            _ = LibUsbTransfers.ClearHalt(_handle, endpoint);
        throw new DeviceTalkException(status switch
        {
            UsbTransferStatus.TimedOut => $"{what}: no answer in time",
            UsbTransferStatus.Stall => $"{what}: the device refuses the request (stall)",
            UsbTransferStatus.Overflow => $"{what}: the device sent more than asked",
            _ => $"{what}: {status}",
        });
    }

    private static void Check(string call, int error)
    {
        if (error != 0)
            throw new UsbErrorException(call, error);
    }

    private void GiveBack()
    {
        if (!_detached)
            return;
        var error = LibUsbTransfers.AttachKernelDriver(_handle, _channel!.Interface);
        // After re-enumeration there is nothing to give back to.
        if (error is not (0 or LibUsbTransfers.NoDevice or LibUsbTransfers.NotFound))
            _log.NotGivenBack(_device.Bay.Value, $"libusb_attach_kernel_driver: {LibUsbTransfers.NameOf(error)}");
    }

    private static RecorderGoneException Gone(UsbAttachment device, string what) =>
        new RecorderGoneException($"{device.Bay}: {what}: the recorder left its port");

    private static Exception Explained(UsbAttachment device, string message, int error) => error switch
    {
        LibUsbTransfers.NoDevice => Gone(device, message),
        LibUsbTransfers.AccessDenied => new RecorderRefusedException(
            $"{device.Bay}: {message}; the udev rules of scripts/ give the service access",
            "采集站服务没有访问该 USB 设备的权限，请联系系统管理员安装设备访问规则。"),
        LibUsbTransfers.Busy => new RecorderRefusedException(
            $"{device.Bay}: {message}; another program has claimed the device", "设备被本机其他程序占用，请联系系统管理员。"),
        LibUsbTransfers.NotSupported => new RecorderRefusedException(
            $"{device.Bay}: {message}; on Windows the device needs the WinUSB driver", "本机没有为该设备安装可用的 USB 驱动，请联系系统管理员。"),
        _ => new DeviceTalkException($"{message}"),
    };
}
