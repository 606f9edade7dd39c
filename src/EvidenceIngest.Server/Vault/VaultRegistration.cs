using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EvidenceIngest.Server.Vault;

internal static class VaultRegistration
{
    /// <summary>
    /// Registers <see cref="IVault"/>, and <see cref="IVaultDisposal"/> where the site has a user for it; nothing is
    /// contacted before the first call.
    /// </summary>
    public static IServiceCollection AddVault(this IServiceCollection services, VaultOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IVault, S3Vault>();
        if (options.Disposal is not null)
            services.AddSingleton<IVaultDisposal, S3VaultDisposal>();
        return services;
    }
}
