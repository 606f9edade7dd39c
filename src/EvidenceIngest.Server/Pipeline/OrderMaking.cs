using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>A rendition that somebody ordered. The row is the job's memory: whatever makes it may be killed at any time.</summary>
internal interface IRenditionOrder
{
    string ItemId { get; }

    /// <summary>Of the rendition that it becomes.</summary>
    string Name { get; }

    string? Note { get; set; }

    int Attempts { get; set; }

    DateTimeOffset DueAt { get; set; }
}

/// <summary>
/// Makes renditions that were ordered: one server of the installation at a time, the longest waiting first. What fails in a passing way is tried again,
/// what can't be made is given up, and both stand in words in the order.
/// </summary>
internal abstract class OrderMaking<TOrder>(SessionLocks locks, EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
    where TOrder : class, IRenditionOrder
{
    private const int MostAttempts = 5;
    private const int MostInARound = 20;

    protected EvidenceCatalogue Catalogue => catalogue;

    protected ServerOptions Options => options;

    protected TimeProvider Time => time;

    /// <summary>Number of the advisory lock that lets one server make them.</summary>
    protected abstract long Turn { get; }

    /// <summary>How many are made at the same time.</summary>
    protected virtual int Concurrency => 1;

    protected virtual TimeSpan Pause => TimeSpan.FromSeconds(30);

    /// <returns>True when something was made: there may be more.</returns>
    public async Task<bool> MakeDueAsync(CancellationToken ct)
    {
        if ((await DueAsync(ct)).Count == 0)
            return false;
        await using var alone = await locks.TryTakeAsync(Turn, ct);
        if (alone is null)
            return false;
        var due = await DueAsync(ct);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = ct }, async (order, token) => await MakeAsync(order, token));
        return due.Count > 0;
    }

    /// <summary>Those whose turn it is, the longest waiting first.</summary>
    protected abstract IQueryable<TOrder> Due(CatalogueDb db, DateTimeOffset now);

    /// <summary>Idempotent: what was interrupted is made again from its start, and nothing is seen before it is whole.</summary>
    protected abstract Task TryMakeAsync(TOrder order, CancellationToken ct);

    /// <returns>The row, locked together with its item; null when it was decided meanwhile.</returns>
    protected abstract Task<TOrder?> LockAsync(CatalogueDb db, TOrder order, CancellationToken ct);

    /// <summary>Sets the state from which no further attempt is made.</summary>
    protected abstract void Fail(TOrder known);

    /// <summary>Whether it is worth waiting for, however long.</summary>
    protected virtual bool IsPassing(Exception failure) =>
        failure is VaultUnavailableException or MediaToolUnavailableException or IOException or HttpRequestException or TimeoutException;

    protected async Task GiveUpAsync(CatalogueDb db, TOrder known, string why, CancellationToken ct)
    {
        Fail(known);
        known.Note = why;
        await db.AppendAsync(known.ItemId, time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.RenderFailed, $"{known.Name}: {why}", ct);
    }

    private Task<List<TOrder>> DueAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return catalogue.ReadAsync(db => Due(db, now).Take(MostInARound).ToListAsync(ct), ct);
    }

    // Whatever goes wrong with one of them must not keep the others waiting.
    private async Task MakeAsync(TOrder order, CancellationToken ct)
    {
        try
        {
            await TryMakeAsync(order, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is not CatalogueUnavailableException)
        {
            await catalogue.WriteAsync(db => FailAsync(db, order, e, ct), ct);
        }
    }

    private async Task FailAsync(CatalogueDb db, TOrder order, Exception failure, CancellationToken ct)
    {
        if (await LockAsync(db, order, ct) is not { } known)
            return;
        var why = failure.GetBaseException().Message;
        known.Attempts++;
        (known.Note, known.DueAt) = ($"暂时无法制作，将自动重试 / can't be made now, it is tried again: {why}", time.GetUtcNow() + Pause);
        if (failure is RenditionFailedException || (!IsPassing(failure) && known.Attempts >= MostAttempts))
            await GiveUpAsync(db, known, why, ct);
    }
}
