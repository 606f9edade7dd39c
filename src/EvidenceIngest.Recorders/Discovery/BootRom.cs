using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Discovery;

/// <summary>
/// Chips that wait for new firmware. Whatever is sent to them may overwrite the recorder's flash, so nothing ever is.
/// Ids: linux-sunxi (Allwinner FEL), Rockchip's rkdeveloptool, MediaTek's preloader.
/// </summary>
internal static class BootRom
{
    public static IReadOnlyList<UsbIdRange> Ids { get; } =
    [
        new(0x1f3a, 0xefe8, 0xefe8),
        new(0x0e8d, 0x0003, 0x0003),
        new(0x0e8d, 0x2000, 0x2000),
        // Rockchip's mask ROMs are named after the chip (281a, 310b, 330c …); 00xx are running Android systems.
        new(0x2207, 0x0100, 0xffff),
    ];

    public static void Refuse(UsbAttachment usb)
    {
        if (Ids.Any(range => range.Contains(usb.VendorId, usb.ProductId)))
        {
            throw new RecorderRefusedException(
                $"{usb.Bay}: {usb.VendorId:x4}:{usb.ProductId:x4} is a chip's boot ROM; nothing is sent to it",
                "设备处于固件刷写（启动）模式，采集站不会与其通信。请拔下设备，正常开机后重新插入；仍然如此请联系厂家维修。");
        }
    }
}
