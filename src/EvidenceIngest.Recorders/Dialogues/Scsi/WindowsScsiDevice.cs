using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Discovery;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Dialogues.Scsi;

/// <summary>Which \\.\PhysicalDriveN belong to a USB device: Windows tells by its device tree.</summary>
internal interface IWindowsDiskPaths
{
    /// <summary>Empty while Windows has not found any yet.</summary>
    IReadOnlyList<string> Of(UsbAttachment device);
}

/// <summary>IOCTL_SCSI_PASS_THROUGH_DIRECT. Compiled, never yet run on Windows. Needs administrator's rights.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsScsiDevices(IWindowsDiskPaths paths) : IScsiDevices
{
    public IReadOnlyList<IScsiDevice> Open(UsbAttachment device)
    {
        var opened = new List<IScsiDevice>();
        try
        {
            foreach (var path in paths.Of(device))
                opened.Add(WindowsScsiDevice.Open(path));
            return opened;
        }
        catch
        {
            opened.ForEach(d => d.Dispose());
            throw;
        }
    }
}

[SupportedOSPlatform("windows")]
internal sealed class WindowsScsiDevice : IScsiDevice
{
    private const int Page = 4096;

    private readonly SafeFileHandle _handle;

    private WindowsScsiDevice(SafeFileHandle handle) => _handle = handle;

    public static WindowsScsiDevice Open(string path)
    {
        SafeFileHandle? handle = ScsiPassThrough.Open(
            path, ScsiPassThrough.ReadAndWrite, ScsiPassThrough.ShareAll, 0, ScsiPassThrough.OpenExisting, 0, 0);
        try
        {
            if (handle.IsInvalid)
                throw Last("opening " + path);
            var device = new WindowsScsiDevice(handle);
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
        var length = read > 0 ? read : data.Length;
        // The adapter may want its buffer aligned; a page satisfies every one.
        var buffer = length > 0 ? NativeMemory.AlignedAlloc((nuint)length, Page) : null;
        try
        {
            if (read == 0)
                data.CopyTo(new Span<byte>(buffer, length));
            var request = new ScsiPassThroughDirect
            {
                Length = (ushort)Marshal.OffsetOf<ScsiPassThroughDirect>(nameof(ScsiPassThroughDirect.Sense)),
                CdbLength = (byte)cdb.Length,
                SenseLength = ScsiPassThroughDirect.SenseBytes,
                Direction = read > 0 ? ScsiPassThroughDirect.FromDevice : length == 0 ? ScsiPassThroughDirect.NoData : ScsiPassThroughDirect.ToDevice,
                DataLength = (uint)length,
                TimeoutSeconds = (uint)Math.Max(1, Math.Ceiling(timeout.TotalSeconds)),
                Data = buffer,
                SenseOffset = (uint)Marshal.OffsetOf<ScsiPassThroughDirect>(nameof(ScsiPassThroughDirect.Sense)),
            };
            cdb.CopyTo(new Span<byte>(request.Cdb, 16));
            var size = (uint)sizeof(ScsiPassThroughDirect);
            if (!ScsiPassThrough.Control(_handle, ScsiPassThrough.Direct, &request, size, &request, size, out _, 0))
                throw Last("the SCSI command");
            ScsiStatus.Check(request.Status, new ReadOnlySpan<byte>(request.Sense, ScsiPassThroughDirect.SenseBytes));
            return read > 0 ? new ReadOnlySpan<byte>(buffer, (int)Math.Min(request.DataLength, (uint)read)).ToArray() : [];
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static DeviceTalkException Last(string what) => new($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
}

[SupportedOSPlatform("windows")]
internal static unsafe partial class ScsiPassThrough
{
    public const uint Direct = 0x4d014; // IOCTL_SCSI_PASS_THROUGH_DIRECT
    public const uint ReadAndWrite = 0xc0000000;
    public const uint ShareAll = 3;
    public const uint OpenExisting = 3;

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial SafeFileHandle Open(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "DeviceIoControl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Control(
        SafeFileHandle device, uint code, void* request, uint requestBytes, void* reply, uint replyBytes, out uint written, nint overlapped);
}

/// <summary>SCSI_PASS_THROUGH_DIRECT (ntddscsi.h) with its sense data behind it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ScsiPassThroughDirect
{
    public const byte SenseBytes = 32;
    public const byte ToDevice = 0;
    public const byte FromDevice = 1;
    public const byte NoData = 2;

    public ushort Length;
    public byte Status;
    public byte Path;
    public byte Target;
    public byte Lun;
    public byte CdbLength;
    public byte SenseLength;
    public byte Direction;
    public uint DataLength;
    public uint TimeoutSeconds;
    public void* Data;
    public uint SenseOffset;
    public fixed byte Cdb[16];
    public fixed byte Sense[SenseBytes];
}
