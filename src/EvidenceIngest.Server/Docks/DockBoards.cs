using System.Net;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Docks;

/// <summary>One bay as the officer in front of it sees it.</summary>
/// <param name="Bay">Port path or folder.</param>
/// <param name="State">One of the dock's bay states.</param>
/// <param name="Recorder">Recorder id once identified.</param>
/// <param name="Officer">Who carries that recorder now.</param>
/// <param name="Reason">Why it was refused or failed, and what to do.</param>
/// <param name="FilesDone">Files that are safe.</param>
/// <param name="FilesTotal">Files that belong to recordings.</param>
/// <param name="BytesDone">Bytes offloaded.</param>
/// <param name="BytesTotal">Bytes to offload.</param>
/// <param name="Since">When the state was entered, UTC.</param>
public sealed record BoardBay(
    string Bay, string State, string? Recorder, string? Officer, string? Reason, int FilesDone, int FilesTotal, long BytesDone, long BytesTotal, DateTimeOffset Since);

/// <param name="Id">Of the dock.</param>
/// <param name="Name">What people call it.</param>
/// <param name="ReportedAt">When the dock spoke last, UTC; null: never.</param>
/// <param name="Bays">In the order of their numbers, as the dock reports them.</param>
public sealed record DockBoard(string Id, string Name, DateTimeOffset? ReportedAt, IReadOnlyList<BoardBay> Bays);

/// <summary>The screens beside the docks. Nobody is logged in there, so they tell no more than who stands in front of the dock sees anyway.</summary>
internal sealed class DockBoards(EvidenceCatalogue catalogue, TimeProvider time, ILogger<DockBoards> log)
{
    /// <summary>A dock speaks at least every eleven seconds; after so long its screen must not be believed.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <param name="At">When it was read, UTC.</param>
    /// <param name="Docks">Null while the catalogue can't be read.</param>
    public sealed record Reading(DateTimeOffset At, IReadOnlyDictionary<string, DockBoard>? Docks);

    /// <summary>Whether a screen at this address belongs to the dock: it is where the dock last spoke from.</summary>
    public async Task<bool> MayShowAsync(string dockId, IPAddress? from, CancellationToken ct)
    {
        if (from is null)
            return false;
        var spoke = await catalogue.ReadAsync(db => db.Docks.Where(d => d.Id == dockId).Select(d => d.Address).SingleOrDefaultAsync(ct), ct);
        return IPAddress.TryParse(spoke, out var address) && (address.Equals(from) || (IPAddress.IsLoopback(address) && IPAddress.IsLoopback(from)));
    }

    /// <summary>Docks that spoke from this address.</summary>
    public async Task<IReadOnlyList<DockBoard>> AtAsync(IPAddress? from, CancellationToken ct)
    {
        var all = (await ReadAsync(ct)).Docks?.Values ?? [];
        var mine = new List<DockBoard>();
        foreach (var dock in all)
        {
            if (await MayShowAsync(dock.Id, from, ct))
                mine.Add(dock);
        }

        return mine;
    }

    public async Task<Reading> ReadAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        try
        {
            return new Reading(now, await catalogue.ReadAsync(db => ReadAsync(db, ct), ct));
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Whatever it is, screens have to say that they can't be believed, and be right again afterwards.
            log.BoardsNotRead(e);
            return new Reading(now, Docks: null);
        }
        catch (OperationCanceledException)
        {
            return new Reading(now, Docks: null);
        }
    }

    private static async Task<IReadOnlyDictionary<string, DockBoard>> ReadAsync(CatalogueDb db, CancellationToken ct)
    {
        var docks = await db.Docks.OrderBy(d => d.Name).ToListAsync(ct);
        var recorders = docks.SelectMany(d => d.Bays).Select(b => b.Recorder).OfType<string>().Distinct().ToList();
        var officers = await db.RecorderAssignments.Where(a => recorders.Contains(a.RecorderId) && a.ToAt == null)
            .GroupBy(a => a.RecorderId).Select(g => new { g.Key, Name = g.OrderByDescending(a => a.FromAt).First().OfficerName }).ToDictionaryAsync(g => g.Key, g => g.Name, ct);
        return docks.ToDictionary(
            d => d.Id,
            d => new DockBoard(d.Id, d.Name, d.LastSeenAt, [.. d.Bays.Select(b => new BoardBay(
                b.Bay, b.State, b.Recorder, b.Recorder is null ? null : officers.GetValueOrDefault(b.Recorder), b.Reason, b.FilesDone, b.FilesTotal, b.BytesDone, b.BytesTotal, b.Since))]),
            StringComparer.Ordinal);
    }
}
