using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Disposal;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Events.Webhooks;
using EvidenceIngest.Server.Excerpts;
using EvidenceIngest.Server.Exchange;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Spreadsheets;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Reviews;
using EvidenceIngest.Server.Search;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Supervision;
using EvidenceIngest.Server.Supervision.Yearly;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcripts;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Quartz;

namespace EvidenceIngest.Server;

/// <summary>Puts the server role into a host.</summary>
public static class ServerRegistration
{
    /// <summary>
    /// Registers the server with its vault and its media tools.
    /// </summary>
    public static IServiceCollection AddEvidenceServer(
        this IServiceCollection services, ServerOptions server, VaultOptions vault, MediaToolOptions media)
    {
        services.AddSingleton(server);
        services.TryAddSingleton(TimeProvider.System);
        services.AddVault(vault);
        services.AddMediaTools(media);
        services.AddPooledDbContextFactory<CatalogueDb>(options => CatalogueDb.Connect(options, server.Database));
        services.AddSingleton<EvidenceCatalogue>();
        services.AddSingleton<SessionLocks>();
        services.AddSingleton<CatalogueStart>();
        services.AddHostedService(s => s.GetRequiredService<CatalogueStart>());

        services.AddSingleton<AccessRefusals>();
        services.AddSingleton<Repeats>();
        services.AddSingleton(_ => new RateLimits(server.Rates));
        services.AddPeople(server);
        services.AddSingleton<TokenFilter>();
        services.AddSingleton<Tokens>();
        services.AddHostedService<ConfigurationRecord>();
        services.AddSingleton(s => new LocalAccess(
            s.GetRequiredService<CatalogueStart>(), s.GetRequiredService<EvidenceCatalogue>(),
            s.GetRequiredService<Enrolment>(), s.GetRequiredService<Accounts>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Enrolment>();
        services.AddSingleton<DockBoards>();
        services.AddSingleton<Assignments>();
        services.AddSingleton<RecorderIssues>();
        services.AddHostedService(s => s.GetRequiredService<RecorderIssues>());
        services.AddSingleton<RecorderStates>();
        services.AddSingleton<RecorderAdmissions>();
        services.AddSingleton<RecorderPresence>();
        services.AddSingleton<DeliverySignals>();
        services.AddSingleton<DeliveryAnnouncements>();
        services.AddSingleton<DeliveryUploads>();
        services.AddSingleton<DeliveryProgress>();
        services.AddSingleton<UploadGrants>();
        services.AddSingleton<DeliveryCompletion>();
        services.AddSingleton<ItemRegister>();
        services.AddSingleton<RegisterExport>();
        services.AddSingleton<Searching>();
        services.AddSingleton<SavedSearches>();
        services.AddSingleton<SearchRebuild>();
        services.AddSingleton<MetadataChanges>();
        services.AddSingleton<BulkChanges>();
        services.AddSingleton<ItemReviews>();
        services.AddSingleton<TranscriptRegister>();
        services.AddSingleton<MediaLinks>();
        services.AddSingleton<ServerOverview>();
        services.AddSingleton<MachineReading>();
        services.AddSingleton<ReceiptKey>();
        services.AddSingleton<PackageComposition>();
        services.AddSingleton<PackageMaking>();
        services.AddSingleton<PackageReading>();
        services.AddSingleton<SupervisionFigures>();
        services.AddSingleton<OpenMatters>();
        services.AddSingleton<CaseReports>();
        services.AddSingleton<YearlyCount>();
        services.AddSingleton<YearlyFigures>();
        services.AddSingleton<Exchanges>();
        services.AddSingleton<OwedDuties>();
        services.AddSingleton<ReminderTelling>();
        services.AddSingleton<ReminderReading>();
        services.AddSingleton<ReminderKeeper>();
        services.AddHostedService(s => s.GetRequiredService<ReminderKeeper>());
        services.AddSingleton<ReviewCriteriaList>();
        services.AddSingleton<ReviewSamples>();
        services.AddSingleton<ReviewScores>();
        services.AddSingleton<SpreadsheetImports>();
        services.AddSingleton<CalendarRegister>();
        services.AddSingleton<DeadlineKeeper>();
        services.AddHostedService(s => s.GetRequiredService<DeadlineKeeper>());
        services.AddSingleton<CaseRegister>();
        services.AddSingleton<MatterList>();
        services.AddSingleton<CaseProposals>();
        services.AddSingleton<FootageKeeper>();
        services.AddHostedService(s => s.GetRequiredService<FootageKeeper>());
        services.AddSingleton<CaseFiles>();
        services.AddHostedService(s => s.GetRequiredService<CaseFiles>());
        services.AddSingleton<RetentionClasses>();
        services.AddSingleton<Holds>();
        services.AddSingleton<RetentionKeeper>();
        services.AddHostedService(s => s.GetRequiredService<RetentionKeeper>());
        services.AddSingleton<DisposalDecisions>();
        services.AddSingleton<DisposalKeeper>();
        services.AddHostedService(s => s.GetRequiredService<DisposalKeeper>());
        services.AddSingleton<SecrecyChanges>();
        services.AddSingleton<AccessReading>();
        services.AddSingleton<AccessRegister>();
        services.AddSingleton<AccessDecisions>();
        services.AddSingleton<AccessOpening>();
        services.AddSingleton<AccessLooks>();
        services.AddSingleton<IWatermarker>(s => new Watermarker(
            s.GetRequiredService<ToolRunner>(), s.GetRequiredService<MediaProbe>(), s.GetRequiredService<IMediaInspector>(), media, server.FontFolder));
        services.AddSingleton<RenditionStore>();
        services.AddSingleton<MarkedCopies>();
        services.AddSingleton<LinkMarking>();
        services.AddHostedService(s => s.GetRequiredService<LinkMarking>());
        services.AddSingleton<Redactor>();
        services.AddSingleton<RedactionOrders>();
        services.AddSingleton<RedactionReviews>();
        services.AddSingleton<RedactionMaking>();
        services.AddSingleton<RedactionKeeper>();
        services.AddHostedService(s => s.GetRequiredService<RedactionKeeper>());
        services.AddSingleton<ExcerptOrders>();
        services.AddSingleton<ExcerptCutter>();
        services.AddSingleton<ExcerptMaking>();
        services.AddSingleton<ExcerptKeeper>();
        services.AddHostedService(s => s.GetRequiredService<ExcerptKeeper>());
        services.AddSingleton<AccessCopies>();
        services.AddSingleton<AccessKeeper>();
        services.AddHostedService(s => s.GetRequiredService<AccessKeeper>());
        services.AddTransparencyLog(server.Log);
        services.AddFixity(server.Fixity);
        services.AddEvents(server.Events);
        services.AddTranscription(server.Transcription);
        AddPipeline(services, server);
        services.AddApiConventions();
        return services.ConfigureHttpJsonOptions(json => EvidenceJson.Apply(json.SerializerOptions));
    }

    /// <summary>Maps <c>/api/v1</c>, <c>/media</c>, <c>/health</c> and <c>/openapi/v1.json</c>.</summary>
    public static void MapEvidenceApi(this WebApplication app)
    {
        app.UseApiConventions();
        app.MapOpenApi(ApiConventions.OpenApi);
        app.MapHealth();
        var outside = app.MapGroup("").AddEndpointFilter<ProblemFilter>();
        outside.MapMedia();
        outside.MapAccessMedia();
        var api = outside.MapGroup("/api/v1");
        api.MapEnrolment();
        api.MapLogIn();
        api.MapPeople();
        var docks = api.MapGroup("").RequireToken(TokenKind.Dock).Concerns(Data.Docks);
        docks.MapDeliveries();
        docks.MapBayReports();
        docks.MapAdmissions();
        var readers = api.MapGroup("").RequireToken(TokenKind.Operator, Scopes.Read);
        var writers = api.MapGroup("").RequireToken(TokenKind.Operator, Scopes.Write);
        ItemEndpoints.Map(api, readers, writers);
        SearchEndpoints.Map(api);
        ExcerptEndpoints.Map(api, readers);
        RedactionEndpoints.Map(api, readers);
        SecrecyEndpoints.Map(api, writers);
        AccessEndpoints.Map(api);
        TranscriptEndpoints.Map(api, readers, writers);
        LanguageEndpoints.Map(writers);
        TokenAdministration.Map(api);
        ServiceCustody.Map(api);
        WebhookEndpoints.Map(api);
        LogEndpoints.Map(api, readers);
        ImportEndpoints.Map(api);
        SupervisionEndpoints.Map(readers);
        CaseReportEndpoints.Map(readers);
        YearlyEndpoints.Map(api, readers);
        ExchangeEndpoints.Map(writers);
        ReminderEndpoints.Map(api);
        ReviewEndpoints.Map(api, writers);
        CalendarEndpoints.Map(api);
        FixityEndpoints.Map(api);
        PackageEndpoints.Map(writers);
        CaseEndpoints.Map(api, readers, writers);
        RetentionEndpoints.Map(api, readers);
        DisposalEndpoints.Map(api, readers);
        RecorderEndpoints.Map(readers, writers);
        DockEndpoints.Map(api);
        api.MapStatus();
        api.MapSpeech();
        api.MapRecorderProfiles();
    }

    private static void AddPipeline(IServiceCollection services, ServerOptions server)
    {
        services.AddSingleton<VaultTrust>();
        services.AddHostedService<VaultWatch>();
        services.AddSingleton<SealingRecord>();
        services.AddSingleton<Sealing>();
        services.AddSingleton<MasterCopies>();
        services.AddSingleton<WorkFolder>();
        services.AddSingleton<RunningWork>();
        services.AddSingleton<Inspecting>();
        services.AddSingleton<Rendering>();
        services.AddSingleton<Transcribing>();
        services.AddSingleton<StageRuns>();
        services.AddSingleton<PipelineSchedule>();
        services.AddSingleton<PipelineSweep>();
        services.AddHostedService(s => s.GetRequiredService<PipelineSweep>());
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "evidence";
                // Two servers on one machine, or one that was killed and started again, are different members of the cluster.
                scheduler.InstanceId = $"{server.Name}-{Guid.NewGuid():N}";
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(2);
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.WhenNotWaitingForJobs;
            });
            quartz.UseDefaultThreadPool(server.SealingConcurrency + server.RenderingConcurrency + server.Transcription.Concurrency);
            // Renderings and transcripts that take an hour must not keep deliveries from being sealed.
            quartz.UseExecutionLimits(limits => limits
                .ForGroup(SealJob.Name, server.SealingConcurrency, ExecutionLimitScope.Node)
                .ForGroup(DeriveJob.Name, server.RenderingConcurrency, ExecutionLimitScope.Node)
                .ForGroup(TranscribeJob.Name, server.Transcription.Concurrency, ExecutionLimitScope.Node));
            quartz.UsePersistentStore(store =>
            {
                store.ProvisionSchema();
                store.UsePostgres(server.Database);
                store.ConfigureStore(options => options.MisfireThreshold = TimeSpan.FromMinutes(10));
                // A dead server's jobs go on elsewhere within four seconds; measured, the defaults take fourteen.
                store.UseClustering(cluster =>
                {
                    cluster.CheckinInterval = TimeSpan.FromSeconds(2);
                    cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(3);
                });
            });
        });
    }
}
