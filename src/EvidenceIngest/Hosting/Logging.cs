using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace EvidenceIngest.Hosting;

/// <summary>Where the log goes: JSON lines in <c>$EVIDENCE_HOME/logs</c>, and to the console as the command wants it.</summary>
internal enum ConsoleLog
{
    /// <summary>Warnings and errors as plain lines on standard error: standard output belongs to the command.</summary>
    WarningsOnError,

    /// <summary>Everything as JSON lines on standard output, for service managers and containers.</summary>
    Json,
}

internal static class Logging
{
    private const int KeptFiles = 30;
    private const long FileBytes = 100 << 20;

    public static Serilog.Core.Logger Create(EvidenceHome home, ConsoleLog console)
    {
        EvidenceHome.MakePrivate(home.LogFolder);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            // What fails ends in an exception that somebody repeats or reports. Told here as well, with its stack and its SQL, a
            // database that is away would fill the disk: some 500 lines a second.
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Fatal)
            .MinimumLevel.Override("Quartz", LogEventLevel.Warning)
            // It warns that its keys are not encrypted themselves: they lie in a folder that only the owner may enter.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            .Enrich.FromLogContext()
            .WriteTo.Async(to => to.File(
                new JsonFormatter(renderMessage: true),
                Path.Combine(home.LogFolder, "evidence-ingest-.json"),
                rollingInterval: RollingInterval.Day,
                rollOnFileSizeLimit: true,
                fileSizeLimitBytes: FileBytes,
                retainedFileCountLimit: KeptFiles,
                shared: true));
        if (console == ConsoleLog.Json)
            configuration.WriteTo.Console(new JsonFormatter(renderMessage: true));
        else
            configuration.WriteTo.Console(LogEventLevel.Warning, standardErrorFromLevel: LogEventLevel.Verbose, formatProvider: System.Globalization.CultureInfo.InvariantCulture);
        return configuration.CreateLogger();
    }

    public static void Use(ILoggingBuilder logging, Serilog.ILogger logger)
    {
        logging.ClearProviders();
        logging.AddSerilog(logger);
    }

    /// <summary>Traces and metrics, only where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector; null otherwise.</summary>
    public static IDisposable? StartTelemetry()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
            return null;
        var traces = Sdk.CreateTracerProviderBuilder()
            .AddSource("EvidenceIngest").AddSource("Microsoft.AspNetCore").AddSource("Npgsql").AddOtlpExporter().Build();
        var metrics = Sdk.CreateMeterProviderBuilder()
            .AddMeter("EvidenceIngest").AddMeter("Microsoft.AspNetCore.Hosting").AddMeter("System.Runtime").AddOtlpExporter().Build();
        return new Both(traces, metrics);
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
