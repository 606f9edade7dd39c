using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>A server with the real tools instead of the fake ones, and recordings that were really made.</summary>
internal static class RealMedia
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="cluster">Where its database is made.</param>
    /// <param name="more">Replaces what else a test wants replaced.</param>
    /// <param name="excerptConcurrency">As of <see cref="TestServer.StartAsync"/>.</param>
    public static Task<TestServer> StartAsync(PrivateCluster cluster, Action<IServiceCollection>? more = null, int excerptConcurrency = 1) => TestServer.StartAsync(
        cluster,
        withJobs: false,
        services: services =>
        {
            services.AddSingleton<IMediaInspector, MediaInspector>();
            services.AddSingleton<IRenditionMaker, RenditionMaker>();
            more?.Invoke(services);
        },
        excerptConcurrency: excerptConcurrency);

    /// <summary>One recording of these files, as far as inspection.</summary>
    public static async Task<string> SealAsync(TestServer server, params string[] files)
    {
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var like = TestDock.Record(contents: files);
        byte[][] bodies = [.. await Task.WhenAll(files.Select(f => File.ReadAllBytesAsync(f, Ct)))];
        var manifest = like.Manifest with
        {
            Files =
            [
                .. like.Manifest.Files.Select((f, i) => f with
                {
                    RecorderPath = Path.ChangeExtension(f.RecorderPath, Path.GetExtension(files[i])), Bytes = bodies[i].Length, Digest = TestDock.Digest(bodies[i]),
                }),
            ],
        };
        var item = (await dock.DeliverAsync(new Recording(manifest, bodies))).ItemId;
        Assert.True(await server.RunAsync(item, Stage.Seal));
        Assert.True(await server.RunAsync(item, Stage.Inspect));
        return item;
    }
}
