using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EvidenceIngest.Server.Vault;

internal static class VaultRegistration
{
    /// <summary>Registers <see cref="IVault"/>; nothing is contacted before its first call.</summary>
    public static IServiceCollection AddVault(this IServiceCollection services, VaultOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IVault, S3Vault>();
        return services;
    }
}
