using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Tests.Support;

/// <summary>
/// A real HTTP server that speaks the delivery protocol and plays the vault too: checks Content-MD5, reads everything back
/// before it signs, and seals nothing twice. It can be told to misbehave.
/// </summary>
internal sealed class DeliveryServer : IAsyncDisposable
{
    public const string Code = "one-time-code";
    private string? _tokenSha256;

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, TestDelivery> _deliveries = [];
    private readonly Lock _gate = new();

    private DeliveryServer(WebApplication app) => _app = app;

    public SigningKey Key { get; } = SigningKey.Generate();

    public Uri Address { get; private set; } = null!;

    public int PartBytes { get; set; } = 1 << 20;

    /// <summary>Connections are torn without an answer.</summary>
    public bool Down { get; set; }

    /// <summary>Every request is answered 503.</summary>
    public bool Busy { get; set; }

    public bool TokenRevoked { get; set; }

    /// <summary>The dock is enrolled, but never hears of it.</summary>
    public bool LoseNextEnrolmentAnswer { get; set; }

    public TimeSpan Slowness { get; set; }

    /// <summary>Sealing waits, as when the store is down.</summary>
    public bool SealingWaits { get; set; }

    /// <summary>So many deliveries read back differently at first.</summary>
    public int ResendsToAsk;

    /// <summary>Parts refused although right, as when a grant has run out.</summary>
    public int PartsToRefuse;

    /// <summary>Changes what is signed, or signs with another key.</summary>
    public Func<ReceiptStatement, SigningKey, SignedEnvelope>? Forge { get; set; }

    public ConcurrentQueue<(string DeliveryId, DockEvent Event)> LaterEvents { get; } = [];

    public int Requests;

    /// <summary>Called before every request but the bay reports is handled.</summary>
    public Func<HttpContext, Task>? OnRequest { get; set; }

    /// <summary>What docks hear about recorders; null for a server that doesn't know the question.</summary>
    public Func<string, RecorderAdmission>? Admission { get; set; }

    public ConcurrentQueue<Exception> Faults { get; } = [];

    public ConcurrentDictionary<string, BayReport> Bays { get; } = [];

    public IEnumerable<TestDelivery> Deliveries => _deliveries.Values;

    /// <summary>Every sealed file with its content, in the vault's words.</summary>
    public IReadOnlyList<(string Path, byte[] Content)> Sealed
    {
        get
        {
            lock (_gate)
            {
                return [.. _deliveries.Values.Where(d => d.Receipt is not null)
                    .SelectMany(d => d.Manifest.Files.Select((f, i) => (f.RecorderPath, d.Content(i))))];
            }
        }
    }

    public static async Task<DeliveryServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var server = new DeliveryServer(builder.Build());
        server.Map(server._app);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Urls.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(1)).Token);
        await _app.DisposeAsync();
        Key.Dispose();
    }

    private void Map(WebApplication app)
    {
        // A fault of this server must fail the test, not pass for a server error that the dock rides over.
        app.Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            catch (IOException)
            {
                // A scripted death.
                http.Abort();
            }
            catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
            {
                Faults.Enqueue(e);
                throw;
            }
        });
        app.Run(async http =>
        {
            Interlocked.Increment(ref Requests);
            if (Slowness > TimeSpan.Zero)
                await Task.Delay(Slowness, http.RequestAborted);
            if (Down)
            {
                http.Abort();
                return;
            }

            if (Busy)
            {
                http.Response.StatusCode = 503;
                return;
            }

            var path = http.Request.Path.Value!.Trim('/').Split('/');
            if (OnRequest is { } onRequest && path[^1] != "bays")
                await onRequest(http);
            switch (http.Request.Method, path)
            {
                case ("POST", ["api", "v1", "docks", "enrol"]): await EnrolAsync(http); break;
                case ("PUT", ["vault", var id, var file, var part]): await PutPartAsync(http, id, int.Parse(file, CultureInfo.InvariantCulture), int.Parse(part, CultureInfo.InvariantCulture)); break;
                case var _ when TokenRevoked || !IsDock(http): http.Response.StatusCode = 401; break;
                case ("POST", ["api", "v1", "deliveries"]): await AnnounceAsync(http); break;
                case ("POST", ["api", "v1", "deliveries", var id, "grants"]): await GrantAsync(http, id); break;
                case ("POST", ["api", "v1", "deliveries", var id, "complete"]): await CompleteAsync(http, id); break;
                case ("POST", ["api", "v1", "deliveries", var id, "events"]): await ReportAsync(http, id); break;
                case ("GET", ["api", "v1", "deliveries", var id]): await StatusAsync(http, id); break;
                case ("GET", ["api", "v1", "docks", "me", "recorders", var id, "admission"]) when Admission is not null: await AnswerAsync(http, Admission(Uri.UnescapeDataString(id))); break;
                case ("PUT", ["api", "v1", "docks", "me", "bays"]): await BaysAsync(http); break;
                default: http.Response.StatusCode = 404; break;
            }
        });
    }

    private static async Task<T> BodyAsync<T>(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        return EvidenceJson.FromBytes<T>(body.ToArray());
    }

    private static async Task AnswerAsync<T>(HttpContext http, T answer, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(EvidenceJson.ToBytes(answer));
    }

    private async Task EnrolAsync(HttpContext http)
    {
        var request = await BodyAsync<EnrolmentRequest>(http);
        if (request.Code != Code || (_tokenSha256 is not null && _tokenSha256 != request.TokenSha256))
        {
            http.Response.StatusCode = 403;
            return;
        }

        _tokenSha256 = request.TokenSha256;
        if (LoseNextEnrolmentAnswer)
        {
            LoseNextEnrolmentAnswer = false;
            http.Abort();
            return;
        }

        await AnswerAsync(http, new EnrolmentAnswer("dock-1", Key.PublicPem));
    }

    private bool IsDock(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.Ordinal)
            && Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(header["Bearer ".Length..]))) == _tokenSha256;
    }

    private async Task AnnounceAsync(HttpContext http)
    {
        var manifest = await BodyAsync<DeliveryManifest>(http);
        var id = manifest.DeliveryId();
        List<AlreadySealedFile> already = [];
        bool known;
        lock (_gate)
        {
            known = _deliveries.ContainsKey(id);
            if (!known)
            {
                already = [.. manifest.Files.SelectMany((file, index) => _deliveries.Values
                    .Where(d => d.Receipt is not null && d.Manifest.Recorder.RecorderId == manifest.Recorder.RecorderId
                        && d.Manifest.Files.Any(f => f.RecorderPath == file.RecorderPath && f.Digest.Sha256 == file.Digest.Sha256))
                    .Take(1)
                    .Select(d => new AlreadySealedFile(index, d.ItemId, d.Receipt!)))];
                if (already.Count == 0)
                    _deliveries[id] = new TestDelivery(manifest, PartBytes);
            }
        }

        if (already.Count > 0)
            await AnswerAsync(http, new { title = "already sealed", alreadySealed = already }, 409);
        else
            await AnswerAsync(http, _deliveries[id].Status(_gate), known ? 200 : 201);
    }

    private async Task GrantAsync(HttpContext http, string id)
    {
        var request = await BodyAsync<GrantRequest>(http);
        var expires = TimeProvider.System.GetUtcNow().AddMinutes(5);
        await AnswerAsync(http, new GrantAnswer([.. request.Parts.Select(p =>
        {
            _deliveries[id].Granted[(p.File, p.Part)] = p.ContentMd5;
            return new PartGrant(p.File, p.Part, new Uri(Address, $"vault/{id}/{p.File}/{p.Part}"), expires);
        })]));
    }

    private async Task PutPartAsync(HttpContext http, string id, int file, int part)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var delivery = _deliveries[id];
        // CA5351: what an S3 store checks.
#pragma warning disable CA5351
        var md5 = Convert.ToBase64String(MD5.HashData(body.ToArray()));
#pragma warning restore CA5351
        var isRight = http.Request.Headers.Authorization.Count == 0
            && http.Request.Headers.ContentMD5 == md5 && delivery.Granted.GetValueOrDefault((file, part)) == md5;
        if (!isRight || Interlocked.Decrement(ref PartsToRefuse) >= 0)
        {
            http.Response.StatusCode = 400;
            return;
        }

        lock (_gate)
            delivery.Parts[(file, part)] = body.ToArray();
    }

    private async Task CompleteAsync(HttpContext http, string id)
    {
        var delivery = _deliveries[id];
        lock (_gate)
        {
            if (delivery.MissingAny)
                delivery.State = DeliveryState.Uploading;
            else if (delivery.State != DeliveryState.Sealed)
                delivery.State = DeliveryState.Sealing;
            TrySeal(delivery);
        }

        await AnswerAsync(http, delivery.Status(_gate));
    }

    private async Task StatusAsync(HttpContext http, string id)
    {
        lock (_gate)
            TrySeal(_deliveries[id]);
        await AnswerAsync(http, _deliveries[id].Status(_gate));
    }

    private void TrySeal(TestDelivery delivery)
    {
        if (delivery.State != DeliveryState.Sealing || SealingWaits)
            return;
        if (Interlocked.Decrement(ref ResendsToAsk) >= 0)
        {
            delivery.Parts.Clear();
            delivery.State = DeliveryState.ResendNeeded;
            return;
        }

        for (var i = 0; i < delivery.Manifest.Files.Count; i++)
        {
            var content = delivery.Content(i);
            var digest = Convert.ToHexStringLower(SHA256.HashData(content));
            if (digest != delivery.Manifest.Files[i].Digest.Sha256 || content.Length != delivery.Manifest.Files[i].Bytes)
            {
                delivery.Parts.Clear();
                delivery.State = DeliveryState.ResendNeeded;
                return;
            }
        }

        delivery.State = DeliveryState.Sealed;
        delivery.Receipt = Sign(delivery);
    }

    private SignedEnvelope Sign(TestDelivery delivery)
    {
        var statement = new ReceiptStatement(
            Guid.NewGuid().ToString("N"), delivery.ItemId, delivery.Manifest.DeliveryId(), delivery.Manifest.Recorder.RecorderId, "dock-1",
            TimeProvider.System.GetUtcNow(), Key.PublicPem,
            [.. delivery.Manifest.Files.Select(f => new SealedFile(
                f.RecorderPath, f.Bytes, new ContentDigest(f.Digest.Sha256), "bucket", "key", "version", TimeProvider.System.GetUtcNow().AddYears(1)))]);
        return Forge is { } forge ? forge(statement, Key) : Key.Sign(ReceiptStatement.PayloadType, EvidenceJson.ToBytes(statement));
    }

    private async Task ReportAsync(HttpContext http, string id)
    {
        foreach (var happened in await BodyAsync<DockEvent[]>(http))
            LaterEvents.Enqueue((id, happened));
        http.Response.StatusCode = 204;
    }

    private async Task BaysAsync(HttpContext http)
    {
        foreach (var bay in await BodyAsync<BayReport[]>(http))
            Bays[bay.Bay] = bay;
        http.Response.StatusCode = 204;
    }
}

internal sealed class TestDelivery(DeliveryManifest manifest, int partBytes)
{
    public DeliveryManifest Manifest { get; } = manifest;

    public string ItemId { get; } = Guid.NewGuid().ToString("N");

    public DeliveryState State { get; set; } = DeliveryState.Uploading;

    public Dictionary<(int File, int Part), byte[]> Parts { get; } = [];

    public ConcurrentDictionary<(int File, int Part), string> Granted { get; } = [];

    public SignedEnvelope? Receipt { get; set; }

    public bool MissingAny => Manifest.Files.Select((_, i) => Missing(i)).Any(m => m.Count > 0);

    public byte[] Content(int file) =>
        [.. Parts.Where(p => p.Key.File == file).OrderBy(p => p.Key.Part).SelectMany(p => p.Value)];

    public DeliveryStatus Status(Lock gate)
    {
        lock (gate)
        {
            return new DeliveryStatus(Manifest.DeliveryId(), ItemId, State, null, partBytes,
                [.. Manifest.Files.Select((f, i) => new FileUploadStatus(CountOf(f), Missing(i)))], Receipt);
        }
    }

    private int CountOf(ManifestFile file) => (int)((file.Bytes + partBytes - 1) / partBytes);

    private List<int> Missing(int file) =>
        State is DeliveryState.Uploading or DeliveryState.ResendNeeded
            ? [.. Enumerable.Range(1, CountOf(Manifest.Files[file])).Where(p => !Parts.ContainsKey((file, p)))]
            : [];
}
