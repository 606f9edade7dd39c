using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Cards;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Dialogues.Scsi;

/// <summary>SG_IO on /dev/sgN or on the disk itself. Vendor commands need CAP_SYS_RAWIO there, or a udev rule on sgN.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxScsiDevice : IScsiDevice
{
    private const int OpenForBoth = 2; // O_RDWR: the kernel lets unknown commands through to nobody who may only read
    private const int SenseBytes = 64;
    private const ushort DriverSense = 8;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private LinuxScsiDevice(SafeFileHandle handle, string path) => (_handle, _path) = (handle, path);

    /// <summary>Opens a node after making sure that its name leads to that very device.</summary>
    public static LinuxScsiDevice Open(string name, uint major, uint minor)
    {
        var path = "/dev/" + name;
        SafeFileHandle? handle = Libc.Open(
            PosixFiles.Terminated(path), OpenForBoth | Libc.OpenNoFollow | Libc.OpenCloseOnExec | Libc.OpenNonBlocking, 0);
        try
        {
            if (handle.IsInvalid || !PosixFiles.TryStat(handle, out var stat))
                throw CardIoException.Last("open", path);
            if (!(stat.IsBlockDevice || stat.IsCharacterDevice) || stat.SpecialMajor != major || stat.SpecialMinor != minor)
                throw new CardIoException("open", path, Linux.NoDevice);
            var device = new LinuxScsiDevice(handle, path);
            handle = null; // the device's now
            return device;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    public unsafe byte[] Pass(ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> data, int read, TimeSpan timeout)
    {
        var reply = new byte[read];
        Span<byte> sense = stackalloc byte[SenseBytes];
        SgIoHeader header;
        fixed (byte* command = cdb, sent = data, received = reply, senses = sense)
        {
            header = new SgIoHeader
            {
                InterfaceId = 'S',
                Direction = read > 0 ? SgIoHeader.FromDevice : data.IsEmpty ? SgIoHeader.NoData : SgIoHeader.ToDevice,
                CommandBytes = (byte)cdb.Length,
                SenseBytes = SenseBytes,
                DataBytes = (uint)(read > 0 ? read : data.Length),
                Data = read > 0 ? received : sent,
                Command = command,
                Sense = senses,
                TimeoutMilliseconds = (uint)Math.Max(1, timeout.TotalMilliseconds),
            };
            if (ScsiControl.Pass(_handle, ScsiControl.SgIo, ref header) != 0)
                throw CardIoException.Last("SG_IO", _path);
        }

        if (header.HostStatus != 0 || (header.DriverStatus & ~DriverSense) != 0)
            throw new DeviceTalkException($"no answer to the SCSI command: host status {header.HostStatus:x2}, driver status {header.DriverStatus:x2}");
        ScsiStatus.Check(header.Status, sense[..Math.Min(header.SenseWritten, (byte)SenseBytes)]);
        // What the unit left unsent is no reply; the difference is the device's word, so it is not believed beyond the buffer.
        return reply[..(read - Math.Clamp(header.Residual, 0, read))];
    }

    public void Dispose() => _handle.Dispose();
}

internal static partial class ScsiControl
{
    public const ulong SgIo = 0x2285;

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Pass(SafeFileHandle device, ulong request, ref SgIoHeader header);
}

/// <summary>struct sg_io_hdr (scsi/sg.h), 64-bit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SgIoHeader
{
    public const int NoData = -1;
    public const int ToDevice = -2;
    public const int FromDevice = -3;

    public int InterfaceId;
    public int Direction;
    public byte CommandBytes;
    public byte SenseBytes;
    public ushort VectorCount;
    public uint DataBytes;
    public byte* Data;
    public byte* Command;
    public byte* Sense;
    public uint TimeoutMilliseconds;
    public uint Flags;
    public int PackId;
    public nint User;
    public byte Status;
    public byte MaskedStatus;
    public byte MessageStatus;
    public byte SenseWritten;
    public ushort HostStatus;
    public ushort DriverStatus;
    public int Residual;
    public uint DurationMilliseconds;
    public uint Remarks;
}
