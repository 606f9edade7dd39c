using EvidenceIngest.Dock;
using EvidenceIngest.Dock.Bays;

namespace EvidenceIngest.Running;

/// <summary>The states as officers read them.</summary>
internal static class BayWords
{
    public static string Of(BayState state) => state switch
    {
        BayState.Empty => "空闲",
        BayState.Recognised => "已识别",
        BayState.Unlocking => "解锁中",
        BayState.Listing => "读取目录",
        BayState.Offloading => "采集中",
        BayState.Delivering => "等待入库",
        BayState.Sealed => "已入库",
        BayState.Clearing => "清除中",
        BayState.SafeToRemove => "可以取走",
        BayState.Refused => "不能使用",
        BayState.Failed => "出错",
        _ => state.ToString(),
    };

    /// <summary>A state by its name in JSON; one of a newer dock stays as it is.</summary>
    public static string OfName(string state) => Enum.TryParse<BayState>(state, ignoreCase: true, out var known) ? Of(known) : state;

    public static string Of(ServerLink link) => link switch
    {
        ServerLink.Online => "已连接",
        ServerLink.Unreachable => "连接不上",
        ServerLink.NotTrusted => "登记已失效",
        ServerLink.NotEnrolled => "未登记",
        _ => "连接中",
    };

    /// <summary>Bytes in the unit that keeps the number short, e.g. 3.4 GiB.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => FormattableString.Invariant($"{bytes / (double)(1L << 30):0.0} GiB"),
        >= 1L << 20 => FormattableString.Invariant($"{bytes / (double)(1L << 20):0.0} MiB"),
        >= 1L << 10 => FormattableString.Invariant($"{bytes / (double)(1L << 10):0} KiB"),
        _ => FormattableString.Invariant($"{bytes} B"),
    };

    /// <summary>Time left at the present rate, or nothing when there is no rate.</summary>
    public static string TimeLeft(BaySnapshot bay)
    {
        if (bay.BytesPerSecond <= 0 || bay.BytesDone >= bay.BytesTotal)
            return "";
        var left = TimeSpan.FromSeconds((bay.BytesTotal - bay.BytesDone) / (double)bay.BytesPerSecond);
        return left.TotalHours >= 1
            ? FormattableString.Invariant($"约{left.TotalHours:0.0}小时")
            : left.TotalMinutes >= 1 ? FormattableString.Invariant($"约{left.TotalMinutes:0}分") : FormattableString.Invariant($"约{left.TotalSeconds:0}秒");
    }
}
