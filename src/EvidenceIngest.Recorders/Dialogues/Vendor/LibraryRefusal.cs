using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.VendorDll;

namespace EvidenceIngest.Recorders.Dialogues.Vendor;

/// <summary>Turns what a helper reports into what a bay does about it. Where nothing was called, nothing can be in doubt.</summary>
internal static class LibraryRefusal
{
    public static Exception For(VendorAnswer answer, UsbAttachment device, HardwareProfile profile, string library, string? function)
    {
        var what = $"{library}{(function is null ? "" : " " + function)}: {answer.Detail}";
        return answer.Error switch
        {
            VendorError.Missing => Refused($"未找到厂家程序库 {library}，请系统管理员将其放入采集站的 vendor-libraries 文件夹后重新插入设备。"),
            VendorError.Unloadable => Refused($"厂家程序库 {library} 无法加载，可能位数不符或缺少组件，请系统管理员更换后重新插入设备。"),
            VendorError.NoFunction => Refused($"厂家程序库 {library} 中没有接口 {function}，版本可能与硬件档案不符，请系统管理员核对。"),
            VendorError.BadRequest => Refused("采集站与程序库组件的版本不一致，请系统管理员重新安装采集站。"),
            // It was called: whether the device has taken a password nobody knows.
            _ => new DeviceTalkException(what),
        };

        RecorderRefusedException Refused(string advice) =>
            new($"{device.Bay}: profile {profile.Name}: {what}", $"“{profile.Title}”无法解锁：{advice}设备内的音像资料未受影响。");
    }
}
