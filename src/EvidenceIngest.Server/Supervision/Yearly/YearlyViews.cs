namespace EvidenceIngest.Server.Supervision.Yearly;

/// <param name="Year">That is counted.</param>
/// <param name="CountedAt">UTC.</param>
/// <param name="IsOver">Whether the year is; before that the figures are not final.</param>
/// <param name="Agencies">Each by itself, with the units below it.</param>
/// <param name="NotKnown">What article 9 is about, too, and this system can't know.</param>
public sealed record YearlyReport(int Year, DateTimeOffset CountedAt, bool IsOver, IReadOnlyList<YearlyAgency> Agencies, IReadOnlyList<string> NotKnown);

/// <param name="Unit">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="Figures">As they are counted now.</param>
/// <param name="Editions">Figures that were fixed before, the first first.</param>
/// <param name="Differences">Where the count of now is another one than that of the last edition; empty without one.</param>
public sealed record YearlyAgency(string Unit, string Name, IReadOnlyList<YearlyFigureView> Figures, IReadOnlyList<YearlyEditionView> Editions, IReadOnlyList<YearlyDifference> Differences);

/// <param name="Figure">Its id.</param>
/// <param name="Name">As it is published.</param>
/// <param name="Meaning">What is counted.</param>
/// <param name="Count">Null where it is not published.</param>
/// <param name="Shown">As it is published.</param>
/// <param name="Withheld">Why it is not; null where it is.</param>
public sealed record YearlyFigureView(string Figure, string Name, string Meaning, int? Count, string Shown, Withheld? Withheld);

/// <param name="Number">From 1.</param>
/// <param name="MadeAt">UTC.</param>
/// <param name="MadeBy">Who fixed it.</param>
/// <param name="Why">In their words.</param>
/// <param name="Sha256">Over year, unit and the exact counts.</param>
public sealed record YearlyEditionView(int Number, DateTimeOffset MadeAt, string MadeBy, string Why, string Sha256);

/// <param name="Figure">Its id.</param>
/// <param name="Name">As it is published.</param>
/// <param name="Edition">As the last edition shows it.</param>
/// <param name="Now">As it is shown now.</param>
public sealed record YearlyDifference(string Figure, string Name, string Edition, string Now);

/// <param name="Year">That is over.</param>
/// <param name="Unit">With those below it.</param>
/// <param name="Why">Enters the service's chain.</param>
public sealed record YearlyRequest(int Year, string Unit, string Why);
