using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Fixity;

/// <summary>Begins and ends passes, and says when a pass's next object is due: reading is spread over the period.</summary>
internal sealed class FixityPasses(EvidenceCatalogue catalogue, FixityOptions options, TimeProvider time, ILogger<FixityPasses> log)
{
    // What opening an object and its lock cost, in bytes read: otherwise a million small files would be due at once.
    private const long CostOfOne = 256 << 10;

    /// <summary>The pass that is under way; a new one when the last began long enough ago; null when nothing is due.</summary>
    public async Task<FixityPass?> CurrentAsync(string vault, CancellationToken ct)
    {
        var last = await LastAsync(vault, ct);
        return last is { EndedAt: null } ? last
            : last is null || time.GetUtcNow() >= last.BeganAt + options.Target ? await BeginAsync(vault, hurried: false, ct)
            : null;
    }

    public Task<FixityPass?> LastAsync(string vault, CancellationToken ct) => catalogue.ReadAsync(
        db => db.FixityPasses.Where(p => p.Vault == vault).OrderByDescending(p => p.Number).FirstOrDefaultAsync(ct), ct);

    /// <summary>A person doesn't want to wait: the pass under way goes on at full rate, or one begins.</summary>
    public Task<FixityPass> HurryAsync(string vault, CancellationToken ct) => BeginAsync(vault, hurried: true, ct);

    /// <summary>When the next object is due, so that the pass ends in time.</summary>
    public DateTimeOffset NextAt(FixityPass pass)
    {
        var total = pass.TotalBytes + (pass.TotalObjects * CostOfOne);
        var done = pass.Bytes + (pass.Objects * CostOfOne);
        return pass.Hurried || total == 0 ? pass.BeganAt : pass.BeganAt + (options.Target * Math.Min(1, (double)done / total));
    }

    public async Task EndAsync(FixityPass pass, CancellationToken ct)
    {
        await catalogue.WriteAsync(
            db => db.FixityPasses.Where(p => p.Vault == pass.Vault && p.Number == pass.Number && p.EndedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.EndedAt, time.GetUtcNow()), ct),
            ct);
        log.PassOver(pass.Vault, pass.Number, pass.Objects, pass.Bytes, pass.Wrong);
    }

    private Task<FixityPass> BeginAsync(string vault, bool hurried, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var last = await db.FixityPasses.Where(p => p.Vault == vault).OrderByDescending(p => p.Number).FirstOrDefaultAsync(ct);
            if (last is { EndedAt: null })
            {
                last.Hurried |= hurried;
                return last;
            }

            // PostgreSQL keeps microseconds, and what was read before is told from what was read after by this instant.
            var now = time.GetUtcMilliseconds();
            var total = (await db.Database.SqlQueryRaw<ObjectTotal>(Objects.Total(vault), new NpgsqlParameter("p0", now.ToUniversalTime())).ToListAsync(ct)).Single();
            var pass = new FixityPass
            {
                Vault = vault, Number = (last?.Number ?? 0) + 1, BeganAt = now, Hurried = hurried, TotalObjects = total.Objects, TotalBytes = total.Bytes,
            };
            db.Add(pass);
            return pass;
        },
        ct);
}
