using System.Globalization;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Recorders;

namespace EvidenceIngest.Server.Spreadsheets;

/// <summary>
/// Lists that offices keep in spreadsheets. Each line does what the API's own call would do, with its checks and its events, and
/// stands for itself: what is wrong with one keeps no other from being taken. The same list again changes nothing.
/// </summary>
internal sealed class SpreadsheetImports(Accounts accounts, Assignments assignments, MatterList matters, CaseRegister cases, ServerOptions options)
{
    /// <summary>Officers and others: account, name, unit, number. One-time passwords are in the answer.</summary>
    public Task<ImportReport> AccountsAsync(string csv, Caller by, CancellationToken ct)
    {
        var table = CsvTable.Parse(csv, ["userName", "账号"], ["name", "姓名"], ["?unit", "单位编号"], ["?officerNumber", "执法证号", "警号"], ["?directory", "目录登录"]);
        return EachAsync(table, async line =>
        {
            var userName = Demand(table, line, "userName", "账号");
            var wanted = new AccountRequest(userName, Demand(table, line, "name", "姓名"), table.Cell(line, "unit") ?? Unit.Root, table.Cell(line, "officerNumber"), Yes(table, line, "directory"));
            if (await accounts.TryFindAsync(userName, by.Reach, ct) is not { } known)
                return (true, (await accounts.AddAsync(wanted, by, ct)).Password);
            return (known.Name, known.Unit, known.OfficerNumber, known.Directory) == (wanted.Name, wanted.Unit, wanted.OfficerNumber, wanted.Directory)
                ? (false, null)
                : throw RequestRefusedException.Conflict($"账号{userName}已存在且内容不同，请单独修改 / there is an account {userName} that differs: change it by itself");
        });
    }

    /// <summary>Who carries which recorder since when.</summary>
    public Task<ImportReport> AssignmentsAsync(string csv, Caller by, CancellationToken ct)
    {
        var table = CsvTable.Parse(
            csv, ["recorder", "记录仪编号"], ["officerNumber", "执法证号", "警号"], ["officerName", "姓名"], ["?agency", "单位"], ["?unit", "单位编号"], ["?from", "领用时间"]);
        return EachAsync(table, async line =>
        {
            var request = new AssignmentRequest(
                Demand(table, line, "officerNumber", "警号"), Demand(table, line, "officerName", "姓名"), table.Cell(line, "agency"), At(table.Cell(line, "from")), table.Cell(line, "unit"));
            await assignments.AssignAsync(Demand(table, line, "recorder", "记录仪编号"), request, by, ct);
            return (true, null);
        });
    }

    /// <summary>《音像记录事项清单》.</summary>
    public Task<ImportReport> MattersAsync(string csv, Caller by, CancellationToken ct)
    {
        var table = CsvTable.Parse(csv, ["matter", "事项编号"], ["name", "事项名称"], ["law", "法律依据"], ["?wholeRecording", "全过程记录"], ["?retentionClass", "保管期限类别"],
            ["?linkAutomatically", "自动关联"]);
        return EachAsync(table, async line =>
        {
            var request = new MatterRequest(
                Demand(table, line, "name", "事项名称"), Demand(table, line, "law", "法律依据"), Yes(table, line, "wholeRecording"), table.Cell(line, "retentionClass"),
                Yes(table, line, "linkAutomatically"));
            await matters.SetAsync(Demand(table, line, "matter", "事项编号"), request, by.Name, ct);
            return (true, null);
        });
    }

    /// <summary>From a case system without an API of its own.</summary>
    public Task<ImportReport> CasesAsync(string csv, Caller by, CancellationToken ct)
    {
        var table = CsvTable.Parse(
            csv, ["number", "案号"], ["state", "状态"], ["?matter", "事项编号"], ["?agency", "单位"], ["?unit", "单位编号"], ["?retentionClass", "保管期限类别"], ["?executedOn", "执行终结日期"],
            ["?officers", "执法人员证号"], ["?actedFrom", "执法开始时间"], ["?actedTo", "执法结束时间"], ["?place", "执法地点"]);
        return EachAsync(table, async line =>
        {
            var state = Demand(table, line, "state", "状态") switch
            {
                "办理中" or "Open" => CaseState.Open,
                "已结案" or "Closed" => CaseState.Closed,
                var other => throw RequestRefusedException.Invalid("state", $"“{other}”应为办理中或已结案 / must be Open or Closed"),
            };
            var request = new CaseRequest(
                table.Cell(line, "matter"), table.Cell(line, "agency"), table.Cell(line, "retentionClass"), state, Day(table.Cell(line, "executedOn")), table.Cell(line, "unit"),
                table.Cell(line, "officers")?.Split([' ', '、', '；', ';'], StringSplitOptions.RemoveEmptyEntries), At(table.Cell(line, "actedFrom")), At(table.Cell(line, "actedTo")), table.Cell(line, "place"));
            await cases.SetAsync(Demand(table, line, "number", "案号"), request, by, ct);
            return (true, null);
        });
    }

    private static async Task<ImportReport> EachAsync(CsvTable table, Func<CsvLine, Task<(bool IsTaken, string? Password)>> takeAsync)
    {
        var lines = new List<ImportedLine>();
        foreach (var line in table.Lines)
        {
            try
            {
                var (isTaken, password) = await takeAsync(line);
                lines.Add(new ImportedLine(line.Number, isTaken ? ImportResult.Taken : ImportResult.Unchanged, null, password));
            }
            catch (RequestRefusedException e) when (e.Status < StatusCodes.Status500InternalServerError)
            {
                lines.Add(new ImportedLine(line.Number, ImportResult.Refused, e.Message, null));
            }
        }

        return new ImportReport(lines.Count(l => l.Result == ImportResult.Taken), lines.Count(l => l.Result == ImportResult.Unchanged), lines.Count(l => l.Result == ImportResult.Refused), lines);
    }

    private static string Demand(CsvTable table, CsvLine line, string column, string chinese) =>
        table.Cell(line, column) ?? throw RequestRefusedException.Invalid(column, $"{chinese}为空 / is empty");

    private static bool Yes(CsvTable table, CsvLine line, string column) => table.Cell(line, column) switch
    {
        null or "否" or "no" or "false" or "0" => false,
        "是" or "yes" or "true" or "1" => true,
        var other => throw RequestRefusedException.Invalid(column, $"“{other}”应为是或否 / must be yes or no"),
    };

    private static DateOnly? Day(string? cell) => cell is null ? null
        : DateOnly.TryParseExact(cell, ["yyyy-MM-dd", "yyyy/M/d", "yyyy年M月d日"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && Texts.IsPlausible(day) ? day
        : throw RequestRefusedException.Invalid("date", $"“{cell}”不是日期，应如2026-11-20 / must look like 2026-11-20");

    /// <summary>A time without an offset is the agency's.</summary>
    private DateTimeOffset? At(string? cell)
    {
        if (cell is null)
            return null;
        if (DateTime.TryParseExact(cell, ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy/M/d", "yyyy/M/d H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && Texts.IsPlausible(DateOnly.FromDateTime(local)))
            return new DateTimeOffset(local, options.AgencyZone.GetUtcOffset(local));
        return DateTimeOffset.TryParseExact(cell, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at
            : throw RequestRefusedException.Invalid("from", $"“{cell}”不是时间，应如2026-11-20 08:30 / must look like 2026-11-20 08:30");
    }
}

/// <param name="Csv">A heading line, then lines; UTF-8, with or without a mark.</param>
public sealed record ImportRequest(string Csv);

/// <param name="Taken">Lines that were taken.</param>
/// <param name="Unchanged">Lines that say what was there already.</param>
/// <param name="Refused">Lines that were not taken.</param>
/// <param name="Lines">Each, in the file's order.</param>
public sealed record ImportReport(int Taken, int Unchanged, int Refused, IReadOnlyList<ImportedLine> Lines);

public enum ImportResult
{
    Taken,
    Unchanged,
    Refused,
}

/// <param name="Line">In the file, from 1.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Why">Why it was refused.</param>
/// <param name="Password">One-time password of an account that was made; shown this once.</param>
public sealed record ImportedLine(long Line, ImportResult Result, string? Why, string? Password);

internal static class ImportEndpoints
{
    private const int MaxBody = 8 << 20;

    public static void Map(IEndpointRouteBuilder api)
    {
        Map(api, "accounts", Scopes.Accounts, Data.Checked, (imports, csv, by, ct) => imports.AccountsAsync(csv, by, ct)).AnswersSecret();
        Map(api, "assignments", Scopes.Write, Data.Checked, (imports, csv, by, ct) => imports.AssignmentsAsync(csv, by, ct));
        Map(api, "matters", Scopes.Write, Data.Installation, (imports, csv, by, ct) => imports.MattersAsync(csv, by, ct));
        Map(api, "cases", Scopes.Cases, Data.Checked, (imports, csv, by, ct) => imports.CasesAsync(csv, by, ct));
    }

    private static RouteHandlerBuilder Map(
        IEndpointRouteBuilder api, string what, string scope, Data data, Func<SpreadsheetImports, string, Caller, CancellationToken, Task<ImportReport>> run) =>
        api.MapPost("/imports/" + what, async (HttpContext http, SpreadsheetImports imports, CancellationToken ct) =>
        {
            var request = await http.ReadJsonAsync<ImportRequest>(MaxBody);
            return TypedResults.Ok(await run(imports, request.Csv ?? throw RequestRefusedException.Invalid("csv", "没有提交表格 / is missing"), http.Caller(), ct));
        }).RequireToken(TokenKind.Operator, scope).Concerns(data).WithTags("Imports").Accepts<ImportRequest>("application/json").Produces<ImportReport>();
}
