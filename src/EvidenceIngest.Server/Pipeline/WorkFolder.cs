using System.Globalization;
using EvidenceIngest.Server.MediaTools;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>Room on a local disk for tools that can't read from the vault. Nothing in it is ever the only copy.</summary>
internal sealed class WorkFolder(ServerOptions options)
{
    /// <summary>Removes what a killed process left behind.</summary>
    public void Clean()
    {
        if (Directory.Exists(options.WorkFolder))
            Directory.Delete(options.WorkFolder, recursive: true);
        Directory.CreateDirectory(options.WorkFolder);
    }

    /// <summary>A folder for one job; gone when it is disposed.</summary>
    public WorkPlace Open(string itemId) =>
        new(Path.Combine(options.WorkFolder, itemId + "-" + Guid.NewGuid().ToString("N")), options.WorkReserveBytes);
}

/// <summary>One job's folder, and the masters that were fetched into it.</summary>
internal sealed class WorkPlace(string folder, long reserveBytes) : IDisposable
{
    public string Folder => folder;

    /// <summary>Fetched once, for whoever of the job's stages asks first.</summary>
    public IReadOnlyList<string>? Masters { get; set; }

    /// <exception cref="MediaToolUnavailableException">The disk would become too full; worth a retry.</exception>
    public void DemandRoom(long bytes)
    {
        Directory.CreateDirectory(folder);
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free - bytes < reserveBytes)
        {
            throw new MediaToolUnavailableException(string.Create(
                CultureInfo.InvariantCulture,
                $"工作目录所在磁盘空间不足 / the work folder's disk has {free} bytes free, too few for {bytes} and the reserve of {reserveBytes}"));
        }
    }

    public void Dispose()
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Cleaned at the next start.
        }
    }
}
