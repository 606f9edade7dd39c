using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using EvidenceIngest.Recorders.Discovery;

namespace EvidenceIngest.Recorders.Dialogues.Tcp;

/// <summary>The network interface that a USB device opens on its cable, and the device's own address on it.</summary>
internal static class UsbNetwork
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int BindToDevice = 25; // SO_BINDTODEVICE

    /// <summary>Null while there is none, or while it has no address yet.</summary>
    public static (string Interface, IPAddress Device)? Of(UsbAttachment device)
    {
        foreach (var name in NamesBelow(device.SysfsPath))
        {
            // The device hands out the address by DHCP and routes: it is the gateway.
            var gateway = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(n => n.Name == name)?
                .GetIPProperties().GatewayAddresses.Select(g => g.Address)
                .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !a.Equals(IPAddress.Any));
            if (gateway is not null)
                return (name, gateway);
        }

        return null;
    }

    /// <summary>Linux: two recorders of one make both are 192.168.42.129, each on its own cable.</summary>
    public static void Bind(Socket socket, string networkInterface)
    {
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.ASCII.GetBytes(networkInterface + "\0"));
    }

    /// <summary>1-2:1.0/net/usb0 below the device's folder in sysfs.</summary>
    internal static IReadOnlyList<string> NamesBelow(string? sysfsPath)
    {
        try
        {
            return sysfsPath is null ? [] :
            [
                .. Directory.EnumerateDirectories(sysfsPath, Path.GetFileName(sysfsPath) + ":*")
                    .Select(i => Path.Combine(i, "net")).Where(Directory.Exists)
                    .SelectMany(Directory.EnumerateDirectories).Select(n => Path.GetFileName(n)!).Order(StringComparer.Ordinal),
            ];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
