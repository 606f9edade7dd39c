using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Calendar;

/// <summary>A yearly notice as somebody imported it.</summary>
internal sealed class StoredNotice
{
    public required int Year { get; init; }

    public required DateTimeOffset ImportedAt { get; init; }

    public required string ImportedBy { get; init; }

    public required string Why { get; init; }

    public required string Csv { get; init; }

    public required string Sha256 { get; init; }
}

internal static class CalendarRows
{
    /// <summary>Shared by transactions that set a deadline, held alone by an import: each deadline sees the notice, or is marked by it.</summary>
    public const long Lock = 0x0143_4C45_4E44_4152;

    /// <summary>The calendar that counts now: what ships, with the newest imported notice of each year in its place.</summary>
    public static async Task<WorkingDayCalendar> WorkingDaysAsync(this CatalogueDb db, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null)
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock_shared({Lock})", ct);
        // A handful of rows in the life of a site.
        var notices = await db.CalendarNotices.AsNoTracking().OrderBy(n => n.Year).ThenBy(n => n.ImportedAt).ToListAsync(ct);
        var calendar = WorkingDayCalendar.Shipped;
        foreach (var notice in notices)
        {
            using var csv = new StringReader(notice.Csv);
            calendar = calendar.With(WorkingDayCalendar.ParseNotice(notice.Year, csv));
        }

        return calendar;
    }
}
