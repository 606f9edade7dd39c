using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reviews;

/// <summary>评查项目, as the site has them.</summary>
internal sealed class ReviewCriteriaList(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int MostPoints = 100;

    /// <summary>Those in use.</summary>
    public Task<List<CriterionView>> ListAsync(CancellationToken ct) =>
        catalogue.ReadAsync(db => db.ReviewCriteria.Where(c => c.EndedAt == null).OrderBy(c => c.Id).Select(c => new CriterionView(c.Id, c.Name, c.Article, c.Points)).ToListAsync(ct), ct);

    /// <summary>Idempotent. Samples that were drawn keep theirs.</summary>
    public async Task<IReadOnlyList<CriterionView>> SetAsync(string id, CriterionRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(id, "criterion", 50);
        Texts.Demand(request.Name, "name", 200);
        Texts.Demand(request.Article, "article", 200);
        if (request.Points is < 1 or > MostPoints)
            throw RequestRefusedException.Invalid("points", $"应为 1 至 {MostPoints} 分 / must be 1 to {MostPoints}");
        var now = time.GetUtcMilliseconds();
        await catalogue.WriteAsync(
            async db =>
            {
                var known = await db.ReviewCriteria.SingleOrDefaultAsync(c => c.Id == id, ct);
                var before = known is null ? "new" : Describe(known);
                if (known is null)
                {
                    known = new ReviewCriterion { Id = id, Name = request.Name, Article = request.Article, Points = request.Points, ChangedAt = now, ChangedBy = by };
                    db.Add(known);
                }

                (known.Name, known.Article, known.Points) = (request.Name, request.Article, request.Points);
                known.EndedAt = request.Ended ? known.EndedAt ?? now : null;
                if (Describe(known) == before)
                    return;
                (known.ChangedAt, known.ChangedBy) = (now, by);
                await db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by), CustodyEventKind.ReviewCriterionChanged, $"{id}: {Describe(known)}; before: {before}"), ct);
            },
            ct);
        return await ListAsync(ct);
    }

    private static string Describe(ReviewCriterion c) => $"{c.Name} ({c.Article}), {c.Points} points{(c.EndedAt is null ? "" : ", ended")}";
}

internal static class ReviewEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder writers)
    {
        var reviews = api.MapGroup("/reviews").RequireToken(TokenKind.Operator, Scopes.Review).WithTags("Reviews");
        reviews.MapGet("", async (HttpContext http, ReviewSamples samples, CancellationToken ct) => TypedResults.Ok(await samples.ListAsync(http.Caller().Reach, ct))).Concerns(Data.Checked);
        reviews.MapPost("", DrawAsync).Concerns(Data.Checked).Accepts<DrawRequest>("application/json").Produces<ReviewView>(StatusCodes.Status201Created);
        reviews.MapGet("/{id}", async (string id, HttpContext http, ReviewSamples samples, CancellationToken ct) => TypedResults.Ok(await samples.FindAsync(id, http.Caller().Reach, ct))).Concerns(Data.Review);
        reviews.MapGet("/{id}/population", async (string id, HttpContext http, ReviewSamples samples, CancellationToken ct) =>
            TypedResults.Text(await samples.PopulationAsync(id, http.Caller().Reach, ct), "text/plain", System.Text.Encoding.UTF8)).Concerns(Data.Review).Produces<string>(StatusCodes.Status200OK, "text/plain");
        reviews.MapPut("/{id}/cases/{number}", async (string id, string number, HttpContext http, ReviewScores scores, CancellationToken ct) =>
                TypedResults.Ok(await scores.ScoreAsync(id, Texts.FromRoute(number), await http.ReadJsonAsync<ScoreRequest>(MaxBody), http.Caller(), ct)))
            .Concerns(Data.Review).Accepts<ScoreRequest>("application/json");

        var criteria = api.MapGroup("/review-criteria").RequireToken(TokenKind.Operator, Scopes.Review).WithTags("Reviews");
        criteria.MapGet("", async (ReviewCriteriaList list, CancellationToken ct) => TypedResults.Ok(await list.ListAsync(ct))).Concerns(Data.Everybodys);
        criteria.MapPut("/{id}", async (string id, HttpContext http, ReviewCriteriaList list, CancellationToken ct) =>
                TypedResults.Ok(await list.SetAsync(id, await http.ReadJsonAsync<CriterionRequest>(MaxBody), http.Caller().Name, ct)))
            .Concerns(Data.Installation).Accepts<CriterionRequest>("application/json");

        api.MapGet("/review-findings", async (HttpContext http, ReviewScores scores, CancellationToken ct) => TypedResults.Ok(await scores.ListAsync(http.Caller().Reach, ct)))
            .RequireToken(TokenKind.Operator, Scopes.Review, Scopes.Write).Concerns(Data.Checked).WithTags("Reviews");
        writers.MapPost("/review-findings/{id}/correct", async (string id, HttpContext http, ReviewScores scores, CancellationToken ct) =>
                TypedResults.Ok(await scores.CorrectAsync(id, await http.ReadJsonAsync<CorrectionRequest>(MaxBody), http.Caller(), ct)))
            .Concerns(Data.ReviewFinding).WithTags("Reviews").Accepts<CorrectionRequest>("application/json");
        api.MapPost("/review-findings/{id}/judge", async (string id, HttpContext http, ReviewScores scores, CancellationToken ct) =>
                TypedResults.Ok(await scores.JudgeAsync(id, await http.ReadJsonAsync<VerdictRequest>(MaxBody), http.Caller(), ct)))
            .RequireToken(TokenKind.Operator, Scopes.Review).Concerns(Data.ReviewFinding).WithTags("Reviews").Accepts<VerdictRequest>("application/json");
    }

    private static async Task<IResult> DrawAsync(HttpContext http, ReviewSamples samples, TimeProvider time, CancellationToken ct)
    {
        var drawn = await samples.DrawAsync(Repeats.MadeId(http, time), await http.ReadJsonAsync<DrawRequest>(MaxBody), http.Caller(), ct);
        return TypedResults.Created($"/api/v1/reviews/{drawn.Review}", drawn);
    }
}
