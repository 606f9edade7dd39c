using System.Text;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices;

/// <summary>What a request was: only the last kind means anything beyond enumeration and plain disks.</summary>
internal enum RequestKind
{
    /// <summary>Enumeration, as any operating system does it.</summary>
    Standard,

    /// <summary>A request of the mass-storage class, e.g. its reset.</summary>
    Class,

    /// <summary>A SCSI command that any disk knows.</summary>
    Scsi,

    /// <summary>A maker's own command, by control, bulk or SCSI.</summary>
    Vendor,
}

/// <summary>Everything that a device was sent, in order, so that tests can tell what a driver said to it and what not.</summary>
internal sealed class Transcript
{
    private readonly Lock _lock = new();
    private readonly List<(RequestKind Kind, string Text)> _entries = [];

    /// <summary>The makers' commands that arrived, answered or not: <c>control 40 55 0080 0000 A1120012…</c>, <c>scsi FD81…</c>, <c>bulk 01 @Ver…</c>.</summary>
    public IReadOnlyList<string> VendorCommands => Of(RequestKind.Vendor);

    public IReadOnlyList<string> Of(RequestKind kind)
    {
        lock (_lock)
            return [.. _entries.Where(e => e.Kind == kind).Select(e => e.Text)];
    }

    public void Control(UsbSetup setup, ReadOnlySpan<byte> data) => Add(
        setup.IsVendor ? RequestKind.Vendor : setup.IsClass ? RequestKind.Class : RequestKind.Standard,
        $"control {setup.RequestType:X2} {setup.Request:X2} {setup.Value:X4} {setup.Index:X4} {Convert.ToHexString(data)}".TrimEnd());

    /// <summary>A command to a disk; C0 to FF are left to makers (SPC-4, 4.3.4).</summary>
    public void Scsi(ReadOnlySpan<byte> cdb) =>
        Add(cdb[0] >= 0xC0 ? RequestKind.Vendor : RequestKind.Scsi, $"scsi {Convert.ToHexString(cdb)}");

    public void Bulk(byte endpoint, ReadOnlySpan<byte> data) =>
        Add(RequestKind.Vendor, $"bulk {endpoint:X2} {Encoding.Latin1.GetString(data)}");

    private void Add(RequestKind kind, string text)
    {
        lock (_lock)
            _entries.Add((kind, text));
    }
}
