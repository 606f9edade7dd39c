using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tracks;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Cases;

/// <summary>Finds what may have been recorded of a case's act: by officer, time and place.</summary>
internal sealed class CaseProposals(EvidenceCatalogue catalogue)
{
    private const int Most = 200;

    // Officers switch on before they arrive and off after they have left.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    // A recording that began so long before the act may still run into it.
    private static readonly TimeSpan LongestRunUp = TimeSpan.FromHours(24);

    /// <exception cref="RequestRefusedException">There is no such case, or it doesn't say when the act was.</exception>
    public Task<IReadOnlyList<CaseProposal>> ListAsync(string number, Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var known = await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct) ?? throw RequestRefusedException.NotFound($"没有案件 {number}，或者不在您的职责范围内 / there is no case {number}");
            var act = known.Act() ?? throw RequestRefusedException.Conflict($"案件 {number} 未填写执法起止时间，请先填写 / case {number} doesn't say when the act was: set actedFrom and actedTo");
            var wide = new FootageSpan(act.From - Margin, act.To + Margin);
            var found = new List<CaseProposal>();
            var near = await NearAsync(db, reach.Of(db.Items).Include(i => i.Files), known, wide, ct);
            var tracks = known.Position is null ? null : await TracksAsync(db, near, ct);
            foreach (var item in near)
            {
                if (Reasons(known, act, wide, item, tracks) is { Count: > 0 } because)
                    found.Add(new CaseProposal(item.Id, item.State, item.ProducerNumber, item.Producer?.Value, item.Span()!.From, item.Span()!.To, because));
            }

            return (IReadOnlyList<CaseProposal>)[.. found.OrderByDescending(p => p.Because.Count).ThenBy(p => p.From).ThenBy(p => p.Item, StringComparer.Ordinal).Take(Most)];
        },
        ct);

    /// <summary>
    /// Accepted recordings of the case's unit and officers during its act that no other open case can mean and that nobody took off it:
    /// what a rule may link. In the order of ids, so that two of them never wait for each other's items.
    /// </summary>
    public static async Task<IReadOnlyList<string>> CertainAsync(CatalogueDb db, Case known, CancellationToken ct)
    {
        if (known.Act() is not { } act || known.Officers.Count == 0)
            return [];
        var near = await NearAsync(db, db.Items.Where(i => i.State == ItemState.Sealed && i.UnitId == known.UnitId), known, act, ct);
        var own = near.Where(i => i.Facts.Count > 0 && known.Officers.Contains(i.ProducerNumber!) && i.Span() is { } span && span.Overlaps(act)).ToList();
        if (own.Count == 0)
            return [];
        var (from, to) = (own.Min(i => i.Span()!.From), own.Max(i => i.Span()!.To));
        var rivals = await db.Cases.AsNoTracking()
            .Where(c => c.Number != known.Number && c.State == CaseState.Open && c.ActedFrom <= to && c.ActedTo >= from).ToListAsync(ct);
        return [.. own
            .Where(i => !rivals.Exists(c => c.Officers.Contains(i.ProducerNumber!) && c.Act()!.Overlaps(i.Span()!)))
            .Select(i => i.Id).Order(StringComparer.Ordinal)];
    }

    private static async Task<List<EvidenceItem>> NearAsync(CatalogueDb db, IQueryable<EvidenceItem> items, Case known, FootageSpan span, CancellationToken ct)
    {
        var (number, from, to) = (known.Number, span.From - LongestRunUp, span.To);
        // A person may have corrected the time of production by more than the run-up; the register finds those.
        return await items.AsNoTracking().Include(i => i.Facts)
            .Where(i => i.MadeAt >= from && i.MadeAt <= to && i.SidecarRole == null && i.State != ItemState.Disposed)
            .Where(i => !db.CaseItems.Any(l => l.CaseNumber == number && l.ItemId == i.Id) && !db.CaseRefusals.Any(r => r.CaseNumber == number && r.ItemId == i.Id))
            .OrderBy(i => i.MadeAt).ToListAsync(ct);
    }

    /// <summary>Positions that lie in companions of recordings, by recorder and path of the recording's file.</summary>
    private static async Task<ILookup<(string Recorder, string Path), GeoPoint>> TracksAsync(CatalogueDb db, List<EvidenceItem> near, CancellationToken ct)
    {
        var recorders = near.Select(i => i.RecorderId).Distinct().ToList();
        var paths = near.SelectMany(i => i.Files.Select(f => f.RecorderPath)).ToList();
        var companions = await db.Items.AsNoTracking()
            .Where(i => i.Positions != null && i.SidecarOf != null && recorders.Contains(i.RecorderId) && paths.Contains(i.SidecarOf)).ToListAsync(ct);
        return companions.SelectMany(c => c.Positions!, (c, point) => (Key: (c.RecorderId, c.SidecarOf!), Point: point)).ToLookup(p => p.Key, p => p.Point);
    }

    /// <summary>Empty when it isn't proposed: the time alone says little where officers or a place are known.</summary>
    private static List<ProposalReason> Reasons(
        Case known, FootageSpan act, FootageSpan wide, EvidenceItem item, ILookup<(string Recorder, string Path), GeoPoint>? tracks)
    {
        if (item.Span() is not { } span || !span.Overlaps(wide))
            return [];
        var because = new List<ProposalReason>();
        if (item.ProducerNumber is { } officer && known.Officers.Contains(officer))
            because.Add(ProposalReason.Officer);
        if (known.Position is { } centre && tracks is not null
            && item.Files.SelectMany(f => tracks[(item.RecorderId, f.RecorderPath)]).Concat(item.Positions ?? [])
                .Any(p => p.MetresTo(new GeoPoint(centre.Latitude, centre.Longitude)) <= centre.RadiusMetres))
            because.Add(ProposalReason.Place);
        var isNamed = known.Officers.Count > 0 || known.Position is not null;
        if (because.Count == 0 && (isNamed || item.UnitId != known.UnitId))
            return [];
        if (span.Overlaps(act))
            because.Insert(0, ProposalReason.Time);
        return because;
    }
}

public enum ProposalReason
{
    /// <summary>It was recorded during the act, not only within an hour of it.</summary>
    Time,

    /// <summary>By an officer of the case.</summary>
    Officer,

    /// <summary>It was at the place of the act.</summary>
    Place,
}

/// <param name="Item">Id of the evidence item.</param>
/// <param name="State">Where it stands.</param>
/// <param name="OfficerNumber">Of who recorded it; null when unknown.</param>
/// <param name="Producer">制作人</param>
/// <param name="From">When it begins, UTC.</param>
/// <param name="To">When it ends, UTC; the same as its beginning until it was inspected.</param>
/// <param name="Because">What speaks for it; those with most reasons come first.</param>
public sealed record CaseProposal(
    string Item, ItemState State, string? OfficerNumber, string? Producer, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<ProposalReason> Because);
