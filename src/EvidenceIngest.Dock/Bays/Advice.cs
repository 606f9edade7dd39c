using System.Globalization;

namespace EvidenceIngest.Dock.Bays;

/// <summary>What the screen tells officers: what is the matter, what is safe, what to do. Facts for the log are elsewhere.</summary>
internal static class Advice
{
    public const string PulledWhileCopying = "采集中断，请重新插入记录仪；已采集部分不会丢失，插入后自动续采。";

    public const string LeftWhileUnlocking = "识别过程中记录仪被取走或断开，请重新插入；此前已采集的部分不会丢失。";

    public const string RecorderSilent = "记录仪没有响应，正在重试。请确认设备已开机；持续出现时请拔出后重新插入，或更换采集口并联系管理员。设备内的音像资料未受影响。";

    public const string Offloading = "正在采集，请勿拔出记录仪。";

    public const string Staged = "已采集，等待入库。";

    public const string ServerUnreachable = "暂时连接不上服务器。音像资料已安全保存在采集站，可以取走记录仪；网络恢复后自动入库。";

    public const string DockNotTrusted = "本采集站未登记或登记已失效，请联系系统管理员。音像资料已安全保存在采集站，不会丢失。";

    public const string RemoveCleared = "已全部入库并清除，可以取走记录仪。";

    public const string RemoveKept = "已全部入库，可以取走记录仪（记录仪内的原始文件未清除）。";

    public const string RemovePartlyKept = "已全部入库，可以取走记录仪（部分文件未清除，请勿自行删除）。";

    public const string RecorderUnreadable = "记录仪读取失败，正在重试。请勿格式化；多次失败时请更换采集口并联系管理员。";

    public const string StagingFailed = "采集站磁盘写入或校验出错，正在重试。请勿清空记录仪，并联系管理员。";

    public const string Unexpected = "采集出错，正在自动重试。请勿清空记录仪；持续出现时请联系管理员。";

    public static string NotEnoughSpace(long missing) => string.Create(
        CultureInfo.InvariantCulture,
        $"采集站磁盘空间不足，还缺约{Math.Max(1, missing >> 20)} MB，腾出空间后自动继续采集；请勿清空记录仪。");

    public static string UnreadableFiles(int files) => string.Create(
        CultureInfo.InvariantCulture,
        $"有{files}个文件未能采集，正在重试，其余文件已安全保存。请勿格式化记录仪；持续出现时请联系管理员。");
}
