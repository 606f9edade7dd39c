using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reviews;

/// <summary>评分、整改、回头看: points and findings of a drawn case, the agency's correction, and the supervisor's look back.</summary>
internal sealed class ReviewScores(EvidenceCatalogue catalogue, ReviewSamples samples, TimeProvider time)
{
    private const int MostFindings = 50;
    private const int LongestText = 1000;

    /// <summary>Once for each case: who finds more draws again.</summary>
    public async Task<ReviewView> ScoreAsync(string id, string number, ScoreRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(id, "review", 100);
        Texts.Demand(number, "case", 200);
        if (request.Findings.Count > MostFindings || request.Findings.Any(f => f is null))
            throw RequestRefusedException.Invalid("findings", $"问题最多 {MostFindings} 个，每个须写明所属项目和内容 / must be at most {MostFindings}, each with criterion and text");
        foreach (var finding in request.Findings)
            Texts.Demand(finding.Text, "findings.text", LongestText);
        await catalogue.WriteAsync(db => ScoreAsync(db, id, number, request, by, ct), ct);
        return await samples.FindAsync(id, by.Reach, ct);
    }

    public Task<List<ReviewFindingView>> ListAsync(Reach reach, CancellationToken ct)
    {
        const int Most = 500;
        return catalogue.ReadAsync(
            async db => (await reach.Of(db.ReviewFindings).OrderBy(f => f.State == ReviewFindingState.Closed ? 1 : 0).ThenByDescending(f => f.FoundAt).ThenBy(f => f.Id).Take(Most).ToListAsync(ct)).ConvertAll(View), ct);
    }

    /// <summary>整改: the agency says what it did.</summary>
    public Task<ReviewFindingView> CorrectAsync(string id, CorrectionRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.What, "what", LongestText);
        return ChangeAsync(
            id, by,
            (finding, now) =>
            {
                if (finding.State == ReviewFindingState.Corrected && finding.CorrectedBy == by.Name && finding.Correction == request.What)
                    return null;
                if (finding.State != ReviewFindingState.Open)
                    throw RequestRefusedException.Conflict($"问题 {id} 不在待整改状态，不能填写整改情况 / finding {id} is {finding.State}: only what is open can be corrected");
                (finding.State, finding.Correction, finding.CorrectedAt, finding.CorrectedBy) = (ReviewFindingState.Corrected, request.What, now, by.Name);
                (finding.Verdict, finding.JudgedAt, finding.JudgedBy) = (null, null, null);
                return new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.ReviewCorrected, $"{id} of case {finding.Number}: {request.What}");
            },
            EventTypes.ReviewCorrected, ct);
    }

    /// <summary>回头看: closes what was corrected, or sends it back.</summary>
    public Task<ReviewFindingView> JudgeAsync(string id, VerdictRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", LongestText);
        return ChangeAsync(
            id, by,
            (finding, now) =>
            {
                var wanted = request.Accepted ? ReviewFindingState.Closed : ReviewFindingState.Open;
                if (finding.State == wanted && finding.JudgedBy == by.Name && finding.Verdict == request.Why)
                    return null;
                if (finding.State != ReviewFindingState.Corrected)
                    throw RequestRefusedException.Conflict($"问题 {id} 尚未填写整改情况，或者已经核查 / finding {id} is {finding.State}: the agency has not said what it corrected, or it was judged already");
                if (finding.CorrectedBy == by.Name)
                    throw RequestRefusedException.Conflict($"问题 {id} 由 {by.Name} 整改，须由另一人核查 / finding {id} was corrected by {by.Name}: another person has to look back");
                (finding.State, finding.Verdict, finding.JudgedAt, finding.JudgedBy) = (wanted, request.Why, now, by.Name);
                return new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.ReviewJudged, $"{id} of case {finding.Number}: {(request.Accepted ? "closed" : "sent back")}: {request.Why}");
            },
            request.Accepted ? EventTypes.ReviewClosed : EventTypes.ReviewSentBack, ct);
    }

    private static ReviewFindingView View(ReviewFinding f) => new(
        f.Id, f.ReviewId, f.Number, f.UnitId, f.Criterion, f.Text, f.State, f.FoundAt, f.FoundBy, f.Correction, f.CorrectedAt, f.CorrectedBy, f.Verdict, f.JudgedAt, f.JudgedBy);

    private async Task ScoreAsync(CatalogueDb db, string id, string number, ScoreRequest request, Caller by, CancellationToken ct)
    {
        var review = await ReviewSamples.SingleAsync(db, id, by.Reach, ct);
        // Events of a case come in its order because its row is locked.
        var known = await CaseRegister.LockAsync(db, number, ct);
        var drawn = await db.ReviewedCases.SingleOrDefaultAsync(c => c.ReviewId == id && c.Number == number, ct)
            ?? throw RequestRefusedException.Conflict($"案件 {number} 不在案卷评查 {id} 的样本中 / case {number} was not drawn in review {id}");
        if (drawn.ReviewedAt is not null)
        {
            if (drawn.ReviewedBy == by.Name && drawn.Scores!.Count == request.Scores.Count && drawn.Scores.All(s => request.Scores.TryGetValue(s.Key, out var points) && points == s.Value))
                return;
            throw RequestRefusedException.Conflict($"案件 {number} 已由 {drawn.ReviewedBy} 评查 / case {number} was reviewed by {drawn.ReviewedBy} already");
        }

        foreach (var criterion in review.Criteria)
        {
            if (!request.Scores.TryGetValue(criterion.Id, out var points) || points < 0 || points > criterion.Points)
                throw RequestRefusedException.Invalid("scores", $"项目 {criterion.Id} 的得分应为 0 至 {criterion.Points} / {criterion.Id} needs 0 to {criterion.Points} points");
        }

        if (request.Scores.Keys.Concat(request.Findings.Select(f => f.Criterion)).FirstOrDefault(c => !review.Criteria.Any(known => known.Id == c)) is { } stranger)
            throw RequestRefusedException.Invalid("scores, findings", $"{stranger} 不是本次评查的项目 / {stranger} is none of this review's criteria");
        var now = time.GetUtcMilliseconds();
        (drawn.Scores, drawn.ReviewedAt, drawn.ReviewedBy) = (request.Scores, now, by.Name);
        await db.SaveChangesAsync(ct);
        foreach (var finding in request.Findings)
        {
            var row = new ReviewFinding
            {
                Id = "rf-" + Guid.CreateVersion7(now).ToString("N"), ReviewId = id, Number = number, UnitId = known.UnitId, Criterion = finding.Criterion, Text = finding.Text,
                State = ReviewFindingState.Open, FoundAt = now, FoundBy = by.Name,
            };
            db.Add(row);
            db.Tell(number, Outbox.New(EventTypes.ReviewFound, now, null, new { @case = number, review = id, finding = row.Id }));
        }

        await db.AppendToServiceAsync(
            new NewEvent(
                now, Actors.Operator(by.Name), CustodyEventKind.CaseReviewed,
                string.Create(CultureInfo.InvariantCulture, $"{id}: case {number}, {request.Scores.Values.Sum()} of {review.Criteria.Sum(c => c.Points)} points ({string.Join(", ", request.Scores.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {s.Value}"))}), {request.Findings.Count} findings")),
            ct);
    }

    private Task<ReviewFindingView> ChangeAsync(string id, Caller by, Func<ReviewFinding, DateTimeOffset, NewEvent?> change, string told, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            await db.Database.ExecuteSqlAsync($"select 1 from review_findings where id = {id} for update", ct);
            var finding = await by.Reach.Of(db.ReviewFindings).SingleOrDefaultAsync(f => f.Id == id, ct) ?? throw RequestRefusedException.NotFound($"没有评查问题 {id}，或者不在您的职责范围内 / there is no review finding {id}");
            var now = time.GetUtcMilliseconds();
            if (change(finding, now) is not { } happened)
                return View(finding);
            await CaseRegister.LockAsync(db, finding.Number, ct);
            await db.SaveChangesAsync(ct);
            db.Tell(finding.Number, Outbox.New(told, now, null, new { @case = finding.Number, review = finding.ReviewId, finding = id }));
            await db.AppendToServiceAsync(happened, ct);
            return View(finding);
        },
        ct);
}
