using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Fixity;

internal static class FixityRegistration
{
    public static void AddFixity(this IServiceCollection services, FixityOptions options)
    {
        services.AddSingleton(options);
        if (options.SecondVault is { } second)
        {
            services.AddKeyedSingleton<IVault>(VaultSet.SecondName, (s, _) => new S3Vault(
                second, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<S3Vault>>()));
            if (second.Disposal is not null)
            {
                services.AddKeyedSingleton<IVaultDisposal>(VaultSet.SecondName, (s, _) => new S3VaultDisposal(
                    second, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<S3VaultDisposal>>()));
            }

            services.AddKeyedSingleton<VaultTrust>(VaultSet.SecondName);
            // Nothing is copied before it has refused all that the first one has to refuse.
            services.AddSingleton<IHostedService>(s => new VaultWatch(
                s.GetRequiredKeyedService<IVault>(VaultSet.SecondName), s.GetRequiredKeyedService<VaultTrust>(VaultSet.SecondName),
                s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<VaultWatch>>()));
        }

        services.AddSingleton(s => new VaultSet(
            new AuditedVault(VaultSet.FirstName, s.GetRequiredService<IVault>(), s.GetRequiredService<VaultOptions>(), s.GetRequiredService<VaultTrust>()),
            options.SecondVault is { } second
                ? new AuditedVault(
                    VaultSet.SecondName, s.GetRequiredKeyedService<IVault>(VaultSet.SecondName), second, s.GetRequiredKeyedService<VaultTrust>(VaultSet.SecondName))
                : null));
        services.AddSingleton<ObjectCheck>();
        services.AddSingleton<FindingRecord>();
        services.AddSingleton<AuditRecord>();
        services.AddSingleton<ItemVerification>();
        services.AddSingleton<FixityPasses>();
        services.AddSingleton<ReadingPass>();
        services.AddSingleton<KnownObjects>();
        services.AddSingleton<ListingPass>();
        services.AddSingleton<ProvenCopy>();
        services.AddSingleton<Replication>();
        services.AddSingleton<Restoring>();
        services.AddSingleton<FixityRegister>();
        services.AddSingleton<FixityKeeper>();
        services.AddHostedService(s => s.GetRequiredService<FixityKeeper>());
    }
}
