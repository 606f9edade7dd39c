using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Cards;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>One volume of a USB disk and its place in our file tree. Blocking calls; errors are <see cref="CardIoException"/>.</summary>
/// <param name="device">What is mounted.</param>
/// <param name="disk">The whole disk it lies on.</param>
/// <param name="format">As probed.</param>
/// <param name="target">An empty private folder; made and removed here.</param>
/// <param name="zoneMinutes">The agency's offset from UTC.</param>
[SupportedOSPlatform("linux")]
internal sealed class VolumeMount(BlockDevice device, BlockDevice disk, VolumeFormat format, string target, int zoneMinutes)
{
    /// <summary>Null while it isn't mounted.</summary>
    private bool? _writable;
    private PosixCardFileSystem? _files;

    public string? VolumeId => format.VolumeId;

    public ICardFileSystem Files => _files ?? throw new InvalidOperationException($"{device.Name} is not mounted");

    public string DeviceName => device.Name;

    /// <summary>Reads the first sector of a device, after making sure that the name leads to that very device.</summary>
    public static VolumeFormat Probe(BlockDevice device)
    {
        using var handle = OpenDevice(device);
        try
        {
            var sector = new byte[VolumeFormat.SectorBytes];
            var read = RandomAccess.Read(handle, sector, 0); // a block device gives whole sectors or an error
            return VolumeFormat.Read(sector.AsSpan(0, read));
        }
        catch (IOException e)
        {
            throw new CardIoException("read", "/dev/" + device.Name, e.HResult); // .NET puts errno there on Unix
        }
    }

    /// <summary>
    /// Mounts unless it is mounted so already. Unless writable, the block device itself refuses writes too, which also stops
    /// the kernel from replaying or marking anything.
    /// </summary>
    public void Mount(bool writable)
    {
        if (_writable == writable)
            return;
        SetReadOnly(disk, !writable);
        SetReadOnly(device, !writable);
        Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!TryMount(writable, Options(keepDots: true)) && !TryMount(writable, Options(keepDots: false)))
            throw CardIoException.Last("mount", "/dev/" + device.Name);

        _writable = writable;
        _files = PosixCardFileSystem.Open(target);
        if (_files.Root.Device == (((ulong)device.Major << 32) | device.Minor))
            return;
        Unmount(evenIfBusy: true);
        // The name changed hands between the look and the mount: another device was plugged.
        throw new CardIoException("mount", "/dev/" + device.Name, Linux.NoDevice);
    }

    /// <param name="evenIfBusy">Detaches it from the tree when a file is still open; it ends with the last one.</param>
    public void Unmount(bool evenIfBusy)
    {
        if (_writable is null)
            return;
        _files?.Dispose();
        var path = PosixFiles.Terminated(target);
        if (LibcMount.Unmount(path, LibcMount.NoFollow) != 0)
        {
            var error = CardIoException.Last("unmount", target);
            if (error.Errno != Linux.Invalid // not mounted
                && (!evenIfBusy || LibcMount.Unmount(path, LibcMount.NoFollow | LibcMount.DetachLazily) != 0))
            {
                throw error;
            }
        }

        _writable = null;
        Directory.Delete(target);
    }

    private static SafeFileHandle OpenDevice(BlockDevice device)
    {
        var path = "/dev/" + device.Name;
        var handle = Libc.Open(PosixFiles.Terminated(path), Libc.OpenNoFollow | Libc.OpenCloseOnExec | Libc.OpenNonBlocking, 0);
        var error = handle.IsInvalid || !PosixFiles.TryStat(handle, out var stat) ? CardIoException.Last("open", path)
            : !stat.IsBlockDevice || stat.SpecialMajor != device.Major || stat.SpecialMinor != device.Minor
                ? new CardIoException("open", path, Linux.NoDevice)
                : null;
        if (error is null)
            return handle;
        handle.Dispose();
        throw error;
    }

    private static void SetReadOnly(BlockDevice device, bool readOnly)
    {
        using var handle = OpenDevice(device);
        if (LibcMount.Control(handle, LibcMount.SetReadOnly, readOnly ? 1 : 0) != 0)
            throw CardIoException.Last(readOnly ? "make read-only" : "make writable", "/dev/" + device.Name);
    }

    private bool TryMount(bool writable, string options)
    {
        const ulong always = LibcMount.NoSetUser | LibcMount.NoDevices | LibcMount.NoExecution | LibcMount.NoAccessTime;
        return LibcMount.Mount(
            PosixFiles.Terminated("/dev/" + device.Name),
            PosixFiles.Terminated(target),
            PosixFiles.Terminated(format.FileSystem!),
            always | (writable ? 0 : LibcMount.ReadOnly),
            PosixFiles.Terminated(options)) == 0
            || (Marshal.GetLastPInvokeError() is var errno && errno != Linux.Invalid
                ? throw new CardIoException("mount", "/dev/" + device.Name, errno)
                : false);
    }

    /// <summary>
    /// FAT stores local time without zone and the kernel takes it for UTC unless told: time_offset is subtracted from it
    /// (Documentation/filesystems/vfat.rst). exFAT may store the zone with each time; time_offset applies only where it didn't
    /// (fs/exfat/misc.c), so the same option is right for both. Offsets with daylight saving would need the date of each file;
    /// China has none. keep_last_dots (exFAT, Linux 5.18) makes names that end in dots readable.
    /// </summary>
    private string Options(bool keepDots) => format.FileSystem == "exfat"
        ? string.Create(CultureInfo.InvariantCulture, $"iocharset=utf8,umask=0077,time_offset={zoneMinutes}{(keepDots ? ",keep_last_dots" : "")}")
        : string.Create(CultureInfo.InvariantCulture, $"utf8=1,umask=0077,time_offset={zoneMinutes}");
}
