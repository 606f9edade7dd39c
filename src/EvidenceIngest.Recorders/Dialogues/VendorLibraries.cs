using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>A maker's Windows library in a process of its own, one for each conversation.</summary>
internal interface IVendorLibraries
{
    /// <summary>The link takes <see cref="DllExchange"/> and answers the library's result code as decimal digits.</summary>
    /// <exception cref="RecorderRefusedException">Not on this machine.</exception>
    Task<IDeviceLink> OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct);
}

/// <summary>Everywhere but on Windows.</summary>
internal sealed class NoVendorLibraries : IVendorLibraries
{
    public Task<IDeviceLink> OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct) => throw new RecorderRefusedException(
        $"{device.Bay}: profile {profile.Name} speaks through the maker's Windows library, which runs in the helper process EvidenceIngest.VendorDll; this machine has none",
        $"“{profile.Title}”只能通过厂家的 Windows 程序库切换到磁盘模式，本采集站无法读取；请改接 Windows 采集站。设备内的音像资料未受影响。");
}
