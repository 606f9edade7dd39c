using System.Runtime.Versioning;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers.MassStorage.Windows;

/// <summary>
/// Recorders that Windows shows as USB disks. Windows mounts them itself and can't be asked to do so read-only, so this only
/// ever opens files for reading, and refuses to clear. Never yet run on Windows.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsDisks(TimeZoneInfo agencyZone, TimeProvider time) : ICardSource
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public string DriverName => "mass-storage";

    public async Task<ICardMedium> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct)
    {
        var usb = (UsbAttachment)attachment;
        // FAT holds local time without a zone, and Windows reads it as its own.
        var now = time.GetUtcNow();
        if (TimeZoneInfo.Local.GetUtcOffset(now) != agencyZone.GetUtcOffset(now))
        {
            throw new RecorderRefusedException(
                $"{usb.Bay}: Windows' time zone {TimeZoneInfo.Local.Id} is not the agency's {agencyZone.Id}, so file times would be wrong",
                "采集站 Windows 的时区与单位所在时区不一致，文件时间会出错，请系统管理员改正时区后重新插入设备。");
        }

        var started = time.GetTimestamp();
        var before = "";
        while (true)
        {
            if (!WindowsDiskPaths.IsThere(usb))
                throw new RecorderGoneException($"{usb.Bay}: the recorder left its bay");
            // Done when two looks in a row see the same: Windows adds volumes one by one.
            var volumes = WindowsDiskPaths.VolumesOf(usb);
            var seen = string.Join(' ', volumes);
            if (seen == before && volumes.Any(v => WindowsVolumes.Describe(v) is not null))
                return new Medium(usb, volumes);
            before = seen;
            if (time.GetElapsedTime(started) > profile.ReadyWithin)
            {
                throw new RecorderRefusedException(
                    $"{usb.Bay}: {(volumes.Count > 0 ? "no volume has a file system that Windows knows" : $"no volume appeared within {profile.ReadyWithin.TotalSeconds} s")}",
                    "设备没有显示为磁盘，或存储介质无法识别，请勿格式化；重新插入后仍然如此请联系管理员。");
            }

            await Task.Delay(Look, time, ct);
        }
    }

    private sealed class Medium : ICardMedium
    {
        private readonly UsbAttachment _usb;
        private readonly IReadOnlyList<string> _paths;

        public Medium(UsbAttachment usb, IReadOnlyList<string> volumes)
        {
            (_usb, _paths) = (usb, volumes);
            var known = volumes.Select(v => (Path: v, What: WindowsVolumes.Describe(v))).ToList();
            Findings = [.. known.Where(v => v.What is null).Select(v => new Finding(FindingCode.Unreadable, $"volume {v.Path} holds no file system that Windows knows"))];
            Volumes = new CardVolumes(
                [.. known.Where(v => v.What is not null).Select((v, i) => new CardVolume($"p{i + 1}", v.What!.Value.Id, new ReadOnlyCardFileSystem(v.Path)))]);
        }

        public CardVolumes Volumes { get; }

        public IReadOnlyList<Finding> Findings { get; }

        public TimeSpan AbsenceShowsWithin => TimeSpan.FromSeconds(1);

        public bool IsPresent() => WindowsDiskPaths.IsThere(_usb);

        /// <summary>Deleting evidence by code that has never run there would be reckless: everything is kept, with this reason.</summary>
        public Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct) =>
            throw new CardIoException("clear under Windows", "/", Linux.ReadOnly);

        public ValueTask DisposeAsync()
        {
            Volumes.Dispose();
            // Nothing was written, so nothing is lost where another program won't let go of a volume.
            foreach (var path in _paths)
                _ = WindowsVolumes.Dismount(path);
            return ValueTask.CompletedTask;
        }
    }
}
