namespace EvidenceIngest.Server.Vault;

/// <param name="Attempts">Each thing that was tried, in order.</param>
public sealed record VaultProbeReport(IReadOnlyList<VaultProbeAttempt> Attempts)
{
    /// <summary>Only then may anything be sealed: the store's locks hold against everybody.</summary>
    public bool Holds
    {
        get
        {
            var locks = Attempts.Where(a => a.Level == VaultProbeLevel.Lock).ToList();
            return locks.Count > 0 && locks.TrueForAll(a => a.AsRequired);
        }
    }

    /// <summary>What this user may do and should not. What is sealed stays; what follows (rules, holds, policies) is at the mercy of this key.</summary>
    public IReadOnlyList<VaultProbeAttempt> Weaknesses => [.. Attempts.Where(a => a.Level == VaultProbeLevel.Right && !a.AsRequired)];
}

/// <param name="Tried">What was tried, e.g. "delete the locked version". <see cref="VaultProbeWords"/> has the Chinese.</param>
/// <param name="Answer">What the store answered.</param>
/// <param name="AsRequired">Whether that is what evidence needs.</param>
/// <param name="Level">Who has to see to it.</param>
public sealed record VaultProbeAttempt(string Tried, string Answer, bool AsRequired, VaultProbeLevel Level = VaultProbeLevel.Lock);

/// <summary>What an attempt of the probe is about.</summary>
public enum VaultProbeLevel
{
    /// <summary>The store itself, whoever asks. Nothing is sealed unless all of these are as required.</summary>
    Lock,

    /// <summary>The user's rights, given by policies. A site with one all-powerful key still seals, and is told.</summary>
    Right,
}
