using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EvidenceIngest.Web.Api;

/// <summary>This server's own API, over this machine's own network.</summary>
internal sealed class ServiceAddress(IServer server) : IDisposable
{
    private readonly Lazy<HttpClient> _http = new(() => new HttpClient(new SocketsHttpHandler
    {
        UseCookies = false, AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        BaseAddress = Find(server), Timeout = Timeout.InfiniteTimeSpan,
    });

    public HttpClient Http => _http.Value;

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private static Uri Find(IServer server)
    {
        var bound = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? throw new InvalidOperationException("the server listens nowhere");
        var address = BindingAddress.Parse(bound);
        // Whoever listens everywhere listens here.
        var host = address.Host is "+" or "*" or "0.0.0.0" or "[::]" ? IPAddress.Loopback.ToString() : address.Host;
        return new Uri($"{address.Scheme}://{host}:{address.Port}/api/v1/");
    }
}
