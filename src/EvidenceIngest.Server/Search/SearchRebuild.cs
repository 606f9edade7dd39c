using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Search;

/// <param name="State">Where it stands.</param>
/// <param name="Items">Items whose texts were made anew.</param>
/// <param name="Total">Items that there were at its beginning.</param>
/// <param name="BeganAt">UTC; null before the first.</param>
/// <param name="EndedAt">UTC; null while it runs.</param>
/// <param name="Trouble">Why it ended early; what was done until then stays done.</param>
public sealed record SearchRebuildProgress(SearchRebuildState State, int Items, int Total, DateTimeOffset? BeganAt, DateTimeOffset? EndedAt, string? Trouble);

public enum SearchRebuildState
{
    /// <summary>Not since this server started.</summary>
    Never,

    Running,

    Done,

    Failed,
}

/// <summary>
/// 重建索引: makes every item's texts anew from what they come from, some at a time, while people go on searching. Triggers keep the
/// index; this is for a database that was repaired by hand, and for whoever doubts it.
/// </summary>
internal sealed class SearchRebuild(
    EvidenceCatalogue catalogue, SessionLocks locks, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SearchRebuild> log)
{
    private const long LockNumber = 4_720_024;
    private const int Batch = 200;

    private static readonly string[] Fields = Enum.GetNames<SearchField>();

    private readonly Lock _gate = new();
    private SearchRebuildProgress _progress = new(SearchRebuildState.Never, 0, 0, null, null, null);

    public SearchRebuildProgress Progress => _progress;

    /// <summary>Begins one; while one is running here, that is it.</summary>
    /// <exception cref="RequestRefusedException">409 when another server is at it.</exception>
    public async Task<SearchRebuildProgress> StartAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_progress.State == SearchRebuildState.Running)
                return _progress;
        }

        var alone = await locks.TryTakeAsync(LockNumber, ct)
            ?? throw RequestRefusedException.Conflict("另一台服务器正在重建检索索引，请等其完成 / another server rebuilds the index of the search: wait until it has ended");
        lock (_gate)
            _progress = new SearchRebuildProgress(SearchRebuildState.Running, 0, 0, time.GetUtcNow(), null, null);
        _ = Task.Run(() => RunAsync(alone, lifetime.ApplicationStopping), CancellationToken.None);
        return _progress;
    }

    /// <summary>Makes the texts of the items behind one anew, in the order of ids.</summary>
    /// <returns>The last of them; null behind the last of all.</returns>
    public Task<(string? Last, int Items)> NextAsync(string after, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var ids = await db.Items.Where(i => i.Id.CompareTo(after) > 0).OrderBy(i => i.Id).Select(i => i.Id).Take(Batch).ToListAsync(ct);
            // Whoever changes one of them meanwhile waits, so that what they write comes after what is made here.
            await db.LockItemsAsync(ids, ct);
            await db.Database.ExecuteSqlAsync($"select search_refresh({ids}, {Fields})", ct);
            return (ids.Count < Batch ? null : ids[^1], ids.Count);
        },
        ct);

    private async Task RunAsync(SessionLock alone, CancellationToken ct)
    {
        await using (alone)
        {
            try
            {
                var total = await catalogue.ReadAsync(db => db.Items.CountAsync(ct), ct);
                Report(p => p with { Total = total });
                for (string? after = ""; after is not null;)
                {
                    var (last, items) = await NextAsync(after, ct);
                    Report(p => p with { Items = p.Items + items });
                    after = last;
                }

                Report(p => p with { State = SearchRebuildState.Done, EndedAt = time.GetUtcNow() });
                log.Rebuilt(_progress.Items);
            }
            catch (Exception e)
            {
                // Its caller has long got an answer: whoever asks for the progress hears of it.
                Report(p => p with { State = SearchRebuildState.Failed, EndedAt = time.GetUtcNow(), Trouble = e.GetBaseException().Message });
                log.RebuildFailed(e.GetBaseException().Message);
            }
        }
    }

    private void Report(Func<SearchRebuildProgress, SearchRebuildProgress> change)
    {
        lock (_gate)
            _progress = change(_progress);
    }
}
