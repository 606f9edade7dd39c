using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Tests.Media;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Redaction;

/// <summary>A server with the real tools, somebody who orders redacted copies, and somebody else who reviews them.</summary>
internal sealed class RedactionSite : IAsyncDisposable
{
    public const string Orderer = "王芳";
    public const string Reviewer = "李强";

    private RedactionSite(TestServer server, HttpClient orderer, HttpClient reviewer) => (Server, AsOrderer, AsReviewer) = (server, orderer, reviewer);

    public TestServer Server { get; }

    public HttpClient AsOrderer { get; }

    public HttpClient AsReviewer { get; }

    public Studio Studio { get; } = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RedactionSite> StartAsync(PrivateCluster cluster, Action<IServiceCollection>? more = null)
    {
        var server = await RealMedia.StartAsync(cluster, more);
        return new RedactionSite(server, await server.PersonAsync(Orderer, Role.Custodian), await server.PersonAsync(Reviewer, Role.Custodian));
    }

    public static string Path(string item, string rest = "") => $"/api/v1/items/{item}/redactions{rest}";

    public async Task<RedactionView> OrderAsync(string item, RedactionPlan plan)
    {
        using var answer = await AsOrderer.PostAsJsonAsync(Path(item), new RedactionRequest(plan, "向当事人提供"), EvidenceJson.Options, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Ct));
        return await TestDock.ReadAsync<RedactionView>(answer);
    }

    public async Task<RedactionView> FindAsync(string item, int number = 1) =>
        (await AsOrderer.GetFromJsonAsync<RedactionDetail>(Path(item, $"/{number}"), EvidenceJson.Options, Ct))!.Order;

    /// <summary>Has it made, and fetches what was stored.</summary>
    public async Task<(string File, StoredRendition Stored)> MakeAsync(string item, RedactionPlan plan)
    {
        var order = await OrderAsync(item, plan);
        await Server.Get<RedactionKeeper>().RunOnceAsync(Ct);
        var made = await FindAsync(item, order.Redaction);
        Assert.True(made.State == RedactionState.ToReview, $"{made.State}: {made.Note}");
        return await FetchAsync(item, made.Rendition!);
    }

    public async Task<(string File, StoredRendition Stored)> FetchAsync(string item, string name)
    {
        var stored = await Server.Catalogue.ReadAsync(db => db.Renditions.SingleAsync(r => r.ItemId == item && r.Name == name, Ct), Ct);
        var file = Studio[Guid.NewGuid().ToString("N") + System.IO.Path.GetExtension(stored.Key)];
        await using (var source = await Server.Vault.OpenAsync(new(stored.Bucket, stored.Key, stored.VersionId), 0, null, Ct))
        await using (var target = File.Create(file))
            await source.CopyToAsync(target, Ct);
        Assert.Equal(stored.Sha256, TestDock.Digest(await File.ReadAllBytesAsync(file, Ct)).Sha256);
        return (file, stored);
    }

    public static async Task<LinkAnswer> PreviewAsync(HttpClient by, string item, int number = 1)
    {
        using var answer = await by.PostAsJsonAsync(Path(item, $"/{number}/preview"), new { }, EvidenceJson.Options, Ct);
        return await TestDock.ReadAsync<LinkAnswer>(answer);
    }

    public static Task<HttpResponseMessage> ReviewAsync(HttpClient by, string item, RedactionState verdict, int number = 1) =>
        by.PostAsJsonAsync(Path(item, $"/{number}/review"), new RedactionVerdict(verdict, "逐帧查看"), EvidenceJson.Options, Ct);

    public async Task ReleaseAsync(string item, int number = 1)
    {
        await Server.Anonymous.GetByteArrayAsync((await PreviewAsync(AsReviewer, item, number)).Url, Ct);
        using var answer = await ReviewAsync(AsReviewer, item, RedactionState.Released, number);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>Frames as a player shows them, by ffmpeg alone.</summary>
    public async Task<(int Width, int Height, List<(double At, byte[] Luma)> Frames)> FramesAsync(string file)
    {
        var raw = await Studio.MakeAsync(Guid.NewGuid() + ".gray", $"-i {file} -map 0:v -fps_mode passthrough -vf format=yuv420p,extractplanes=y -f rawvideo");
        var list = await Studio.MakeAsync(Guid.NewGuid() + ".crc", $"-i {file} -map 0:v -fps_mode passthrough -enc_time_base:v 1:90000 -c:v rawvideo -f framecrc");
        var lines = await File.ReadAllLinesAsync(list, Ct);
        var size = lines.Single(l => l.StartsWith("#dimensions 0:", StringComparison.Ordinal)).Split(' ')[^1].Split('x');
        var (width, height) = (int.Parse(size[0], CultureInfo.InvariantCulture), int.Parse(size[1], CultureInfo.InvariantCulture));
        var bytes = await File.ReadAllBytesAsync(raw, Ct);
        var frames = lines.Where(l => !l.StartsWith('#'))
            .Select((l, i) => (long.Parse(l.Split(',')[2], CultureInfo.InvariantCulture) / 90_000.0, bytes[(i * width * height)..((i + 1) * width * height)])).ToList();
        Assert.Equal(bytes.Length, frames.Count * width * height);
        return (width, height, frames);
    }

    public async Task<short[]> SoundAsync(string file)
    {
        var raw = await Studio.MakeAsync(Guid.NewGuid() + ".pcm", $"-i {file} -map 0:a -ac 1 -ar 48000 -f s16le");
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(await File.ReadAllBytesAsync(raw, Ct)).ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        AsOrderer.Dispose();
        AsReviewer.Dispose();
        Studio.Dispose();
        await Server.DisposeAsync();
    }
}
