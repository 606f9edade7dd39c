using System.Net;
using System.Net.Sockets;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>
/// Keeps webhooks from being turned against the machines around: addresses that serve machines and not people are refused, where
/// they are written and again where they are connected to, since a name may mean another address by then.
/// </summary>
internal sealed class AddressGuard(EventsOptions options)
{
    private const int LongestUrl = 2000;

    /// <summary>Never a receiver. Metadata services of clouds are among them; private networks are not: receivers live there.</summary>
    private static readonly IPNetwork[] Refused =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("100.100.100.200/32"), IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"), IPNetwork.Parse("::/128"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fec0::/10"),
        IPNetwork.Parse("fd00:ec2::254/128"), IPNetwork.Parse("fd20:ce::254/128"), IPNetwork.Parse("ff00::/8"),
    ];

    // Addresses that hold an IPv4 address: NAT64, 6to4.
    private static readonly (IPNetwork Network, int At)[] Carriers = [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2)];

    /// <exception cref="RequestRefusedException">The address can't be a receiver's.</exception>
    public Uri Demand(string? text)
    {
        Texts.Demand(text, "url", LongestUrl);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 || url.Scheme is not ("http" or "https"))
            throw RequestRefusedException.Invalid("url", "应为完整网址，如 https://receiver.example/events / must be like https://receiver.example/events");
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            throw RequestRefusedException.Invalid("url", "不得含用户名、密码或 # 之后的部分 / must hold neither a user, a password nor a fragment");
        if (url.Scheme == "http" && !url.IsLoopback)
            throw RequestRefusedException.Invalid("url", "须用 https；http 只用于本机上的接收程序 / must be https; http is for receivers on this machine alone");
        if (IPAddress.TryParse(url.DnsSafeHost, out var address) && Why(address) is { } why)
            throw RequestRefusedException.Invalid("url", why);
        return url;
    }

    /// <returns>Why the address is refused; null when it may be called.</returns>
    public string? Why(IPAddress address)
    {
        var meant = Meant(address);
        return Refused.Any(n => n.Contains(meant)) && !options.Webhooks.AllowedNetworks.Any(n => n.Contains(meant))
            ? $"{meant} 属于链路本地、元数据或组播等地址，不能作为接收地址；确有需要的，由系统管理员在 Server:Events:WebhookNetworks 中放行 / {meant} is an address of machines (link-local, metadata, multicast or the like); Server:Events:WebhookNetworks can allow it"
            : null;
    }

    /// <summary>Connects to an address that is allowed, whatever the name meant when it was registered.</summary>
    /// <exception cref="HttpRequestException">None of the name's addresses is allowed or answers.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var isPlain = context.InitialRequestMessage.RequestUri?.Scheme == "http";
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
        Exception? last = null;
        foreach (var address in addresses)
        {
            var why = Why(address) ?? (isPlain && !IPAddress.IsLoopback(Meant(address)) ? $"{address} is not this machine, and without TLS anybody on the way could read along" : null);
            if (why is not null)
            {
                last ??= new HttpRequestException(why);
                continue;
            }

            Socket? socket = null;
            try
            {
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, ct);
                var stream = new NetworkStream(socket, ownsSocket: true);
                socket = null;
                return stream;
            }
            catch (SocketException e)
            {
                last = e;
            }
            finally
            {
                socket?.Dispose();
            }
        }

        throw last is HttpRequestException refused ? refused : new HttpRequestException(last?.Message ?? $"{context.DnsEndPoint.Host} has no address", last);
    }

    private static IPAddress Meant(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        foreach (var (network, at) in Carriers)
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && network.Contains(address))
                return new IPAddress(address.GetAddressBytes().AsSpan(at, 4));
        }

        return address;
    }
}
