using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Renditions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EvidenceIngest.Server.MediaTools;

internal static class MediaToolRegistration
{
    /// <summary>Registers <see cref="IMediaInspector"/> and <see cref="IRenditionMaker"/>.</summary>
    public static IServiceCollection AddMediaTools(this IServiceCollection services, MediaToolOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<ToolRunner>();
        services.AddSingleton<MediaProbe>();
        services.AddSingleton<VideoEncoder>();
        services.AddHostedService(s => s.GetRequiredService<VideoEncoder>());
        services.AddSingleton<IMediaInspector, MediaInspector>();
        services.AddSingleton<IRenditionMaker, RenditionMaker>();
        return services;
    }
}
