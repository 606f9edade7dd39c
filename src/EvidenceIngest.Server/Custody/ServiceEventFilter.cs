using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Custody;

/// <summary>What an auditor looks for in the service's own chain.</summary>
/// <param name="Words">Of which each has to stand in the detail or in the actor; upper and lower case are the same.</param>
/// <param name="Kind">Null for every kind.</param>
/// <param name="From">Null for the beginning.</param>
/// <param name="To">Exclusive; null for no end.</param>
internal sealed record ServiceEventFilter(IReadOnlyList<string> Words, CustodyEventKind? Kind, DateTimeOffset? From, DateTimeOffset? To)
{
    private const int LongestText = 200;

    // Events stand in the order in which they were written down, which may be a little later than they happened.
    private static readonly TimeSpan Disorder = TimeSpan.FromDays(1);

    /// <param name="q">Words.</param>
    /// <param name="kind">Name of a kind.</param>
    /// <param name="from">First day, of the agency.</param>
    /// <param name="to">Last day.</param>
    /// <param name="zone">The agency's.</param>
    /// <exception cref="RequestRefusedException">One of them is none.</exception>
    public static ServiceEventFilter Parse(string? q, string? kind, string? from, string? to, TimeZoneInfo zone)
    {
        Texts.Allow(q, "q", LongestText);
        CustodyEventKind? wanted = kind is null or "" ? null
            : Array.Find(Enum.GetNames<CustodyEventKind>(), name => name.Equals(kind, StringComparison.OrdinalIgnoreCase)) is { } known ? Enum.Parse<CustodyEventKind>(known)
            : throw RequestRefusedException.Invalid("kind", "没有此类事件 / is no kind of event");
        return new ServiceEventFilter(
            (q ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), wanted,
            from is null or "" ? null : Midnight(Texts.Day(from, "from"), zone), to is null or "" ? null : Midnight(Texts.Day(to, "to").AddDays(1), zone));
    }

    public bool Takes(ServiceEventView happened) =>
        (Kind is null || happened.Kind == Kind) && !(happened.At < From) && !(happened.At >= To)
        && Words.All(word => happened.Detail.Contains(word, StringComparison.OrdinalIgnoreCase) || happened.Actor.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether nothing before this event can be meant.</summary>
    public bool IsPast(ServiceEventView happened) => From is { } from && happened.At < from - Disorder;

    private static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
