using System.Security.Cryptography;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Reviews;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reviews;

/// <summary>抽样: draws closed cases at random, so that anybody can draw them again. Every draw is recorded, also one that somebody didn't like.</summary>
internal sealed class ReviewSamples(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int MostCases = 500;
    private const int MostPopulation = 100_000;
    private const int MostMonths = 36;

    public async Task<ReviewView> DrawAsync(Guid madeId, DrawRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        Texts.Allow(request.Seed, "seed", 100);
        Texts.Allow(request.Unit, "unit", 40);
        if (request.Seed is not null && string.IsNullOrWhiteSpace(request.Seed))
            throw RequestRefusedException.Invalid("seed", "不能为空 / must not be empty");
        if (request.Count is < 1 or > MostCases)
            throw RequestRefusedException.Invalid("count", $"应为 1 至 {MostCases} 件 / must be 1 to {MostCases}");
        // Years that calendars have, and days that can be added to.
        if (request.From.Year is < 2000 or > 2200)
            throw RequestRefusedException.Invalid("from", "应在 2000 年至 2200 年之间 / must lie between 2000 and 2200");
        if (request.To < request.From || request.To > request.From.AddMonths(MostMonths))
            throw RequestRefusedException.Invalid("to", $"应在起始日期之后 {MostMonths} 个月以内 / must lie within {MostMonths} months after from");
        var now = time.GetUtcMilliseconds();
        var id = "rv-" + madeId.ToString("N");
        var seed = request.Seed ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await catalogue.WriteAsync(db => DrawAsync(db, id, seed, request, by, now, ct), ct);
        return await FindAsync(id, by.Reach, ct);
    }

    public Task<ReviewView> FindAsync(string id, Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            await SingleAsync(db, id, reach, ct);
            return (await ViewsAsync(db, db.Reviews.Where(r => r.Id == id), ct)).Single();
        },
        ct);

    /// <summary>A number a line, as it was drawn from.</summary>
    public async Task<string> PopulationAsync(string id, Reach reach, CancellationToken ct) => (await catalogue.ReadAsync(db => SingleAsync(db, id, reach, ct), ct)).Population;

    /// <summary>Those whose whole population is within reach.</summary>
    public Task<List<ReviewView>> ListAsync(Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            const int Most = 200;
            var reviews = reach.Units is { } units ? db.Reviews.FromSql($"select * from reviews where units <@ to_jsonb({units.ToArray()}::text[])") : db.Reviews;
            return await ViewsAsync(db, reviews.OrderByDescending(r => r.DrawnAt).Take(Most), ct);
        },
        ct);

    /// <exception cref="RequestRefusedException">There is none, or it has cases out of reach.</exception>
    public static async Task<Review> SingleAsync(CatalogueDb db, string id, Reach reach, CancellationToken ct) =>
        await db.Reviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is { } review && review.Units.All(reach.Covers)
            ? review
            : throw RequestRefusedException.NotFound($"没有案卷评查 {id}，或者不在您的职责范围内 / there is no review {id}");

    private static async Task<List<ReviewView>> ViewsAsync(CatalogueDb db, IQueryable<Review> which, CancellationToken ct)
    {
        // A population may have megabytes; who looks at samples is told its size.
        var reviews = await which.Select(r => new
        {
            r.Id, r.Why, r.FromDay, r.ToDay, r.Seed, r.SeedChosen, Size = r.Population.Length - r.Population.Replace("\n", "").Length, r.Digest, r.Criteria, r.DrawnAt, r.DrawnBy,
        }).ToListAsync(ct);
        var ids = reviews.ConvertAll(r => r.Id);
        var cases = (await db.ReviewedCases.AsNoTracking().Where(c => ids.Contains(c.ReviewId)).OrderBy(c => c.Position).ToListAsync(ct)).ToLookup(c => c.ReviewId);
        return reviews.ConvertAll(r => new ReviewView(
            r.Id, r.Why, r.FromDay, r.ToDay, r.Seed, r.SeedChosen, r.Size, r.Digest, r.Criteria, r.DrawnAt, r.DrawnBy,
            [.. cases[r.Id].Select(c => new ReviewedCaseView(c.Number, c.Scores, c.Scores?.Values.Sum(), r.Criteria.Sum(k => k.Points), c.ReviewedAt, c.ReviewedBy))]));
    }

    private async Task DrawAsync(CatalogueDb db, string id, string seed, DrawRequest request, Caller by, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.Reviews.AnyAsync(r => r.Id == id, ct))
            return;
        var (begin, end) = (options.MidnightOf(request.From), options.MidnightOf(request.To.AddDays(1)));
        var within = by.Reach.Of(db.Cases);
        if (request.Unit is { } unit)
        {
            await Units.DemandAsync(db, unit, "unit", by.Reach, ct);
            within = (await Reach.BelowAsync(db, [unit], [], ct)).Of(within);
        }

        var cases = await within.Where(c => c.State == CaseState.Closed && c.ClosedAt >= begin && c.ClosedAt < end).Select(c => new { c.Number, c.UnitId }).Take(MostPopulation + 1).ToListAsync(ct);
        if (cases.Count == 0)
            throw RequestRefusedException.Conflict("您职责范围内该期间没有结案的案件，无法抽样 / no case within your reach was closed in that period: nothing can be drawn");
        if (cases.Count > MostPopulation)
            throw RequestRefusedException.Conflict($"该期间结案超过 {MostPopulation} 件，请缩短期间后再抽样 / more than {MostPopulation} cases were closed in that period: draw from a shorter one");
        var criteria = await db.ReviewCriteria.Where(c => c.EndedAt == null).OrderBy(c => c.Id).Select(c => new CriterionView(c.Id, c.Name, c.Article, c.Points)).ToListAsync(ct);
        if (criteria.Count == 0)
            throw RequestRefusedException.Conflict("还没有启用的评查项目，请先设置 / there are no criteria in use: set some first");
        var population = SampleDraw.Population(cases.Select(c => c.Number));
        var review = new Review
        {
            Id = id, Why = request.Why, FromDay = request.From, ToDay = request.To, Seed = seed, SeedChosen = request.Seed is not null, Population = population,
            Digest = SampleDraw.Digest(population), Units = [.. cases.Select(c => c.UnitId).Distinct().Order(StringComparer.Ordinal)], Criteria = criteria, DrawnAt = now, DrawnBy = by.Name,
        };
        db.Add(review);
        await db.SaveChangesAsync(ct);
        var drawn = SampleDraw.Draw(seed, population, request.Count);
        db.AddRange(drawn.Select((number, i) => new ReviewedCase { ReviewId = id, Number = number, Position = i + 1 }));
        await db.AppendToServiceAsync(
            new NewEvent(
                now, Actors.Operator(by.Name), CustodyEventKind.ReviewDrawn,
                $"{id}: {drawn.Count} of {cases.Count} cases closed {request.From:yyyy-MM-dd} to {request.To:yyyy-MM-dd}{(request.Unit is null ? "" : $" in unit {request.Unit}")}, population sha256 {review.Digest}, seed {(review.SeedChosen ? "chosen" : "of the service")} '{seed}': {request.Why}"),
            ct);
    }
}
