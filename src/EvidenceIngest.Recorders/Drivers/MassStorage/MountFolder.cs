using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Cards;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>
/// The private folder below which this process mounts cards. Taking it into use ends the mounts that a killed process left;
/// a lock keeps a second process from ending ours.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class MountFolder(string runtimeFolder, ILogger<MountFolder> log) : IDisposable
{
    private const UnixFileMode OnlyUs = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root = Path.Combine(Path.GetFullPath(runtimeFolder), "mounts");
    private readonly Lock _guard = new();
    private FileStream? _lock;

    /// <summary>Below the folder, which must be in use.</summary>
    public string TargetFor(string bay, int volume)
    {
        var folder = string.Concat(bay.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        return Path.Combine(_root, folder, $"p{volume}");
    }

    public void Dispose() => _lock?.Dispose();

    /// <summary>Idempotent. Afterwards whatever is mounted of a card in a bay is somebody else's.</summary>
    /// <exception cref="RecorderRefusedException">Another process holds the folder.</exception>
    public void TakeIntoUse()
    {
        lock (_guard)
        {
            if (_lock is not null)
                return;
            Directory.CreateDirectory(_root, OnlyUs);
            File.SetUnixFileMode(_root, OnlyUs);
            try
            {
                _lock = new FileStream(Path.Combine(_root, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e)
            {
                throw new RecorderRefusedException(
                    $"another process mounts cards below {_root}: {e.Message}", "另一个采集站程序正在使用本机，请联系管理员。");
            }

            // The latest first: one may lie upon another.
            foreach (var stale in MountTable.Read().Where(m => m.Target.StartsWith(_root + "/", StringComparison.Ordinal)).Reverse())
                EndStale(stale.Target);
        }
    }

    private void EndStale(string target)
    {
        log.StaleMount(target);
        if (LibcMount.Unmount(PosixFiles.Terminated(target), LibcMount.NoFollow) != 0
            && LibcMount.Unmount(PosixFiles.Terminated(target), LibcMount.NoFollow | LibcMount.DetachLazily) != 0)
        {
            throw CardIoException.Last("unmount what an earlier process left at", target);
        }
    }
}
