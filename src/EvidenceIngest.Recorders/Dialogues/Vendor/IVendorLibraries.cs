using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Dialogues.Vendor;

/// <summary>A maker's Windows library in a process of its own, one for each conversation.</summary>
internal interface IVendorLibraries
{
    /// <summary>
    /// Waits until no other bay talks through the profile's library, then loads it. The link takes
    /// <see cref="DllExchange"/>; disposing it ends the process and lets the next bay in.
    /// </summary>
    /// <exception cref="RecorderRefusedException">Not on this machine, or the library is missing or no fit for it.</exception>
    /// <exception cref="DeviceTalkException">The library or its process failed while loading.</exception>
    Task<IDeviceLink> OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct);
}

/// <summary>Everywhere but on Windows.</summary>
internal sealed class NoVendorLibraries : IVendorLibraries
{
    public Task<IDeviceLink> OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct) => throw new RecorderRefusedException(
        $"{device.Bay}: profile {profile.Name} speaks through the maker's Windows library, which runs in the helper process EvidenceIngest.VendorDll; this machine has none",
        $"“{profile.Title}”只能通过厂家的 Windows 程序库切换到磁盘模式，本采集站无法读取；请改接 Windows 采集站。设备内的音像资料未受影响。");
}
