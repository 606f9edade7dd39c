using EvidenceIngest.Server.Events.Mqtt;
using EvidenceIngest.Server.Events.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Events;

internal static class EventsRegistration
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    public static void AddEvents(this IServiceCollection services, EventsOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<PlacedSignal>();
        services.AddSingleton<OutboxSequencer>();
        services.AddSingleton<DeadlineWatch>();
        services.AddSingleton<DockTelling>();
        services.AddSingleton<OutboxCleaning>();
        services.AddSingleton<EventsOverview>();
        services.AddSingleton<AddressGuard>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookRegister>();
        services.AddSingleton<WebhookQueue>();
        services.AddKeyedSingleton(typeof(WebhookCall), (s, _) =>
            // Follows no redirect, uses no proxy, keeps no cookie: only the address that was registered is called. Each call has its own limit.
            new HttpClient(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectTimeout = ConnectLimit,
                PooledConnectionLifetime = ConnectionLife,
                MaxConnectionsPerServer = options.Webhooks.Lanes,
                ConnectCallback = s.GetRequiredService<AddressGuard>().ConnectAsync,
            }) { Timeout = Timeout.InfiniteTimeSpan });
        services.AddSingleton(s => new WebhookCall(s.GetRequiredKeyedService<HttpClient>(typeof(WebhookCall)), options, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<WebhookSending>();
        services.AddSingleton<WebhookRelay>();
        services.AddSingleton<BayProgress>();
        services.AddSingleton<MqttPublisher>();
        services.AddSingleton<EventKeeper>();
        services.AddHostedService(s => s.GetRequiredService<EventKeeper>());
    }
}
