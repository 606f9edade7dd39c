using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Fixity;

/// <param name="Vault">first or second.</param>
/// <param name="File">Its place in the item, from 1.</param>
/// <param name="Bytes">That were to be read.</param>
/// <param name="Sha256">As sealed.</param>
/// <param name="Wrong">What is not as sealed; null when all is.</param>
public sealed record VerifiedFile(string Vault, int File, long Bytes, string Sha256, string? Wrong);

/// <param name="Item">Which.</param>
/// <param name="At">When it was done, UTC.</param>
/// <param name="IsRight">Every file in every vault is as sealed.</param>
/// <param name="Files">Each that was read.</param>
public sealed record VerificationView(string Item, DateTimeOffset At, bool IsRight, IReadOnlyList<VerifiedFile> Files);

/// <summary>A person wants to know now: reads an item's masters whole, in every vault. What is wrong becomes a finding as in a pass of the audit.</summary>
internal sealed class ItemVerification(
    EvidenceCatalogue catalogue, VaultSet vaults, AuditRecord record, TimeProvider time, ILogger<ObjectCheck> log) : IDisposable
{
    // People don't wait at the audit's pace; one at a time leaves the store to the docks.
    private readonly ObjectCheck _check = new(new FixityOptions { BytesPerSecond = null }, time, log);
    private readonly SemaphoreSlim _turn = new(1);

    /// <exception cref="RequestRefusedException">409: nothing of it is sealed.</exception>
    /// <exception cref="VaultUnavailableException">Nothing is known.</exception>
    public async Task<VerificationView> RunAsync(string itemId, string by, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var files = new List<VerifiedFile>();
            foreach (var vault in vaults.All)
            {
                foreach (var master in await MastersAsync(vault, itemId, ct))
                {
                    var result = await _check.RunAsync(vault, master, ct);
                    await record.WriteAsync(vault, pass: null, result, ct);
                    files.Add(new VerifiedFile(
                        vault.Name, master.Position + 1, master.Bytes, master.Digest.Sha256, result.IsRight ? null : string.Join("; ", result.Wrong.Select(w => $"{w.Kind}: {w.Found}"))));
                }
            }

            if (files.Count == 0)
                throw RequestRefusedException.Conflict("资料尚未封存，没有可校验的文件 / nothing of the item is sealed yet");
            return await TellAsync(itemId, by, files, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private Task<List<AuditedObject>> MastersAsync(AuditedVault vault, string itemId, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            await ItemRegister.DemandExistsAsync(db, itemId, ct);
            var what = vault.Name == VaultSet.FirstName ? AuditedWhat.Master : AuditedWhat.Copy;
            var rows = await db.Database.SqlQueryRaw<AuditedRow>(Objects.OfItem(what), new NpgsqlParameter("p0", itemId)).ToListAsync(ct);
            return rows.OrderBy(r => r.Position).Select(r => r.ToObject()).ToList();
        },
        ct);

    private async Task<VerificationView> TellAsync(string itemId, string by, List<VerifiedFile> files, CancellationToken ct)
    {
        var (now, wrong) = (time.GetUtcNow(), files.Count(f => f.Wrong is not null));
        await catalogue.WriteAsync(
            db => db.AppendAsync(
                itemId, now, Actors.Operator(by), CustodyEventKind.FixityChecked,
                $"asked for by a person: {files.Count} files, {files.Sum(f => f.Bytes)} bytes, read whole and hashed; {(wrong == 0 ? "all as sealed" : $"{wrong} are not as sealed")}", ct),
            ct);
        return new VerificationView(itemId, now, wrong == 0, files);
    }
}
