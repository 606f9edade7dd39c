using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Exchange;

/// <summary>
/// Shows and hands out what the provincial platform gets, as a profile says. Nothing is sent over any network: the files are written where a person asks for
/// them. Every case that is handed out is an event of the service's chain, and of the chains of its recordings, before the files leave.
/// </summary>
internal sealed class Exchanges(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int MostFaults = 30;

    public Task<ExchangeDraft> DraftAsync(ExchangeDraftRequest request, Caller by, CancellationToken ct)
    {
        var profile = Profile(request.Profile);
        return catalogue.ReadAsync(
            async db =>
            {
                var (cases, withheld) = await MapAsync(db, profile, request, by, isHandedOut: false, ct);
                return new ExchangeDraft(profile.Title, profile.Version, profile.Sha256, cases.Count(c => c.IsSent), cases.Count(c => !c.IsSent), withheld, cases);
            },
            ct);
    }

    /// <param name="id">A repetition under the same one hands out the same, or nothing.</param>
    /// <param name="request">What.</param>
    /// <param name="by">Who.</param>
    /// <param name="ct">Ends it.</param>
    public Task<ExchangeExport> ExportAsync(Guid id, ExchangeExportRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        var profile = Profile(request.Profile);
        var now = time.GetUtcMilliseconds();
        return catalogue.WriteAsync(db => ExportAsync(db, id, profile, request, by, now, ct), ct);
    }

    private static ExchangeProfile Profile(string? text)
    {
        var faults = new List<ProfileFault>();
        return ExchangeProfile.Parse(text ?? "", faults)
            ?? throw RequestRefusedException.Invalid("profile", "配置文件不能用，没有导出任何内容。" + string.Join(' ', faults.OrderBy(f => f.Line).Take(MostFaults)));
    }

    private async Task<(List<ExchangeCaseView> Cases, int Withheld)> MapAsync(
        CatalogueDb db, ExchangeProfile profile, ExchangeDraftRequest request, Caller by, bool isHandedOut, CancellationToken ct)
    {
        var (cases, withheld) = await ExchangeRecords.ReadAsync(db, by.Reach, request, options, isHandedOut, ct);
        var mapping = new ExchangeMapping(profile, options.AgencyZone);
        return (cases.ConvertAll(mapping.Map), withheld);
    }

    private async Task<ExchangeExport> ExportAsync(
        CatalogueDb db, Guid id, ExchangeProfile profile, ExchangeExportRequest request, Caller by, DateTimeOffset now, CancellationToken ct)
    {
        var made = await db.Exchanges.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, ct);
        var draft = new ExchangeDraftRequest(request.Profile, request.From, request.To, request.Unit);
        var (cases, withheld) = await MapAsync(db, profile, draft, by, isHandedOut: true, ct);
        var sent = cases.FindAll(c => c.IsSent);
        if (sent.Count == 0)
            throw RequestRefusedException.Conflict(cases.Count == 0 ? "该期间没有可以报送的案件，没有导出任何内容。" : "该期间的案件都不能报送，没有导出任何内容。请先用 exchange dry-run 查看原因并补正。");
        var files = ExchangeBundle.Write(profile, sent, made?.MadeAt ?? now);
        var manifest = files[^1].Sha256;
        if (made is not null && made.ManifestSha256 != manifest)
            throw RequestRefusedException.Conflict("这次导出已经记录，但数据后来有变化，不能再给出相同的文件。请用新的 Idempotency-Key 重新导出。");
        if (made is null)
            await RecordAsync(db, id, profile, request, by, now, sent, manifest, ct);
        return new ExchangeExport(
            id.ToString(), manifest, files, sent.Count, withheld, [.. cases.Where(c => !c.IsSent).Select(c => new ExchangeCaseLeftOut(c.Case, c.Problems))]);
    }

    private static async Task RecordAsync(
        CatalogueDb db, Guid id, ExchangeProfile profile, ExchangeExportRequest request, Caller by, DateTimeOffset now, List<ExchangeCaseView> sent, string manifest, CancellationToken ct)
    {
        db.Add(new StoredExchange { Id = id, MadeAt = now, MadeBy = by.Name, Why = request.Why, ProfileSha256 = profile.Sha256, ManifestSha256 = manifest, Cases = sent.Count });
        NewEvent Told(string number, int records) => new(
            now, Actors.Operator(by.Name), CustodyEventKind.CaseExchanged,
            $"case {number}: {records} records for '{profile.Title}' {profile.Version} (sha256 {profile.Sha256}), export {id}, manifest sha256 {manifest}: {request.Why}");
        var items = profile.Files.Where(f => f.Of == ExchangeOf.Item).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        await db.AppendToItemsAsync(
            sent.SelectMany(c => c.Rows.Where(r => items.Contains(r.File)).GroupBy(r => r.Key).Select(g => (Item: g.Key, Event: Told(c.Case, g.Count())))).ToLookup(t => t.Item, t => t.Event), ct);
        await db.AppendAsync(CustodyLog.ServiceChain, sent.ConvertAll(c => Told(c.Case, c.Rows.Count)), ct);
    }
}

internal static class ExchangeEndpoints
{
    // The profile's largest size, were every character escaped.
    private const int MaxBody = 2 << 20;

    public static void Map(IEndpointRouteBuilder writers)
    {
        writers.MapPost("/exchange/dry-run", async (HttpContext http, Exchanges exchanges, CancellationToken ct) =>
                TypedResults.Ok(await exchanges.DraftAsync(await http.ReadJsonAsync<ExchangeDraftRequest>(MaxBody), http.Caller(), ct)))
            .Concerns(Data.Checked).WithTags("Exchange").Accepts<ExchangeDraftRequest>("application/json").ProducesProblem(StatusCodes.Status409Conflict);
        writers.MapPost("/exchange/exports", async (HttpContext http, Exchanges exchanges, TimeProvider time, CancellationToken ct) =>
                TypedResults.Ok(await exchanges.ExportAsync(Repeats.MadeId(http, time), await http.ReadJsonAsync<ExchangeExportRequest>(MaxBody), http.Caller(), ct)))
            .Concerns(Data.Checked).WithTags("Exchange").Accepts<ExchangeExportRequest>("application/json").ProducesProblem(StatusCodes.Status409Conflict);
    }
}
