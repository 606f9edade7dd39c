using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Disposal;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Excerpts;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>The whole server role on a free port, with a real database and a vault that tests can break.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string SecondBucket = "evidence-second";

    private readonly WebApplication _app;
    private readonly string _folder;

    private TestServer(WebApplication app, string folder, string database, string operatorToken)
    {
        (_app, _folder, Database, OperatorToken) = (app, folder, database, operatorToken);
        Operator = Client(operatorToken);
        Anonymous = Client(null);
    }

    public string Database { get; }

    public string OperatorToken { get; }

    public string WitnessFile => Get<LogOptions>().WitnessFile;

    public HttpClient Operator { get; }

    public HttpClient Anonymous { get; }

    public MemoryVault Vault => (MemoryVault)Get<IVault>();

    public Faults Faults => Get<Faults>();

    public FakeMedia Media => (FakeMedia)Get<IMediaInspector>();

    public AdjustedClock Clock => (AdjustedClock)Get<TimeProvider>();

    public EvidenceCatalogue Catalogue => Get<EvidenceCatalogue>();

    /// <summary>Of tests that write what no server would write: their events needn't be readable.</summary>
    public bool HasInventedEvents { get; set; }

    /// <param name="cluster">Where its database is made.</param>
    /// <param name="withJobs">False when a test runs the stages itself.</param>
    /// <param name="database">An existing database, for a second server beside the first.</param>
    /// <param name="vault">The first server's vault.</param>
    /// <param name="arrange">Prepares the vault before the server sees it.</param>
    /// <param name="unknownRecorders">The site's rule.</param>
    /// <param name="timestampAuthority">That stamps heads of the log.</param>
    /// <param name="witnesses">That are told heads of the log.</param>
    /// <param name="secondVault">That holds the masters too.</param>
    /// <param name="fixity">Of the audit; the second vault is set by itself.</param>
    /// <param name="services">Replaces what else a test wants replaced.</param>
    /// <param name="fontFolder">Where it looks for fonts; null for where Debian has them.</param>
    /// <param name="events">What is told to others, from the server's own folder; then it is told by itself.</param>
    /// <param name="rates">How many requests callers may make; null for any number.</param>
    /// <param name="directory">That knows some accounts' passwords.</param>
    /// <param name="secondFactorRoles">That demand a second factor.</param>
    /// <param name="transcription">What writes down what is said; null for no model.</param>
    /// <param name="renderingHours">When renditions are made; null for always.</param>
    /// <param name="excerptConcurrency">Clips and stills made at once.</param>
    public static async Task<TestServer> StartAsync(
        PrivateCluster cluster, bool withJobs = true, string? database = null, MemoryVault? vault = null, Action<MemoryVault>? arrange = null,
        UnknownRecorders unknownRecorders = UnknownRecorders.Quarantine, Uri? timestampAuthority = null, IReadOnlyList<Uri>? witnesses = null,
        MemoryVault? secondVault = null, FixityOptions? fixity = null, Action<IServiceCollection>? services = null, string? fontFolder = null,
        Func<string, EventsOptions>? events = null, RateOptions? rates = null,
        DirectoryOptions? directory = null, IReadOnlyList<Role>? secondFactorRoles = null, TranscriptionOptions? transcription = null,
        RenderingHours? renderingHours = null, int excerptConcurrency = 1)
    {
        database ??= await cluster.NewCatalogueAsync();
        var folder = Directory.CreateTempSubdirectory("evidence-server-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("EVIDENCE_TEST_LOG") is not null)
            builder.Logging.AddConsole().AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var clock = new AdjustedClock();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddEvidenceServer(
            new ServerOptions
            {
                Database = database,
                OwnerDatabase = PrivateCluster.AsOwner(database),
                Name = "test",
                Log = new LogOptions { WitnessFile = Path.Combine(folder, "witness", "tree-heads.jsonl"), TimestampAuthority = timestampAuthority, Witnesses = witnesses ?? [] },
                WorkFolder = Path.Combine(folder, "work"),
                ReceiptKeyFile = Path.Combine(folder, "secrets", "receipt-key.pem"),
                KeyRingFolder = Path.Combine(folder, "secrets", "key-ring"),
                SweepInterval = TimeSpan.FromMilliseconds(500),
                WorkReserveBytes = 0,
                RenderingHours = renderingHours,
                ExcerptConcurrency = excerptConcurrency,
                UnknownRecorders = unknownRecorders,
                Rates = rates ?? new RateOptions { PerSecond = 0, DockPerSecond = 0, LinkPerSecond = 0, UnknownPerSecond = 0 },
                Fixity = fixity ?? new FixityOptions
                {
                    SecondVault = secondVault is null ? null : new VaultOptions { Endpoint = new Uri("http://unused"), AccessKey = "", SecretKey = "", Bucket = SecondBucket },
                },
                Directory = directory,
                SecondFactorRoles = secondFactorRoles ?? [],
                Transcription = transcription ?? new TranscriptionOptions { ModelFolder = Path.Combine(folder, "models"), EngineFolder = Path.Combine(folder, "models", "engine") },
                FontFolder = fontFolder ?? "/usr/share/fonts/truetype",
                Events = events?.Invoke(folder) ?? new EventsOptions { Webhooks = new WebhookOptions { KeyFile = Path.Combine(folder, "secrets", "webhook-key") } },
            },
            new VaultOptions { Endpoint = new Uri("http://unused"), AccessKey = "", SecretKey = "" },
            new MediaToolOptions());
        var faults = new Faults();
        builder.Services.AddSingleton(faults);
        vault ??= new MemoryVault(faults, clock);
        arrange?.Invoke(vault);
        builder.Services.AddSingleton<IVault>(vault);
        builder.Services.AddSingleton<IVaultDisposal>(vault);
        if (secondVault is not null)
        {
            builder.Services.AddKeyedSingleton<IVault>(VaultSet.SecondName, secondVault);
            builder.Services.AddKeyedSingleton<IVaultDisposal>(VaultSet.SecondName, secondVault);
        }

        builder.Services.ConfigureDbContext<CatalogueDb>(options => options.AddInterceptors(faults), ServiceLifetime.Singleton);
        var media = new FakeMedia();
        builder.Services.AddSingleton<IMediaInspector>(media);
        builder.Services.AddSingleton<IRenditionMaker>(media);
        builder.Services.AddSingleton<IWatermarker>(media);
        if (!withJobs)
        {
            // The sweep is what starts the scheduler.
            builder.Services.Remove(builder.Services.Single(
                s => s.ServiceType == typeof(IHostedService) && s.ImplementationFactory?.Method.ReturnType == typeof(PipelineSweep)));
        }

        // Tests run these rounds themselves; to the others the log's objects in the vault would be strangers.
        var rounds = new[] { typeof(LogKeeper), typeof(RetentionKeeper), typeof(DisposalKeeper), typeof(CaseFiles), typeof(FootageKeeper), typeof(RecorderIssues), typeof(DeadlineKeeper), typeof(FixityKeeper), typeof(EventKeeper), typeof(AccessKeeper), typeof(ExcerptKeeper), typeof(RedactionKeeper), typeof(LinkMarking), typeof(ReminderKeeper) };
        if (events is not null)
            rounds = [.. rounds.Except([typeof(EventKeeper)])];
        foreach (var hosted in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && rounds.Contains(s.ImplementationFactory?.Method.ReturnType)).ToList())
            builder.Services.Remove(hosted);

        services?.Invoke(builder.Services);

        var app = builder.Build();
        app.MapEvidenceApi();
        await app.StartAsync();
        var token = LocalAccess.NewToken();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        // Its event would come into the log whenever it likes.
        await app.Services.GetServices<IHostedService>().OfType<ConfigurationRecord>().Single().ExecuteTask!.WaitAsync(limit.Token);
        await app.Services.GetRequiredService<LocalAccess>().EnsureOperatorTokenAsync("custodian", token, limit.Token);
        return new TestServer(app, folder, database, token);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>As custody events name who <see cref="PersonAsync"/> lets in.</summary>
    public static string Called(string name) => $"{name} ({UserName(name)})";

    /// <summary>
    /// Somebody who has an account, a role that is in force, and a session that outlasts all jumps of the clock. Called twice it is
    /// the same person with both roles.
    /// </summary>
    public async Task<HttpClient> PersonAsync(string name, Role role, string unit = Unit.Root, string? officerNumber = null)
    {
        var token = LocalAccess.NewToken();
        var (now, never) = (Clock.GetUtcNow(), Clock.GetUtcNow().AddYears(200));
        await Catalogue.WriteAsync(
            async db =>
            {
                var account = await db.Accounts.SingleOrDefaultAsync(a => a.UserName == UserName(name));
                if (account is null)
                {
                    account = new Account
                    {
                        Id = Guid.NewGuid(), UserName = UserName(name), NormalizedUserName = UserName(name).ToUpperInvariant(), Name = name, UnitId = unit,
                        OfficerNumber = officerNumber, PasswordHash = "none", SecurityStamp = "none", CreatedAt = now, CreatedBy = "test",
                    };
                    db.Add(account);
                    await db.SaveChangesAsync();
                }

                if (!await db.RoleGrants.AnyAsync(g => g.AccountId == account.Id && g.Role == role && g.UnitId == unit))
                {
                    db.Add(new RoleGrant
                    {
                        Id = Guid.NewGuid(), AccountId = account.Id, Role = role, UnitId = unit, Why = "test", GrantedAt = now, GrantedBy = "one",
                        ConfirmedAt = now, ConfirmedBy = "another",
                    });
                }

                db.Add(new Session
                {
                    Id = Guid.NewGuid(), Hash = Secret.Hash(token), AccountId = account.Id, Address = "test", Agent = "test",
                    CreatedAt = now, LastSeenAt = never, ExpiresAt = never,
                });
            },
            CancellationToken.None);
        return Client(token);
    }

    private static string UserName(string name) => "u" + Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name));

    public HttpClient Client(string? token)
    {
        var client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Somebody without a token, at a machine of their own.</summary>
    /// <param name="address">Of it; any of 127.0.0.0/8.</param>
    public HttpClient ClientAt(IPAddress address)
    {
        return new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = Anonymous.BaseAddress };

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, 0));
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    public async Task<TestDock> EnrolDockAsync(string name = "一中队采集站") =>
        await TestDock.EnrolAsync(this, (await Get<LocalAccess>().InviteDockAsync("custodian", CancellationToken.None)).Code, name);

    /// <summary>Runs a stage as its job would.</summary>
    public Task<bool> RunAsync(string itemId, Stage stage)
    {
        var runs = Get<StageRuns>();
        switch (stage)
        {
            case Stage.Seal:
                return runs.RunAsync(itemId, stage, ct => Get<Sealing>().RunAsync(itemId, ct), CancellationToken.None);
            case Stage.Transcribe:
                return runs.RunAsync(itemId, stage, ct => Get<Transcribing>().RunAsync(itemId, ct), CancellationToken.None);
            case Stage.Inspect:
            case Stage.Render:
                return DeriveAsync();
            default:
                throw new ArgumentOutOfRangeException(nameof(stage));
        }

        async Task<bool> DeriveAsync()
        {
            using var work = Get<WorkFolder>().Open(itemId);
            return await runs.RunAsync(
                itemId, stage,
                ct => stage == Stage.Inspect ? Get<Inspecting>().RunAsync(itemId, work, ct) : Get<Rendering>().RunAsync(itemId, work, ct),
                CancellationToken.None);
        }
    }

    public async Task VaultIsProbedAsync(VaultTrustState wanted = VaultTrustState.Holds) =>
        await Eventually.HoldsAsync(() => Task.FromResult(Get<VaultTrust>().State == wanted), "the vault's trust is " + wanted);

    public async ValueTask DisposeAsync()
    {
        Operator.Dispose();
        Anonymous.Dispose();
        await _app.StopAsync();
        IReadOnlyList<string> unread;
        try
        {
            unread = HasInventedEvents ? [] : await this.UnreadAsync();
        }
        finally
        {
            await _app.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        Assert.True(unread.Count == 0, "custody events without a Chinese reading (Server/Custody/Reading):\n" + string.Join('\n', unread));
    }
}

/// <summary>The system's clock, shifted as a test likes.</summary>
internal sealed class AdjustedClock : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}

internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, "never: " + what);
            await Task.Delay(50);
        }
    }
}
