using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Clearing;
using EvidenceIngest.Dock.Delivery;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Dock.Offload;
using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock;

/// <summary>Puts the dock into a host.</summary>
public static class DockServices
{
    /// <summary>Buffers of 1 MiB for everything in flight: with 16 bays the dock stays far below 250 MB.</summary>
    private const int Buffers = 32;

    private const int DeliveriesSendingAtOnce = 8;
    private const int ReceiptPollsAtOnce = 8;

    private static readonly TimeSpan ApiTimeout = TimeSpan.FromSeconds(ServerApi.MaxWaitSeconds + 30);

    /// <summary>A part of 16 MiB at 30 KB/s; a line slower than that is no line for footage.</summary>
    private static readonly TimeSpan PartTimeout = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Needs <see cref="IRecorderIdentification"/> and any number of <see cref="IBayWatcher"/> in the same container, and
    /// gives <see cref="DockStatus"/>.
    /// </summary>
    public static IServiceCollection AddDock(this IServiceCollection services, DockOptions options)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<DockStatus>();
        services.AddSingleton<StagingFolder>();
        AddOffload(services, options);
        AddDelivery(services, options);
        services.AddSingleton<Admission>();
        services.AddSingleton<RecorderClearing>();
        services.AddSingleton<BayMeans>();
        services.AddSingleton<BayWatch>();
        services.AddHostedService<DockService>();
        return services;
    }

    private static void AddOffload(IServiceCollection services, DockOptions options)
    {
        services.AddSingleton(_ => new BufferPool(Buffers));
        services.AddSingleton(p => new DeadlineGate(options.MaxConcurrentCopies));
        services.AddSingleton(p => new IoPace(options.MaxBytesPerSecond, Time(p)));
        services.TryAddSingleton(p => new StagingSpace(StagingSpace.FreeBytesOf(options.StagingFolder), options.ReserveBytes, Time(p)));
        services.AddSingleton(p => new VerifiedCopy(p.GetRequiredService<BufferPool>(), p.GetRequiredService<IoPace>(), Time(p), options.Sm3));
        services.AddSingleton<StagedReread>();
        services.AddSingleton<StagingBatch>();
        services.AddSingleton<SourceCheck>();
        services.AddSingleton(p => p.GetRequiredService<StagingFolder>().Known);
        services.AddSingleton(p => new OffloadIntake(
            p.GetRequiredService<KnownContent>(), TimeZoneInfo.FindSystemTimeZoneById(options.AgencyZone), options.ClockDriftLimit, Time(p)));
        services.AddSingleton<OffloadMeans>();
    }

    private static void AddDelivery(IServiceCollection services, DockOptions options)
    {
        services.AddSingleton<CredentialStore>();
        services.AddSingleton<ServerLinkState>();
        services.AddSingleton(p => new ServerApi(Http(ApiTimeout), options, p.GetRequiredService<CredentialStore>()));
        services.AddSingleton<Enrolment>();
        services.AddSingleton<UploadSchedule>();
        services.AddSingleton<ReceiptIntake>();
        services.AddSingleton<LaterEventPost>();
        services.AddSingleton(p => new PartUpload(
            Http(PartTimeout), p.GetRequiredService<ServerApi>(), p.GetRequiredService<BufferPool>(),
            new DeadlineGate(options.Upload.ParallelParts), new IoPace(options.Upload.MaxBytesPerSecond, Time(p)), options, Time(p)));
        services.AddSingleton(p => new RecordingDelivery(
            p.GetRequiredService<ServerApi>(), p.GetRequiredService<PartUpload>(), p.GetRequiredService<ReceiptIntake>(),
            p.GetRequiredService<StagedReread>(), new DeadlineGate(DeliveriesSendingAtOnce), new DeadlineGate(ReceiptPollsAtOnce),
            p.GetRequiredService<UploadSchedule>(), Time(p), p.GetRequiredService<ILogger<RecordingDelivery>>()));
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DockBacklogCount>();
        services.AddSingleton<BayReporting>();
    }

    private static TimeProvider Time(IServiceProvider services) => services.GetRequiredService<TimeProvider>();

    // The factory's handlers log every request; these clients are few, long-lived and log what matters themselves.
    private static HttpClient Http(TimeSpan timeout) => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        UseProxy = false,
    })
    {
        Timeout = timeout,
    };
}
