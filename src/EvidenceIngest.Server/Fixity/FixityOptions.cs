using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Fixity;

/// <summary>How the vaults are read again, and where the second one is.</summary>
public sealed class FixityOptions
{
    /// <summary>Everything is read and hashed again within this time.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The most that the audit reads of one vault, bytes per second; null for no limit.</summary>
    public long? BytesPerSecond { get; init; } = 20L << 20;

    /// <summary>The most that is copied into the second vault, bytes per second; null for no limit.</summary>
    public long? CopyBytesPerSecond { get; init; }

    /// <summary>How often a vault's listing is compared with the catalogue.</summary>
    public TimeSpan ListingInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How often it is looked whether something is due.</summary>
    public TimeSpan RoundInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Another store that holds every master too; null for none. Its rendition bucket isn't used.</summary>
    public VaultOptions? SecondVault { get; init; }

    /// <summary>
    /// What a pass aims at. The tenth that remains is for servers that stand still, vaults that are away, and masters that
    /// were sealed since.
    /// </summary>
    internal TimeSpan Target => Period * 0.9;
}
