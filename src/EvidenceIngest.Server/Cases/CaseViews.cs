namespace EvidenceIngest.Server.Cases;

/// <param name="Matter">Id of the matter; null when unknown.</param>
/// <param name="Agency">The agency that handles it.</param>
/// <param name="RetentionClass">Null: that of every item.</param>
/// <param name="State">Open or Closed.</param>
/// <param name="ExecutedOn">The day on which the act had been carried out; demanded when it is closed.</param>
/// <param name="Unit">Who deals with it here; null: as before, at first the root.</param>
/// <param name="Officers">Numbers of the officers who acted, at most 100.</param>
/// <param name="ActedFrom">When the act that was to be recorded began; with <paramref name="ActedTo"/> or not at all.</param>
/// <param name="ActedTo">When it ended, at most 31 days later.</param>
/// <param name="Place">Where, in words.</param>
/// <param name="Position">Where, for recordings that know their position.</param>
public sealed record CaseRequest(
    string? Matter, string? Agency, string? RetentionClass, CaseState State, DateOnly? ExecutedOn, string? Unit = null,
    IReadOnlyList<string>? Officers = null, DateTimeOffset? ActedFrom = null, DateTimeOffset? ActedTo = null, string? Place = null, CasePosition? Position = null);

/// <param name="Latitude">Degrees north, WGS 84.</param>
/// <param name="Longitude">Degrees east, WGS 84.</param>
/// <param name="RadiusMetres">How far from there the act may have reached, 10 to 50,000.</param>
public sealed record CasePosition(double Latitude, double Longitude, int RadiusMetres = 500);

/// <param name="Number">As the case system numbers it.</param>
/// <param name="Matter">Id of the matter.</param>
/// <param name="Agency">The agency that handles it, as the case system calls it.</param>
/// <param name="Unit">Who deals with it here.</param>
/// <param name="RetentionClass">Null: that of every item.</param>
/// <param name="State">Open or Closed.</param>
/// <param name="Officers">Numbers of the officers who acted.</param>
/// <param name="ActedFrom">When the act that was to be recorded began, UTC.</param>
/// <param name="ActedTo">When it ended, UTC.</param>
/// <param name="Place">Where, in words.</param>
/// <param name="Position">Where, for recordings that know their position.</param>
/// <param name="ExecutedOn">The day on which the act had been carried out.</param>
/// <param name="ClosedAt">UTC.</param>
/// <param name="CaseFileDeadline">Article 29: 30 days from the end of execution, with the agency's offset.</param>
/// <param name="Items">Ids of the linked items.</param>
/// <param name="CaseFile">Its case file package; null while the case is open and until it is made.</param>
/// <param name="Footage">Whether what its matter demands was recorded; null until it was looked at, within a minute.</param>
public sealed record CaseView(
    string Number, string? Matter, string? Agency, string Unit, string? RetentionClass, CaseState State,
    IReadOnlyList<string> Officers, DateTimeOffset? ActedFrom, DateTimeOffset? ActedTo, string? Place, CasePosition? Position, DateOnly? ExecutedOn, DateTimeOffset? ClosedAt,
    DateTimeOffset? CaseFileDeadline, IReadOnlyList<string> Items, CaseFileView? CaseFile, CaseFootage? Footage);

/// <param name="Cases">The one that changed last first.</param>
/// <param name="Next">Cursor of the next page; null on the last one. A case that changes meanwhile moves to the first page.</param>
public sealed record CasePage(IReadOnlyList<CaseView> Cases, string? Next);

/// <param name="Package">Id of the package; null while something is missing.</param>
/// <param name="Lacks">What is missing, a line each for people, Chinese and English; empty when complete.</param>
public sealed record CaseFileView(string? Package, IReadOnlyList<string> Lacks);

/// <param name="Items">Ids to link.</param>
/// <param name="Why">Enters every item's chain.</param>
public sealed record CaseLinkRequest(IReadOnlyList<string> Items, string Why);

/// <param name="Name">As the matter list has it.</param>
/// <param name="Law">By which it is enforced.</param>
/// <param name="WholeRecording">Whether it has to be recorded from start to end (article 5).</param>
/// <param name="RetentionClass">Null: that of every item.</param>
/// <param name="LinkAutomatically">Accepted recordings of a case's officers during its act are linked to it without a person, where no other open case could mean them.</param>
public sealed record MatterRequest(string Name, string Law, bool WholeRecording, string? RetentionClass, bool LinkAutomatically = false);

/// <param name="Id">Short and lasting.</param>
/// <param name="Name">As the matter list has it.</param>
/// <param name="Law">By which it is enforced.</param>
/// <param name="WholeRecording">Whether it has to be recorded from start to end.</param>
/// <param name="RetentionClass">Null: that of every item.</param>
/// <param name="LinkAutomatically">Whether recordings that only one case can mean are linked to it without a person.</param>
public sealed record MatterView(string Id, string Name, string Law, bool WholeRecording, string? RetentionClass, bool LinkAutomatically);
