namespace EvidenceIngest.Domain.Retention;

/// <summary>保管期限: how long evidence of a kind is kept at least.</summary>
/// <param name="Id">Short and lasting, such as <c>ordinary</c>.</param>
/// <param name="Name">In English.</param>
/// <param name="NameZh">As officials call it.</param>
/// <param name="Months">From sealing, or from the closing of a case; null: for ever.</param>
/// <param name="Article">Where it is ruled.</param>
public sealed record RetentionClass(string Id, string Name, string NameZh, int? Months, string Article)
{
    /// <summary>Whether everything that this class keeps the other keeps as well.</summary>
    public bool IsAtMost(RetentionClass other) => other.Months is not { } theirs || Months <= theirs;
}

/// <summary>One reason to keep an item.</summary>
/// <param name="Because">As people read it: <c>case 12</c>, <c>key mark</c>.</param>
/// <param name="Class">For how long.</param>
/// <param name="From">When the term begins; null while it hasn't: the case is open.</param>
public sealed record RetentionGround(string Because, RetentionClass Class, DateTimeOffset? From)
{
    /// <summary>Null: no end is known.</summary>
    public DateTimeOffset? Until => From is { } from && Class.Months is { } months ? from.AddMonths(months) : null;
}

/// <summary>How long an item is kept: the longest of all its grounds wins.</summary>
/// <param name="Until">The last end among the grounds that have one; null when none has.</param>
/// <param name="Endless">The grounds that have no end, such as a permanent class or an open case.</param>
/// <param name="Because">What decides.</param>
/// <param name="IsUsual">Nothing but the first ground decides.</param>
/// <param name="PermanentClass">A class without end whose term is running; it stays the item's, whatever becomes of the ground.</param>
public sealed record RetentionTerm(DateTimeOffset? Until, IReadOnlyList<string> Endless, string Because, bool IsUsual, string? PermanentClass)
{
    public bool HasEnd => Endless.Count == 0;

    /// <param name="grounds">The first is the one that every item has.</param>
    /// <param name="holds">Holds in force: they have no class, and no end before they are released.</param>
    public static RetentionTerm Of(IReadOnlyList<RetentionGround> grounds, IReadOnlyCollection<string> holds)
    {
        if (grounds.Count == 0)
            throw new ArgumentException("an item is always kept for some reason", nameof(grounds));
        var endless = holds.Concat(grounds.Where(g => g.Until is null).Select(Show)).ToList();
        var last = grounds.Where(g => g.Until is not null).MaxBy(g => g.Until);
        return new RetentionTerm(
            last?.Until, endless, endless.Count > 0 ? string.Join("; ", endless) : Show(last!), endless.Count == 0 && last == grounds[0],
            grounds.FirstOrDefault(g => g is { From: not null, Class.Months: null })?.Class.Id);
    }

    private static string Show(RetentionGround ground) =>
        $"{ground.Because}: {ground.Class.NameZh}{(ground.From is null ? ", not running yet" : "")}";
}
