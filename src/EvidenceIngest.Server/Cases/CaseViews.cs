namespace EvidenceIngest.Server.Cases;

/// <param name="Matter">Id of the matter; null when unknown.</param>
/// <param name="Agency">The agency that handles it.</param>
/// <param name="RetentionClass">Null: that of every item.</param>
/// <param name="State">Open or Closed.</param>
/// <param name="ExecutedOn">The day on which the act had been carried out; demanded when it is closed.</param>
/// <param name="Unit">Who deals with it here; null: as before, at first the root.</param>
public sealed record CaseRequest(string? Matter, string? Agency, string? RetentionClass, CaseState State, DateOnly? ExecutedOn, string? Unit = null);

/// <param name="Number">As the case system numbers it.</param>
/// <param name="Matter">Id of the matter.</param>
/// <param name="Agency">The agency that handles it, as the case system calls it.</param>
/// <param name="Unit">Who deals with it here.</param>
/// <param name="RetentionClass">Null: that of every item.</param>
/// <param name="State">Open or Closed.</param>
/// <param name="ExecutedOn">The day on which the act had been carried out.</param>
/// <param name="ClosedAt">UTC.</param>
/// <param name="CaseFileDeadline">Article 29: 30 days from the end of execution, with the agency's offset.</param>
/// <param name="Items">Ids of the linked items.</param>
/// <param name="CaseFile">Its case file package; null while the case is open and until it is made.</param>
public sealed record CaseView(
    string Number, string? Matter, string? Agency, string Unit, string? RetentionClass, CaseState State, DateOnly? ExecutedOn, DateTimeOffset? ClosedAt,
    DateTimeOffset? CaseFileDeadline, IReadOnlyList<string> Items, CaseFileView? CaseFile);

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
public sealed record MatterRequest(string Name, string Law, bool WholeRecording, string? RetentionClass);

/// <param name="Id">Short and lasting.</param>
/// <param name="Name">As the matter list has it.</param>
/// <param name="Law">By which it is enforced.</param>
/// <param name="WholeRecording">Whether it has to be recorded from start to end.</param>
/// <param name="RetentionClass">Null: that of every item.</param>
public sealed record MatterView(string Id, string Name, string Law, bool WholeRecording, string? RetentionClass);
