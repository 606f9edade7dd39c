namespace EvidenceIngest.Server.Vault;

/// <summary>
/// The only way to delete from the vault, with a user of its own: the server's can't delete. A site without that user has no
/// such service, and keeps everything. Whether an item may go is decided elsewhere; here the store decides once more.
/// The contract suite is <c>VaultDisposalContract</c>.
/// </summary>
public interface IVaultDisposal
{
    /// <summary>
    /// Deletes one version whose lock has run out. Idempotent: a version that is gone already, or was never there, counts as
    /// deleted. Delete markers and other versions of the key stay as they are.
    /// </summary>
    /// <returns>
    /// True when the store has it no more. False when the store took the order and still shows the version, as stores that
    /// replicate do for a while: ask again later.
    /// </returns>
    /// <exception cref="VaultLockedException">Its lock has not run out.</exception>
    /// <exception cref="VaultUnavailableException">
    /// Unreachable, or refused though no lock is to be seen: a legal hold of the store, or a user without the right to delete.
    /// </exception>
    Task<bool> DeleteAsync(VaultVersion version, CancellationToken ct);
}
