using System.Net;
using System.Text.Json;
using EvidenceIngest.Domain.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Tests.Events;

/// <summary>Somebody else's server that is told events; it can be killed and comes back on its port.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Received> _received = [];
    private WebApplication? _app;
    private int _port;

    /// <summary>What it answers to an event; the event has come all the same.</summary>
    public Func<HttpContext, Received, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public string Url => $"http://127.0.0.1:{_port}/events";

    public IReadOnlyList<Received> All
    {
        get
        {
            lock (_lock)
                return [.. _received];
        }
    }

    public IEnumerable<JsonElement> Events => All.Select(r => Told.Parse(r.Body));

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        await receiver.RestartAsync();
        return receiver;
    }

    public async Task RestartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _app = builder.Build();
        _app.MapFallback(TakeAsync);
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    /// <summary>Every connection breaks, whatever is on its way.</summary>
    public async Task KillAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app!.StopAsync(now.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var received = new Received(http.Request.Path, http.Request.ContentType, http.Request.Headers[WebhookSignature.Header].ToString(), body.ToArray());
        lock (_lock)
            _received.Add(received);
        await Answer(http, received);
    }
}

internal sealed record Received(string Path, string? ContentType, string Signature, byte[] Body);
