using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Calendar;

/// <summary>Takes the yearly notice in. Deadlines that it may move are counted anew, each with an event where it did move.</summary>
internal sealed class CalendarRegister(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int LongestNotice = 20_000;

    // The State Council's notices have come between late October and early December.
    private const int WarnFromMonth = 11;
    private const int WarnFromDay = 20;

    // A recording of late November may end in December, which the notice of the next year may move days of.
    private static readonly TimeSpan Before = TimeSpan.FromDays(60);

    public async Task<CalendarView> ViewAsync(CancellationToken ct)
    {
        var notices = await catalogue.ReadAsync(db => db.CalendarNotices.OrderByDescending(n => n.ImportedAt).ToListAsync(ct), ct);
        var calendar = await catalogue.ReadAsync(db => db.WorkingDaysAsync(ct), ct);
        return new CalendarView(calendar.Years, Warning(calendar), notices.ConvertAll(n => new NoticeView(n.Year, n.ImportedAt, n.ImportedBy, n.Why, n.Sha256, n.Csv)));
    }

    public async Task<CalendarView> ImportAsync(int year, NoticeRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        var now = time.GetUtcMilliseconds();
        if (year < WorkingDayCalendar.Shipped.Years[0] || year > now.Year + 1)
            throw RequestRefusedException.Invalid("year", $"年份应在 {WorkingDayCalendar.Shipped.Years[0]} 至 {now.Year + 1} 之间 / must be {WorkingDayCalendar.Shipped.Years[0]} to {now.Year + 1}");
        if (request.Csv is null or { Length: > LongestNotice })
            throw RequestRefusedException.Invalid("csv", $"放假安排不能为空，且不得超过 {LongestNotice} 个字 / must have 1 to {LongestNotice} characters");
        try
        {
            using var csv = new StringReader(request.Csv);
            WorkingDayCalendar.ParseNotice(year, csv);
        }
        catch (FormatException e)
        {
            throw RequestRefusedException.Invalid("csv", e.Message);
        }

        var notice = new StoredNotice
        {
            Year = year, ImportedAt = now, ImportedBy = by, Why = request.Why, Csv = request.Csv, Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Csv))),
        };
        await catalogue.WriteAsync(db => StoreAsync(db, notice, ct), ct);
        return await ViewAsync(ct);
    }

    /// <summary>Null while everything is known that deadlines will soon be counted with.</summary>
    public string? Warning(WorkingDayCalendar calendar)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), options.AgencyZone).DateTime);
        var missing = !calendar.Covers(today.Year) ? today.Year
            : today >= new DateOnly(today.Year, WarnFromMonth, WarnFromDay) && !calendar.Covers(today.Year + 1) ? today.Year + 1
            : 0;
        return missing == 0
            ? null
            : $"缺少{missing}年放假调休安排，涉及该年度的入库期限只按周末估算；国务院办公厅通知发布后请导入（网页“管理—工作日历”，或 calendar import {missing} 文件）"
                + $" / the working-day calendar of {missing} is missing: deadlines in it count weekends alone. Once the notice is out: calendar import {missing} FILE";
    }

    private static async Task StoreAsync(CatalogueDb db, StoredNotice notice, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({CalendarRows.Lock})", ct);
        var newest = await db.CalendarNotices.Where(n => n.Year == notice.Year).OrderByDescending(n => n.ImportedAt).FirstOrDefaultAsync(ct);
        if (newest?.Sha256 == notice.Sha256)
            return;
        db.Add(notice);
        await db.SaveChangesAsync(ct);
        var from = new DateTimeOffset(notice.Year, 1, 1, 0, 0, 0, TimeSpan.Zero) - Before;
        var to = new DateTimeOffset(notice.Year + 1, 1, 2, 0, 0, 0, TimeSpan.Zero);
        var due = await db.Items.Where(i => i.RecordedAt >= from && i.RecordedAt < to).ExecuteUpdateAsync(set => set.SetProperty(i => i.DeadlineDue, true), ct);
        await db.AppendToServiceAsync(
            new NewEvent(
                notice.ImportedAt, Actors.Operator(notice.ImportedBy), CustodyEventKind.CalendarImported,
                $"notice for {notice.Year}, sha256 {notice.Sha256}, instead of {newest?.Sha256 ?? (WorkingDayCalendar.Shipped.Covers(notice.Year) ? "what ships" : "none")}; {due} deadlines are counted anew; reason: {notice.Why}"),
            ct);
    }
}

/// <param name="Csv">Lines <c>date,kind,occasion</c>; kind is holiday or workday.</param>
/// <param name="Why">The notice's number; enters the service's chain.</param>
public sealed record NoticeRequest(string Csv, string Why);

/// <param name="Years">That a notice is known for.</param>
/// <param name="Warning">What is missing and what to do about it; null when nothing is.</param>
/// <param name="Imported">The newest first; of several for a year the newest counts.</param>
public sealed record CalendarView(IReadOnlyList<int> Years, string? Warning, IReadOnlyList<NoticeView> Imported);

/// <param name="Year">Of the notice.</param>
/// <param name="ImportedAt">UTC.</param>
/// <param name="ImportedBy">Who did.</param>
/// <param name="Why">The notice's number.</param>
/// <param name="Sha256">Of the text's UTF-8 bytes.</param>
/// <param name="Csv">The text.</param>
public sealed record NoticeView(int Year, DateTimeOffset ImportedAt, string ImportedBy, string Why, string Sha256, string Csv);

internal static class CalendarEndpoints
{
    private const int MaxBody = 64 << 10;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/calendar", async (CalendarRegister calendar, CancellationToken ct) => TypedResults.Ok(await calendar.ViewAsync(ct)))
            .RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System).Concerns(Data.Everybodys).WithTags("Calendar");
        api.MapPut("/calendar/{year:int}", async (int year, HttpContext http, CalendarRegister calendar, CancellationToken ct) =>
                TypedResults.Ok(await calendar.ImportAsync(year, await http.ReadJsonAsync<NoticeRequest>(MaxBody), http.Caller().Name, ct)))
            .RequireToken(TokenKind.Operator, Scopes.Write, Scopes.System).Concerns(Data.Installation).WithTags("Calendar").Accepts<NoticeRequest>("application/json");
    }
}
