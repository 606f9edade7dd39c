using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>A dock as the server sees one: plain HTTP by the protocol.</summary>
internal sealed class TestDock(TestServer server, EnrolmentAnswer enrolled, string token)
{
    /// <summary>What docks say of a file that they copied.</summary>
    public const string Copied = "file 1: 3 bytes, sha256 0000000000000000000000000000000000000000000000000000000000000000, read back Evicted";

    public string Id => enrolled.DockId;

    public string Token => token;

    public VerificationKey ReceiptKey { get; } = new(enrolled.ReceiptPublicKey);

    public HttpClient Http { get; } = server.Client(token);

    public static async Task<TestDock> EnrolAsync(TestServer server, string code, string name)
    {
        var token = LocalAccess.NewToken();
        var request = new EnrolmentRequest(code, name, Convert.ToHexStringLower(Secret.Hash(token)));
        using var answer = await server.Anonymous.PostAsJsonAsync("/api/v1/docks/enrol", request, EvidenceJson.Options);
        return new TestDock(server, await ReadAsync<EnrolmentAnswer>(answer), token);
    }

    /// <summary>A recording of one or several files, distinct by its recorder and content.</summary>
    public static Recording Record(
        string recorder = "dev-T000001", AttachmentKind attachment = AttachmentKind.Operator, params string[] contents)
    {
        if (contents.Length == 0)
            contents = ["video " + Guid.NewGuid()];
        var bodies = contents.Select(Encoding.UTF8.GetBytes).ToArray();
        var files = bodies.Select((body, i) => new ManifestFile(
            $"DCIM/20261120/dev_013302_20261120093{i}00.MP4", body.Length, Digest(body), new DateTimeOffset(2026, 11, 20, 1, 40, 0, TimeSpan.Zero)));
        var manifest = new DeliveryManifest(
            "offload-1",
            new RecorderFacts(recorder, "dsj-msc", "DSJ", "1-2", attachment),
            new ClockReading(TimeSpan.FromSeconds(90), new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero), "SCSI inquiry"),
            new RecordingFacts(
                MediaKind.Video, new DateTime(2026, 11, 20, 9, 31, 30), MetadataSource.FileName, "013302", "T000001", false, "执法记录仪录制", []),
            [.. files],
            [
                new DockEvent(new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero), CustodyEventKind.Docked, "bay 1-2"),
                new DockEvent(new DateTimeOffset(2026, 11, 20, 10, 0, 1, TimeSpan.Zero), CustodyEventKind.Offloaded, Copied),
            ]);
        return new Recording(manifest, bodies);
    }

    public static ContentDigest Digest(byte[] body)
    {
        using var hasher = new ContentHasher(withSm3: true);
        hasher.Append(body);
        return hasher.Finish();
    }

    public Task<HttpResponseMessage> PostAsync<T>(string path, T body) => Http.PostAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);

    public async Task<DeliveryStatus> AnnounceAsync(Recording recording)
    {
        using var answer = await PostAsync("deliveries", recording.Manifest);
        return await ReadAsync<DeliveryStatus>(answer);
    }

    /// <summary>Sends the parts that are missing.</summary>
    public async Task SendAsync(Recording recording, DeliveryStatus status)
    {
        var wanted = status.Files.SelectMany((f, file) => f.MissingParts.Select(part => (file, part))).ToList();
        if (wanted.Count == 0)
            return;
        byte[] Body(int file, int part) => [.. recording.Bodies[file].Skip((part - 1) * status.PartBytes).Take(status.PartBytes)];
        using var answer = await PostAsync(
            $"deliveries/{status.DeliveryId}/grants",
            new GrantRequest([.. wanted.Select(w => new PartToUpload(
                w.file, w.part, Body(w.file, w.part).Length, ContentMd5.Of(Body(w.file, w.part))))]));
        foreach (var grant in (await ReadAsync<GrantAnswer>(answer)).Grants)
            server.Vault.Send(grant.Url, Body(grant.File, grant.Part));
    }

    public async Task<DeliveryStatus> CompleteAsync(DeliveryStatus status)
    {
        using var answer = await PostAsync($"deliveries/{status.DeliveryId}/complete", new { });
        return await ReadAsync<DeliveryStatus>(answer);
    }

    public async Task<DeliveryStatus> StatusAsync(DeliveryStatus status, int waitSeconds = 0)
    {
        using var answer = await Http.GetAsync($"/api/v1/deliveries/{status.DeliveryId}?waitSeconds={waitSeconds}");
        return await ReadAsync<DeliveryStatus>(answer);
    }

    /// <summary>Announces, sends, completes.</summary>
    public async Task<DeliveryStatus> DeliverAsync(Recording recording)
    {
        var status = await AnnounceAsync(recording);
        await SendAsync(recording, status);
        return await CompleteAsync(status);
    }

    public VaultReceipt Receipt(DeliveryStatus status) => VaultReceipt.Verify(status.Receipt!, ReceiptKey);

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {Encoding.UTF8.GetString(body)}");
        return EvidenceJson.FromBytes<T>(body);
    }

    /// <summary>The problem's detail.</summary>
    public static async Task<string> RefusedAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} where {(int)expected} was expected: {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(body).RootElement.GetProperty("detail").GetString()!;
    }
}

internal sealed record Recording(DeliveryManifest Manifest, byte[][] Bodies);
