using System.Collections.Concurrent;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Tests.Support;

/// <summary>One dock's disk, bays and server. The dock itself can be started, stopped and thrown away as often as wanted.</summary>
internal sealed class DockRig : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ServiceProvider? _running;

    private DockRig(DeliveryServer server, string root)
    {
        Server = server;
        Root = root;
        Options = new DockOptions
        {
            Server = server.Address,
            StagingFolder = Path.Combine(root, "staging"),
            CredentialsFile = Path.Combine(root, "credentials.json"),
            Name = "测试采集站",
            EnrolmentCode = DeliveryServer.Code,
            ReserveBytes = 0,
        };
    }

    public DeliveryServer Server { get; }

    public string Root { get; }

    public DockOptions Options { get; set; }

    public ScriptedBays Bays { get; } = new();

    public Action<IServiceCollection>? Configure { get; set; }

    public ConcurrentQueue<string> Warnings { get; } = [];

    public DockStatus Status => _running!.GetRequiredService<DockStatus>();

    public IServiceProvider Services => _running!;

    public IEnumerable<string> Journals => Directory.GetFiles(Options.StagingFolder, "journal.jsonl", SearchOption.AllDirectories);

    public string[] StagedFiles() => Directory.GetFiles(Options.StagingFolder, "*.bin", SearchOption.AllDirectories);

    public static async Task<DockRig> CreateAsync(string? root = null) =>
        new(await DeliveryServer.StartAsync(), root ?? Directory.CreateTempSubdirectory("dock-").FullName);

    public async Task StartAsync()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IBayWatcher>(Bays);
        services.AddSingleton<IRecorderIdentification>(Bays);
        services.AddSingleton<IRecorderClocks>(Bays);
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning).AddProvider(new WarningSink(Warnings)));
        Configure?.Invoke(services);
        services.AddDock(Options);
        _running = services.BuildServiceProvider();
        foreach (var hosted in _running.GetServices<IHostedService>())
            await hosted.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        if (_running is not { } running)
            return;
        _running = null;
        using var limit = new CancellationTokenSource(Patience);
        foreach (var hosted in running.GetServices<IHostedService>())
            await hosted.StopAsync(limit.Token);
        await running.DisposeAsync();
    }

    public Task<BaySnapshot> BayAsync(BayState state, string bay = "bay1") => BayAsync(b => b.State == state, bay);

    public async Task<BaySnapshot> BayAsync(Func<BaySnapshot, bool> wanted, string bay = "bay1")
    {
        BaySnapshot? last = null;
        await UntilAsync(() => (last = Status.Bays.FirstOrDefault(b => b.Bay == bay)) is { } now && wanted(now), () => $"bay: {last}\n{Status.Backlog}\n{string.Join('\n', Status.Backlog.Problems)}\n{string.Join('\n', Warnings)}\n{Server.Faults.FirstOrDefault()}");
        return last!;
    }

    public Task IdleAsync() => UntilAsync(() => Status.Idle().Idle, () => $"{string.Join("; ", Status.Bays)} {Status.Backlog}");

    public static async Task UntilAsync(Func<bool> reached, Func<string> describe)
    {
        var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!reached())
        {
            Assert.True(Environment.TickCount64 < until, "in vain: " + describe());
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Server.DisposeAsync();
        Assert.Empty(Server.Faults);
        Directory.Delete(Root, recursive: true);
    }

    private sealed class WarningSink(ConcurrentQueue<string> warnings) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            warnings.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
