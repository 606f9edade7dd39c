using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Transparency;

internal static class LogRegistration
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(20);

    public static void AddTransparencyLog(this IServiceCollection services, LogOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(new WitnessFile(options.WitnessFile));
        services.AddSingleton<LogSequencer>();
        services.AddSingleton<LogRegister>();
        services.AddSingleton<ILogWitness, VaultWitness>();
        // Addresses that an administrator set are called as they are: a redirect to somewhere else is an error.
        services.AddKeyedSingleton(typeof(ILogWitness), (_, _) => new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = CallLimit });
        if (options.TimestampAuthority is { } authority)
            services.AddSingleton<ILogWitness>(s => new TimestampWitness(authority, options, s.GetRequiredKeyedService<HttpClient>(typeof(ILogWitness))));
        foreach (var address in options.Witnesses)
            services.AddSingleton<ILogWitness>(s => new RemoteWitness(address, options, s.GetRequiredKeyedService<HttpClient>(typeof(ILogWitness))));
        services.AddSingleton<LogKeeper>();
        services.AddHostedService(s => s.GetRequiredService<LogKeeper>());
    }
}
