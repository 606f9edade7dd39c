using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Reviews;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Supervision;

/// <summary>未办结事项: what is open now in each unit and belongs to no day, so that <see cref="SupervisionFigures"/> can't count it.</summary>
internal sealed class OpenMatters(EvidenceCatalogue catalogue, TimeProvider time)
{
    public Task<OpenMattersReport> CountAsync(Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var neverDocked = await CountAsync(reach, db.Recorders.NeverDocked(db).Where(r => r.UnitId != null), ct);
            var overdue = await CountAsync(reach, db.RecorderIssues.Where(i => i.AlarmedAt != null && i.ReturnedAt == null), ct);
            var missing = await CountAsync(reach, db.Cases.Where(c => c.FootageState == FootageState.Missing), ct);
            var gaps = await CountAsync(reach, db.Cases.Where(c => c.FootageState == FootageState.Gaps), ct);
            var findings = await CountAsync(reach, db.Items.FromSql($"select * from items where findings <> '[]'").Where(i => i.SidecarRole == null), ct);
            var reviews = await CountAsync(reach, db.ReviewFindings.Where(f => f.State != ReviewFindingState.Closed), ct);
            var units = new[] { neverDocked, overdue, missing, gaps, findings, reviews }.SelectMany(c => c.Keys).Distinct().Order(StringComparer.Ordinal);
            return new OpenMattersReport(time.GetUtcNow(), [.. units.Select(unit => new OpenMattersRow(
                unit, neverDocked.GetValueOrDefault(unit), overdue.GetValueOrDefault(unit), missing.GetValueOrDefault(unit), gaps.GetValueOrDefault(unit),
                findings.GetValueOrDefault(unit), reviews.GetValueOrDefault(unit)))]);
        },
        ct);

    private static Task<Dictionary<string, int>> CountAsync<T>(Reach reach, IQueryable<T> rows, CancellationToken ct)
        where T : class, IOfUnit =>
        reach.Of(rows).GroupBy(r => EF.Property<string>(r, nameof(IOfUnit.UnitId))).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
}

/// <param name="At">UTC.</param>
/// <param name="Rows">Units that have any, by id.</param>
public sealed record OpenMattersReport(DateTimeOffset At, IReadOnlyList<OpenMattersRow> Rows);

/// <param name="Unit">Its id.</param>
/// <param name="RecordersNeverDocked">Assigned to somebody, and never seen by a dock.</param>
/// <param name="RecordersOverdue">Out so long that what they hold would soon be late.</param>
/// <param name="CasesMissingFootage">Without a recording that their matter demands.</param>
/// <param name="CasesWithGaps">Recorded with gaps where their matter demands the whole act.</param>
/// <param name="ItemsWithFindings">Recordings of which something was noticed, companions left out.</param>
/// <param name="ReviewFindings">Of case-file reviews, not closed yet.</param>
public sealed record OpenMattersRow(
    string Unit, int RecordersNeverDocked, int RecordersOverdue, int CasesMissingFootage, int CasesWithGaps, int ItemsWithFindings, int ReviewFindings);
