using System.Net;
using System.Text;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcription.Remote;
using EvidenceIngest.Server.Transcription.Sound;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>A site's recogniser, with the interface of OpenAI's.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<Asked> _asked = [];
    private readonly Lock _lock = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private Peer(WebApplication app) => _app = app;

    public Func<HttpContext, Asked, Task> Answer { get; set; } = (http, _) => SayAsync(http, """{"text":"","segments":[]}""");

    public Uri Url => new(new Uri(_app.Urls.Single()), "/v1/audio/transcriptions");

    public IReadOnlyList<Asked> All
    {
        get
        {
            lock (_lock)
                return [.. _asked];
        }
    }

    public static async Task<Peer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var peer = new Peer(builder.Build());
        peer._app.MapPost("/v1/audio/transcriptions", peer.TakeAsync);
        await peer._app.StartAsync();
        return peer;
    }

    public HttpChoice Choice(int seconds = 30, string? token = null, string? model = null) => new(Url, model, token, TimeSpan.FromSeconds(seconds));

    public ITranscriber Open(HttpChoice? choice = null, string language = "en-US") => new HttpTranscriber(_http, choice ?? Choice(), language);

    public static Task SayAsync(HttpContext http, string json) => SayAsync(http, Encoding.UTF8.GetBytes(json));

    public static async Task SayAsync(HttpContext http, byte[] json)
    {
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(json);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        using var wav = new MemoryStream();
        await form.Files["file"]!.CopyToAsync(wav);
        var content = wav.ToArray();
        var header = WavHeader.Read(content.AsSpan(0, Math.Min(content.Length, WavHeader.Most)), content.Length);
        var asked = new Asked(
            form["language"].ToString(), form["model"].ToString(), form["response_format"].ToString(), form["timestamp_granularities[]"].ToArray()!, http.Request.Headers.Authorization.ToString(),
            content.AsSpan((int)header.Begins, (int)header.Samples * WavHeader.SampleBytes).ToArray());
        lock (_lock)
            _asked.Add(asked);
        await Answer(http, asked);
    }
}

internal sealed record Asked(string Language, string Model, string Format, string[] Granularities, string Authorization, byte[] Pcm)
{
    public double Seconds => (double)Pcm.Length / WavHeader.SampleBytes / WavHeader.Rate;
}
