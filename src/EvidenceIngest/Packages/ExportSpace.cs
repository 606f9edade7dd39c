using EvidenceIngest.Hosting;

namespace EvidenceIngest.Packages;

/// <summary>Says that a disk is too small before hours were spent on filling it.</summary>
internal static class ExportSpace
{
    // What folders and names take besides the files' own bytes.
    private const long Margin = 1 << 20;

    /// <param name="folder">Exists, on the disk in question.</param>
    /// <param name="missing">Bytes that are still to come.</param>
    /// <exception cref="ServiceException">They don't fit.</exception>
    public static void Demand(string folder, long missing)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (missing + Margin > free)
        {
            throw new ServiceException(
                $"目标磁盘可用空间不足：尚需 {MiB(missing + Margin)}，可用 {MiB(free)}\n已下载部分保留，腾出空间后重新运行同一命令即可续传 / the target's disk has too little space; what arrived is kept, make room and run the same command again");
        }
    }

    private static string MiB(long bytes) => $"{Math.Ceiling(bytes / 1048576.0):N0} MiB";
}
