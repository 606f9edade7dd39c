using System.Net;

namespace EvidenceIngest.Web.Docks;

/// <summary>Where the browser of this page is. Read when the page's connection is made: later there is no request to read it from.</summary>
public sealed class ScreenAddress(IHttpContextAccessor http)
{
    public IPAddress? Browser { get; } = http.HttpContext?.Connection.RemoteIpAddress is { } address ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : null;
}
