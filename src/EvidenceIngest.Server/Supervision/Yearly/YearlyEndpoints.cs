using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;

namespace EvidenceIngest.Server.Supervision.Yearly;

internal static class YearlyEndpoints
{
    private const int MaxBody = 16 << 10;
    private const string Csv = "text/csv; charset=utf-8; header=present";
    private const string Html = "text/html; charset=utf-8";

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers)
    {
        readers.MapGet("/supervision/yearly", GetAsync).Concerns(Data.Checked).WithTags("Supervision")
            .Produces<YearlyReport>(StatusCodes.Status200OK, "application/json", Csv, Html).ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapPost("/supervision/yearly", FixAsync).RequireToken(TokenKind.Operator, Scopes.Yearly).Concerns(Data.Checked).WithTags("Supervision")
            .Accepts<YearlyRequest>("application/json").Produces<YearlyReport>().ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetAsync(HttpContext http, YearlyFigures figures, ServerOptions options, CancellationToken ct, int? year = null, string? unit = null, string? format = null)
    {
        if (format is not (null or "json" or "csv" or "html"))
            throw RequestRefusedException.Invalid("format", "格式应为 json、csv 或 html / must be json, csv or html");
        var report = await figures.ReportAsync(http.Caller().Reach, year, unit, ct);
        if (format is null or "json")
            return TypedResults.Ok(report);
        await figures.RecordAsync(report, http.Caller(), ct);
        return format == "csv"
            ? TypedResults.Bytes(YearlySheets.Csv(report, options.AgencyZone), Csv, $"yearly-{report.Year}.csv")
            : TypedResults.Bytes(YearlySheets.Html(report, options.AgencyZone), Html);
    }

    private static async Task<IResult> FixAsync(HttpContext http, YearlyFigures figures, TimeProvider time, CancellationToken ct) =>
        TypedResults.Ok(await figures.FixAsync(Repeats.MadeId(http, time), await http.ReadJsonAsync<YearlyRequest>(MaxBody), http.Caller(), ct));
}
