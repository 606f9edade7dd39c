using System.Globalization;
using System.Text;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>
/// 台账: the register as CSV for spreadsheets, a page at a time, however long it is. Handing it out is an event of the service's
/// chain, recorded before the first line leaves.
/// </summary>
internal sealed class RegisterExport(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int PerPage = 500;

    private static readonly string[] Headings =
    [
        "编号", "状态", "单位", "类型", "记录仪", "制作方法", "制作时间", "制作人", "证明对象", "文字记录", "入库期限", "入库时间", "按时", "缺少", "隔离原因",
        "文件数", "字节数", "SHA-256",
    ];

    public Task RecordAsync(ItemFilter filter, Caller by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var of = filter.Reach.CoversAllUnits ? "" : $", as {by.Role} of their units";
        return catalogue.WriteAsync(db => db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.RegisterExported, filter.Describe() + of), ct), ct);
    }

    public async Task WriteAsync(ItemFilter filter, Stream target, CancellationToken ct)
    {
        // Spreadsheets take a file without the mark for GBK.
        await using var writer = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(Line(Headings));
        var names = await catalogue.ReadAsync(db => db.Units.ToDictionaryAsync(u => u.Id, u => u.Name, ct), ct);
        PageCursor? last = null;
        while (true)
        {
            var page = await catalogue.ReadAsync(db => filter.Of(db, db.Items).NewestHere(last).Take(PerPage).AsSingleQuery().Include(i => i.Files).ToListAsync(ct), ct);
            foreach (var item in page)
                await writer.WriteLineAsync(Line(Cells(item, names)));
            await writer.FlushAsync(ct);
            if (page.Count < PerPage)
                return;
            last = new PageCursor(page[^1].AnnouncedAt, page[^1].Id);
        }
    }

    /// <summary>RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe: names come from recorders.</summary>
    internal static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(cell =>
    {
        var safe = Harmless(cell);
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }));

    /// <summary>As a cell that no spreadsheet takes for a formula.</summary>
    internal static string Harmless(string cell) =>
        cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠' ? "'" + cell : cell;

    private IEnumerable<string> Cells(EvidenceItem item, Dictionary<string, string> units) =>
    [
        item.Id, EvidenceWords.State(item.State.ToString()), units.GetValueOrDefault(item.UnitId, item.UnitId), EvidenceWords.Chinese(item.Kind), item.RecorderId,
        item.MethodOfProduction?.Value ?? "", item.TimeOfProduction?.Value ?? "", item.Producer?.Value ?? "", item.ObjectOfProof?.Value ?? "",
        item.TranscriptConfirmed ? "已确认" : "", Local(item.DeadlineAt), Local(item.SealedAt), item.OnTime switch { true => "是", false => "逾期", null => "" },
        string.Join('、', Completeness.Missing(item.Kind, item.Metadata(), item.TranscriptConfirmed).Select(EvidenceWords.Chinese)), item.Reason ?? "",
        item.Files.Count.ToString(CultureInfo.InvariantCulture), item.Files.Sum(f => f.Bytes).ToString(CultureInfo.InvariantCulture),
        string.Join(' ', item.Files.OrderBy(f => f.Position).Select(f => f.Sha256)),
    ];

    private string Local(DateTimeOffset? at) =>
        at is { } instant ? TimeZoneInfo.ConvertTime(instant, options.AgencyZone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture) : "";
}
