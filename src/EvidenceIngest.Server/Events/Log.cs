using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Events;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Events: {Part} stopped and is tried again: {Reason}")]
    public static partial void Stalled(this ILogger logger, string part, string reason);

    [LoggerMessage(LogLevel.Information, "Events: the broker {Host}:{Port} is connected")]
    public static partial void BrokerConnected(this ILogger logger, string host, int port);

    [LoggerMessage(LogLevel.Warning, "Events: the broker {Host}:{Port} is away; events wait: {Reason}")]
    public static partial void BrokerAway(this ILogger logger, string host, int port, string reason);

    [LoggerMessage(LogLevel.Warning, "Events: sending to webhook {Webhook} stopped and is tried again: {Reason}")]
    public static partial void SendingStalled(this ILogger logger, Guid webhook, string reason);

    [LoggerMessage(LogLevel.Warning, "Events: event {Position} for webhook {Webhook} was given up after {Attempts} attempts: {Reason}; 'evidence-ingest webhooks replay' sends it again")]
    public static partial void GivenUp(this ILogger logger, long position, Guid webhook, int attempts, string reason);
}
