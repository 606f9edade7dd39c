using EvidenceIngest.Dock;
using EvidenceIngest.Recorders;
using EvidenceIngest.Server;
using EvidenceIngest.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EvidenceIngest.Hosting;

/// <summary>
/// The two roles, each with services of its own: even in one process they share nothing and meet over HTTP.
/// </summary>
internal static class Hosts
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    public static WebApplication Server(Settings settings, Serilog.ILogger logger)
    {
        var options = settings.Server();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Logging.Use(builder.Logging, logger);
        builder.WebHost.UseUrls([.. options.Urls.Select(u => u.ToString())]);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        builder.Services.AddEvidenceServer(options, settings.Vault(), settings.MediaTools());
        builder.Services.AddEvidenceWeb();
        var app = builder.Build();
        app.MapEvidenceApi();
        app.MapEvidenceWeb();
        return app;
    }

    public static IHost Dock(DockOptions dock, RecordersOptions recorders, Serilog.ILogger logger)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Logging.Use(builder.Logging, logger);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        builder.Services.AddRecorders(recorders);
        builder.Services.AddDock(dock);
        // Null outside systemd, which is what the watchdog expects then.
        builder.Services.AddSingleton(_ => SystemdNotify.FromEnvironment()!);
        // After the dock: it is ready when the journals have been read.
        builder.Services.AddHostedService<DockWatchdog>();
        return builder.Build();
    }
}
