namespace EvidenceIngest.Server.Reviews;

/// <param name="Id">Short and lasting.</param>
/// <param name="Name">What is judged.</param>
/// <param name="Article">By which rule.</param>
/// <param name="Points">The most that can be given.</param>
public sealed record CriterionView(string Id, string Name, string Article, int Points);

/// <param name="Name">What is judged; at most 200 characters.</param>
/// <param name="Article">By which rule; at most 200 characters.</param>
/// <param name="Points">1 to 100.</param>
/// <param name="Ended">It is no longer used in new samples.</param>
public sealed record CriterionRequest(string Name, string Article, int Points, bool Ended = false);

/// <param name="From">Cases that were closed from this day on, in the agency's zone.</param>
/// <param name="To">To this day.</param>
/// <param name="Count">How many are drawn, 1 to 500.</param>
/// <param name="Why">Enters the service's chain.</param>
/// <param name="Seed">From a public draw, at most 100 characters; null: 128 random bits of the service.</param>
/// <param name="Unit">Cases of this unit and those below; null: of all within reach.</param>
public sealed record DrawRequest(DateOnly From, DateOnly To, int Count, string Why, string? Seed = null, string? Unit = null);

/// <param name="Review">Its id.</param>
/// <param name="Why">What for.</param>
/// <param name="From">First day of closing.</param>
/// <param name="To">Last day.</param>
/// <param name="Seed">As it was drawn by.</param>
/// <param name="SeedChosen">By the one who drew; otherwise the service made it.</param>
/// <param name="PopulationSize">How many cases it was drawn from.</param>
/// <param name="Digest">Of the population, as <see cref="Domain.Reviews.SampleDraw"/> makes it.</param>
/// <param name="Criteria">What points are given for.</param>
/// <param name="DrawnAt">UTC.</param>
/// <param name="DrawnBy">Who.</param>
/// <param name="Cases">In the order in which they were drawn.</param>
public sealed record ReviewView(
    string Review, string Why, DateOnly From, DateOnly To, string Seed, bool SeedChosen, int PopulationSize, string Digest, IReadOnlyList<CriterionView> Criteria,
    DateTimeOffset DrawnAt, string DrawnBy, IReadOnlyList<ReviewedCaseView> Cases);

/// <param name="Number">Of the case.</param>
/// <param name="Scores">Points by criterion; null until it was reviewed.</param>
/// <param name="Total">Their sum.</param>
/// <param name="Most">What could be reached.</param>
/// <param name="ReviewedAt">UTC.</param>
/// <param name="ReviewedBy">Who.</param>
public sealed record ReviewedCaseView(string Number, IReadOnlyDictionary<string, int>? Scores, int? Total, int Most, DateTimeOffset? ReviewedAt, string? ReviewedBy);

/// <param name="Scores">Points for every criterion of the review, from 0 to its most.</param>
/// <param name="Findings">What the agency has to correct; may be empty.</param>
public sealed record ScoreRequest(IReadOnlyDictionary<string, int> Scores, IReadOnlyList<NewFinding> Findings);

/// <param name="Criterion">To which it belongs.</param>
/// <param name="Text">What is wrong; at most 1000 characters.</param>
public sealed record NewFinding(string Criterion, string Text);

/// <param name="What">What was done; at most 1000 characters.</param>
public sealed record CorrectionRequest(string What);

/// <param name="Accepted">The finding is closed; otherwise it goes back to the agency.</param>
/// <param name="Why">At most 1000 characters.</param>
public sealed record VerdictRequest(bool Accepted, string Why);

/// <param name="Finding">Its id.</param>
/// <param name="Review">The sample.</param>
/// <param name="Case">Its number.</param>
/// <param name="Unit">Who deals with the case.</param>
/// <param name="Criterion">To which it belongs.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="State">Open, Corrected or Closed.</param>
/// <param name="FoundAt">UTC.</param>
/// <param name="FoundBy">Who.</param>
/// <param name="Correction">What the agency says it did.</param>
/// <param name="CorrectedAt">UTC.</param>
/// <param name="CorrectedBy">Who.</param>
/// <param name="Verdict">What the supervisor says of it, also when it went back.</param>
/// <param name="JudgedAt">UTC.</param>
/// <param name="JudgedBy">Who; never the one who corrected it.</param>
public sealed record ReviewFindingView(
    string Finding, string Review, string Case, string Unit, string Criterion, string Text, ReviewFindingState State, DateTimeOffset FoundAt, string FoundBy,
    string? Correction, DateTimeOffset? CorrectedAt, string? CorrectedBy, string? Verdict, DateTimeOffset? JudgedAt, string? JudgedBy);
