using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Status;

/// <param name="Server">Name of the server that answers.</param>
/// <param name="Vault">Whether anything may be sealed.</param>
/// <param name="Items">How many items stand in each state.</param>
/// <param name="Deliveries">How many deliveries stand in each state.</param>
/// <param name="Stages">Queues of the pipeline, in its order.</param>
/// <param name="Late">Items that were sealed after their deadline, or are not sealed though it has passed.</param>
/// <param name="CustodyLog">The signed log of all custody events.</param>
/// <param name="Retention">What is kept, and what may go.</param>
/// <param name="Fixity">The reading of the vaults again.</param>
/// <param name="Events">What is told to others.</param>
/// <param name="RecordersOverdue">Recorders that are out so long that what they hold would soon be late.</param>
/// <param name="CasesMissingFootage">Cases that lack recordings which their matters demand, or have gaps.</param>
/// <param name="Access">Requests of parties to look at records.</param>
/// <param name="Directory">Whether the agency's directory checks passwords; null without one.</param>
/// <param name="SecondFactorsUnreadable">Accounts that can't log in because the key ring of their second factors is lost.</param>
/// <param name="Reminders">Duties that people were told of, and which of them nobody sees.</param>
/// <param name="Working">What this server's media tools are busy with, and how far they are.</param>
/// <param name="CalendarWarning">What the working-day calendar lacks and what to do about it; null when nothing.</param>
/// <param name="Machine">What the server that answers runs on.</param>
public sealed record ServerStatus(
    string Server,
    VaultStatus Vault,
    IReadOnlyDictionary<string, int> Items,
    IReadOnlyDictionary<string, int> Deliveries,
    IReadOnlyList<StageQueue> Stages,
    int Late,
    CustodyLogStatus CustodyLog,
    RetentionStatus Retention,
    FixityStatus Fixity,
    EventsStatus Events,
    int RecordersOverdue,
    int CasesMissingFootage,
    AccessStatus Access,
    DirectoryStatus? Directory,
    int SecondFactorsUnreadable,
    ReminderStatus Reminders,
    IReadOnlyList<WorkInProgress> Working,
    string? CalendarWarning,
    MachineStatus Machine);

/// <param name="Waiting">Events that are not in the log yet.</param>
/// <param name="SignedEvents">Events under the newest signed head.</param>
/// <param name="SignedAt">When it was signed; null before the first.</param>
/// <param name="Trouble">What does not go as it should: <c>log</c> is the log itself, the others are places that take heads.</param>
public sealed record CustodyLogStatus(long Waiting, long SignedEvents, DateTimeOffset? SignedAt, IReadOnlyDictionary<string, string> Trouble);

/// <param name="LocksDue">Items whose locks don't follow their rules yet.</param>
/// <param name="LocksOverdue">Of these, since more than an hour: an alarm.</param>
/// <param name="WithoutEnd">Items that are held, of open cases, or of a class without end.</param>
/// <param name="Holds">Holds in force.</param>
/// <param name="Expired">Items whose term is over and that nothing else keeps.</param>
/// <param name="CaseFilesOverdue">Closed cases without a complete case file though its 30 days are over (article 29).</param>
public sealed record RetentionStatus(int LocksDue, int LocksOverdue, int WithoutEnd, int Holds, int Expired, int CaseFilesOverdue);

/// <param name="State">Unknown, Unreachable, Holds or Broken.</param>
/// <param name="Reason">Why nothing is sealed; null when it holds.</param>
/// <param name="Probe">What was tried last.</param>
/// <param name="Warning">What the server's key may do and should not; null when it is as it should be. Sealing goes on.</param>
public sealed record VaultStatus(VaultTrustState State, string? Reason, IReadOnlyList<VaultProbeAttempt> Probe, string? Warning);

/// <param name="Stage">Which.</param>
/// <param name="Due">Items whose turn it is.</param>
/// <param name="Waiting">Items that have an earlier stage before them.</param>
/// <param name="Failed">Items for which it can't be done.</param>
/// <param name="Retrying">Due items of which an attempt has failed.</param>
public sealed record StageQueue(Stage Stage, int Due, int Waiting, int Failed, int Retrying);

/// <param name="Status">ready or degraded.</param>
/// <param name="Reasons">Empty when ready.</param>
public sealed record HealthReport(string Status, IReadOnlyList<string> Reasons);
