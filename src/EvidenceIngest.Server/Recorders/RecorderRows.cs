using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Recorders;

internal static class RecorderRows
{
    /// <summary>Notes that a recorder was seen, and locks its row until the transaction ends.</summary>
    public static Task SeeRecorderAsync(
        this CatalogueDb db, string id, string? profile, string? model, DateTimeOffset now, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync(
            $"""
             insert into recorders (id, profile, model, first_seen_at, last_seen_at) values ({id}, {profile}, {model}, {now}, {now})
             on conflict (id) do update set profile = coalesce(excluded.profile, recorders.profile),
                 model = coalesce(excluded.model, recorders.model), last_seen_at = excluded.last_seen_at
             """,
            ct);

    /// <summary>Who carried the recorder at an instant, or null.</summary>
    public static Task<RecorderAssignment?> AssignmentAtAsync(
        this CatalogueDb db, string recorderId, DateTimeOffset at, CancellationToken ct) =>
        db.RecorderAssignments.AsNoTracking()
            .Where(a => a.RecorderId == recorderId && a.FromAt <= at && (a.ToAt == null || at < a.ToAt))
            .OrderByDescending(a => a.FromAt)
            .FirstOrDefaultAsync(ct);
}
