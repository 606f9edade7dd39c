using System.Collections.Concurrent;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Fixity;

/// <summary>
/// Reads what is due, the longest unread first. Every object is recorded by itself, so whoever goes on after a crash begins
/// with the object that was being read.
/// </summary>
internal sealed class ReadingPass(EvidenceCatalogue catalogue, FixityPasses passes, ObjectCheck check, AuditRecord record, TimeProvider time)
{
    private const int Batch = 64;

    // So many rounds in which the vault answers, but not for this object, make a finding of it.
    private const int Patience = 3;

    // Orders of people and new masters don't wait for the end of a pass.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(30);

    // Lost with the process, which only means that the object is given its three rounds again.
    private readonly ConcurrentDictionary<(string Vault, VaultVersion Version), int> _failures = new();

    /// <returns>True when more is due at once.</returns>
    /// <exception cref="VaultUnavailableException">The vault is away.</exception>
    public async Task<bool> RunAsync(AuditedVault vault, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        var tried = new HashSet<VaultVersion>();
        while (await passes.CurrentAsync(vault.Name, ct) is { } pass)
        {
            var due = await NextAsync(vault.Name, pass, ct);
            if (due.Count == 0)
                await passes.EndAsync(pass, ct);
            var progress = due.Count == 0;
            foreach (var audited in due)
            {
                if (time.GetUtcNow() < passes.NextAt(pass))
                    return false;
                if (time.GetElapsedTime(began) > Slice)
                    return true;
                if (tried.Contains(audited.Version))
                    continue;
                if (await TryCheckAsync(vault, audited, ct) is not { } result)
                {
                    tried.Add(audited.Version);
                    continue;
                }

                progress = true;
                pass = (await record.WriteAsync(vault, pass, result, ct))!;
            }

            if (!progress)
                return false;
        }

        return false;
    }

    /// <returns>Null when the object can't be read at the moment, though the vault answers.</returns>
    private async Task<CheckedObject?> TryCheckAsync(AuditedVault vault, AuditedObject audited, CancellationToken ct)
    {
        try
        {
            var result = await check.RunAsync(vault, audited, ct);
            _failures.TryRemove((vault.Name, audited.Version), out _);
            return result;
        }
        catch (VaultUnavailableException e)
        {
            // Throws when it is the vault that is away.
            await using (var any = vault.Store.ListAsync(audited.Version.Bucket, "", ct).GetAsyncEnumerator(ct))
                await any.MoveNextAsync();
            var failures = _failures.AddOrUpdate((vault.Name, audited.Version), 1, (_, before) => before + 1);
            return failures < Patience
                ? null
                : new CheckedObject(audited, new Observation(FindingKind.Unreadable, e.Message), null, LockRead: false);
        }
    }

    private Task<List<AuditedObject>> NextAsync(string vault, FixityPass pass, CancellationToken ct) => catalogue.ReadAsync(
        async db => (await db.Database.SqlQueryRaw<AuditedRow>(
                Objects.Due(vault), new NpgsqlParameter("p0", pass.BeganAt.ToUniversalTime()), new NpgsqlParameter("p1", Batch)).ToListAsync(ct))
            .ConvertAll(r => r.ToObject()),
        ct);
}
