using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EvidenceIngest.Recorders;

public static class RecordersRegistration
{
    /// <summary>
    /// Registers <see cref="IBayWatcher"/>, <see cref="IRecorderIdentification"/>, <see cref="ProfileCatalogue"/> and the drivers.
    /// Profiles are loaded when they are first asked for: <see cref="ProfileException"/> comes then.
    /// </summary>
    public static IServiceCollection AddRecorders(this IServiceCollection services, RecordersOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => ProfileCatalogue.Load(options.ProfileFolders));
        services.AddSingleton<FolderPresence>();
        services.AddSingleton(s => new CardReader(options.AgencyZone, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IRecorderDriver>(s => CardDriverOf(s, ActivatorUtilities.CreateInstance<FolderCards>(s)));
        services.AddSingleton<IRecorderIdentification, RecorderIdentification>();
        services.AddSingleton<IBayWatcher>(s => ActivatorUtilities.CreateInstance<CompositeBayWatcher>(s, Watchers(s, options)));
        return services;
    }

    private static CardDriver CardDriverOf(IServiceProvider services, ICardSource source) =>
        new(source, services.GetRequiredService<CardReader>(), services.GetRequiredService<TimeProvider>());

    private static IReadOnlyList<IBayWatcher> Watchers(IServiceProvider services, RecordersOptions options) =>
    [
        ActivatorUtilities.CreateInstance<FolderBayWatcher>(services, options.FolderBays.ToList(), options.FolderPoll),
    ];
}
