using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Web.Audit;

internal static partial class AuditWords
{
    /// <summary>What only ever happens to single items.</summary>
    private static readonly CustodyEventKind LastOfDocksAndItems = CustodyEventKind.Downloaded;

    /// <summary>Kinds that the service's own chain may have, for choosing from.</summary>
    public static IReadOnlyList<CustodyEventKind> OfService { get; } = [.. Enum.GetValues<CustodyEventKind>().Where(kind => kind > LastOfDocksAndItems)];

    /// <summary>In English the name that the event's bytes have, as words.</summary>
    public static (string Chinese, string English) Of(CustodyEventKind kind) => (CustodyWords.Chinese(kind), Capital().Replace(kind.ToString(), letter => " " + letter.Value.ToLowerInvariant()));

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Capital();
}
