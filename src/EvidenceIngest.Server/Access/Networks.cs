using System.Net;

namespace EvidenceIngest.Server.Access;

/// <summary>Networks that something works from, as 10.1.0.0/16 or 2001:db8::/32; null: any.</summary>
internal static class Networks
{
    private const int Most = 50;

    /// <summary>Those that were asked for, each once.</summary>
    /// <exception cref="RequestRefusedException">One is none, or there are none or too many.</exception>
    public static List<string>? Demand(IReadOnlyList<string>? asked, string field)
    {
        var networks = asked?.Distinct(StringComparer.Ordinal).ToList();
        return networks is { Count: 0 or > Most } || networks?.Any(n => n is null || !IPNetwork.TryParse(n, out _)) == true
            ? throw RequestRefusedException.Invalid(field, $"应为 1 至 {Most} 个网段，如 10.1.0.0/16；不限制的请留空 / must be 1 to {Most} networks like 10.1.0.0/16, or missing for any")
            : networks;
    }

    public static bool Allow(IReadOnlyList<string>? networks, IPAddress? from) => networks is null || (from is not null && networks.Any(n => IPNetwork.Parse(n).Contains(from)));

    /// <summary>Whose request it is; an IPv4 address as such, also where the socket takes both.</summary>
    public static IPAddress? From(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : null;
}
