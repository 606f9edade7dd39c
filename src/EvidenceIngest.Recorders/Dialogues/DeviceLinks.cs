using System.Net;
using EvidenceIngest.Recorders.Dialogues.Scsi;
using EvidenceIngest.Recorders.Dialogues.Tcp;
using EvidenceIngest.Recorders.Dialogues.Usb;
using EvidenceIngest.Recorders.Dialogues.Vendor;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>The ways that this machine has to devices.</summary>
/// <param name="bus">For USB transfers.</param>
/// <param name="scsi">None where SCSI commands can't be passed through.</param>
/// <param name="libraries">For makers' libraries.</param>
/// <param name="time">For waiting until a way appears.</param>
/// <param name="log">Told when a device can't be given back to the kernel.</param>
internal sealed class DeviceLinks(
    UsbBus bus, IEnumerable<IScsiDevices> scsi, IVendorLibraries libraries, TimeProvider time, ILogger<DeviceLinks> log) : IDeviceLinks
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly IScsiDevices? _scsi = scsi.FirstOrDefault();

    public async Task<IDeviceLink?> OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct)
    {
        switch (profile.Dialogue!.Transport)
        {
            case DialogueTransport.Usb when OperatingSystem.IsWindows():
                // Its ports have other names there, and libusb reaches only what has the WinUSB driver.
                throw new RecorderRefusedException(
                    $"{device.Bay}: profile {profile.Name} speaks by USB transfers, which Windows docks can't", $"“{profile.Title}”只能在 Linux 采集站上解锁，请改接 Linux 采集站。设备内的音像资料未受影响。");
            case DialogueTransport.Usb:
                // Taking a disk from the kernel's driver may block for seconds.
                return await Task.Run(() => UsbLink.Open(bus, device, profile.Dialogue.Usb, log), ct);
            case DialogueTransport.Scsi:
                return await ScsiLink.OpenAsync(_scsi ?? throw NoScsi(device), device, profile, time, ct);
            case DialogueTransport.Tcp:
                return await ConnectAsync(device, profile, ct);
            default:
                return await libraries.OpenAsync(device, profile, ct);
        }
    }

    /// <summary>The network on the cable comes up some seconds after the device.</summary>
    private async Task<IDeviceLink> ConnectAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct)
    {
        var channel = profile.Dialogue!.Tcp!;
        using var limit = new CancellationTokenSource(profile.ReadyWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            while (true)
            {
                if (UsbNetwork.Of(device) is { } network)
                    return await FrameLink.ConnectAsync(new IPEndPoint(network.Device, channel.Port), network.Interface, channel.BigEndianLength, either.Token);
                await Task.Delay(Look, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new DeviceTalkException($"the device opened no network within {profile.ReadyWithin.TotalSeconds} s");
        }
    }

    private static RecorderRefusedException NoScsi(UsbAttachment device) => new(
        $"{device.Bay}: this machine has no way to pass SCSI commands through", "本采集站不支持向该型号设备发送切换命令，请联系系统管理员。");
}
