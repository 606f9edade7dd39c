using System.Text;
using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Domain.Events;

/// <summary>
/// What published events are called. A custody event's name follows from its kind, which is hashed into the chain and so never
/// changes: what is recorded tomorrow is told without a table that somebody has to remember.
/// </summary>
public static class EventTypes
{
    /// <summary>The chain of what happens to no item.</summary>
    public const string ServiceChain = "service";

    /// <summary>Sealed, accepted, and nothing of article 27 is missing any more.</summary>
    public const string ItemComplete = "item.complete";

    /// <summary>The storage deadline (article 28) comes near and the item isn't sealed.</summary>
    public const string DeadlineNear = "item.deadline-near";

    /// <summary>The storage deadline has passed and the item isn't sealed.</summary>
    public const string DeadlineLate = "item.deadline-late";

    /// <summary>A bay of a dock shows something else than before, or the dock has gone or come back.</summary>
    public const string DockState = "dock.state";

    /// <summary>A recorder is out so long that what it holds would soon be late.</summary>
    public const string RecorderOverdue = "recorder.overdue";

    public const string CaseOpened = "case.opened";

    public const string CaseClosed = "case.closed";

    /// <summary>The case file of a closed case was made, with nothing missing (article 29).</summary>
    public const string CaseComplete = "case.complete";

    /// <summary>Recordings that the case's matter demands are missing, or no longer.</summary>
    public const string CaseFootage = "case.footage";

    /// <summary>A request to look at records (article 30) was not decided in time.</summary>
    public const string AccessOverdue = "access.overdue";

    /// <summary>A review found something in a case that its agency has to correct.</summary>
    public const string ReviewFound = "case.review-finding";

    /// <summary>The agency said what it corrected.</summary>
    public const string ReviewCorrected = "case.review-corrected";

    /// <summary>The supervisor sent that back.</summary>
    public const string ReviewSentBack = "case.review-sent-back";

    /// <summary>The supervisor closed the finding.</summary>
    public const string ReviewClosed = "case.review-closed";

    /// <summary>Somebody was told of a duty about the item that has a deadline; likewise those below.</summary>
    public const string ItemReminder = "item.reminder";

    public const string CaseReminder = "case.reminder";

    public const string RecorderReminder = "recorder.reminder";

    public const string AccessReminder = "access.reminder";

    /// <summary>About a unit's yearly figures.</summary>
    public const string UnitReminder = "unit.reminder";

    /// <summary>A chain's event whose bytes can't be read: the log's audit will say more.</summary>
    public const string Unreadable = "item.unreadable";

    // .internal is reserved for private use (ICANN, 2024): a reverse domain name that can't become somebody else's.
    private const string Prefix = "internal.evidence-ingest.";
    private const string Version = ".v1";

    /// <summary>As people and filters write it: <c>item.sealed</c>, <c>service.token-issued</c>.</summary>
    public static string Name(string chain, CustodyEventKind kind) => (chain == ServiceChain ? "service." : "item.") + Kebab(kind.ToString());

    /// <summary>CloudEvents' <c>type</c> attribute.</summary>
    public static string Full(string name) => Prefix + name + Version;

    private static string Kebab(string words)
    {
        var text = new StringBuilder(words.Length + 4);
        foreach (var letter in words)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
                text.Append('-');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
