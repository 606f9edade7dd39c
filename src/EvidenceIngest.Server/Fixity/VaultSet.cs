using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Fixity;

/// <param name="Name">As findings, events and the status name it.</param>
/// <param name="Store">What is asked.</param>
/// <param name="Options">Its buckets.</param>
/// <param name="Trust">Nothing is written to it before it has passed the probe; reading needs no trust.</param>
internal sealed record AuditedVault(string Name, IVault Store, VaultOptions Options, VaultTrust Trust);

/// <summary>The vault that is sealed into, and the one that holds the masters a second time where there is one.</summary>
internal sealed class VaultSet(AuditedVault first, AuditedVault? second)
{
    public const string FirstName = "first";
    public const string SecondName = "second";

    public AuditedVault First => first;

    public AuditedVault? Second => second;

    public IReadOnlyList<AuditedVault> All { get; } = second is null ? [first] : [first, second];

    /// <summary>Buckets that are listed. Renditions are made again rather than copied.</summary>
    public static IReadOnlyList<string> Buckets(AuditedVault vault) =>
        vault.Name == FirstName ? [.. new[] { vault.Options.Bucket, vault.Options.RenditionBucket }.Distinct()] : [vault.Options.Bucket];
}
