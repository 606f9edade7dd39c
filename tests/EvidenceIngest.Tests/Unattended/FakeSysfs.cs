using System.Buffers.Binary;
using System.Globalization;

namespace EvidenceIngest.Tests.Unattended;

/// <summary>
/// One USB device behind a hub, as the kernel shows it below /sys, with a disk of one partition when it has a mass storage
/// interface. Files and layout after a recorder plugged into a Linux 6.1 machine.
/// </summary>
internal sealed class FakeSysfs
{
    public const string Device = "devices/pci0000:00/usb1/1-1/1-1.2";

    /// <summary>power/control as it is found. The kernel's says "auto"; a file keeps what is longer than the new text.</summary>
    public const string Sleeps = "--";

    private const string Hub = "devices/pci0000:00/usb1/1-1";

    private readonly string _root;

    /// <param name="root">Stands in for /sys.</param>
    /// <param name="id">vendor:product.</param>
    /// <param name="interfaces">class/subclass/protocol of each.</param>
    /// <param name="hub">vendor:product of the hub above it.</param>
    public FakeSysfs(string root, string id, string[] interfaces, string hub)
    {
        _root = root;
        AddUsb("devices/pci0000:00/usb1", "1d6b:0002", 9, ["09/00/00"], 0);
        AddUsb(Hub, hub, 9, ["09/00/01"], 1);
        AddUsb(Device, id, 0, interfaces, 6);
        for (var i = 0; i < interfaces.Length; i++)
        {
            var fields = interfaces[i].Split('/');
            var folder = $"{Device}/1-1.2:1.{i}";
            Add(folder, "bus/usb", "DEVTYPE=usb_interface\n");
            Write(folder, "bInterfaceNumber", $"{i:x2}");
            Write(folder, "bInterfaceClass", fields[0]);
            Write(folder, "bInterfaceSubClass", fields[1]);
            Write(folder, "bInterfaceProtocol", fields[2]);
            if (fields[0] == "08")
                AddDisk(folder);
        }
    }

    /// <summary>Folder below /sys of everything with a node, and the node's path, type and numbers.</summary>
    public List<(string Folder, string Node, char Type, int Major, int Minor)> Nodes { get; } = [];

    private void AddUsb(string folder, string id, int deviceClass, string[] interfaces, int minor)
    {
        var node = string.Create(CultureInfo.InvariantCulture, $"bus/usb/001/{minor + 1:000}");
        Add(folder, "bus/usb", $"MAJOR=189\nMINOR={minor}\nDEVNAME={node}\nDEVTYPE=usb_device\n");
        Nodes.Add((folder, node, 'c', 189, minor));
        Write(folder, "idVendor", id[..4]);
        Write(folder, "idProduct", id[5..]);
        Write(folder, "bDeviceClass", $"{deviceClass:x2}");
        Write(folder, "busnum", "1");
        Write(folder, "devnum", $"{minor + 1}");
        Write(folder, "product", "BODYCAM");
        Directory.CreateDirectory(Path.Combine(_root, folder, "power"));
        File.WriteAllText(Path.Combine(_root, folder, "power/control"), Sleeps);
        File.WriteAllBytes(Path.Combine(_root, folder, "descriptors"), Descriptors(id, deviceClass, interfaces));
    }

    private void AddDisk(string usbInterface)
    {
        Add(usbInterface + "/host6", "bus/scsi", "DEVTYPE=scsi_host\n");
        Add(usbInterface + "/host6/target6:0:0", "bus/scsi", "DEVTYPE=scsi_target\n");
        var unit = usbInterface + "/host6/target6:0:0/6:0:0:0";
        Add(unit, "bus/scsi", "DEVTYPE=scsi_device\n");
        Write(unit, "type", "0");
        Write(unit, "vendor", "GENERIC ");
        Write(unit, "model", "STORAGE         ");
        Write(unit, "rev", "0100");
        AddNode(unit + "/block/sda", "class/block", "sda", "DEVTYPE=disk\n", 'b', 8, 0);
        AddNode(unit + "/block/sda/sda1", "class/block", "sda1", "DEVTYPE=partition\n", 'b', 8, 1);
        AddNode(unit + "/scsi_generic/sg3", "class/scsi_generic", "sg3", "", 'c', 21, 3);
    }

    private void AddNode(string folder, string subsystem, string node, string more, char type, int major, int minor)
    {
        Add(folder, subsystem, $"MAJOR={major}\nMINOR={minor}\nDEVNAME={node}\n{more}");
        Nodes.Add((folder, node, type, major, minor));
    }

    private void Add(string folder, string subsystem, string uevent)
    {
        var path = Path.Combine(_root, folder);
        Directory.CreateDirectory(path);
        Directory.CreateDirectory(Path.Combine(_root, subsystem));
        Directory.CreateSymbolicLink(Path.Combine(path, "subsystem"), Path.GetRelativePath(path, Path.Combine(_root, subsystem)));
        File.WriteAllText(Path.Combine(path, "uevent"), uevent);
    }

    private void Write(string folder, string name, string text) => File.WriteAllText(Path.Combine(_root, folder, name), text + "\n");

    /// <summary>Device, configuration, and each interface with one endpoint: USB 2.0, 9.6.</summary>
    private static byte[] Descriptors(string id, int deviceClass, string[] interfaces)
    {
        byte[] device = [18, 1, 0, 2, (byte)deviceClass, 0, 0, 64, 0, 0, 0, 0, 0, 1, 1, 2, 3, 1];
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(8), Hex(id[..4]));
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(10), Hex(id[5..]));
        var each = interfaces.SelectMany((text, i) =>
        {
            var fields = text.Split('/').Select(f => (byte)Hex(f)).ToArray();
            return new byte[] { 9, 4, (byte)i, 0, 1, fields[0], fields[1], fields[2], 0, 7, 5, 0x81, 2, 0, 2, 0 };
        }).ToArray();
        return [.. device, 9, 2, (byte)(9 + each.Length), 0, (byte)interfaces.Length, 1, 0, 0x80, 50, .. each];
    }

    private static ushort Hex(string digits) => ushort.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
