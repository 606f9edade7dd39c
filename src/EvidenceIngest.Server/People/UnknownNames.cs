namespace EvidenceIngest.Server.People;

/// <summary>
/// Names that nobody has are locked as accounts are, so that a lock tells nobody that there is an account. An account's failures lie in
/// the database; these are this server's own, and forgotten when it ends.
/// </summary>
internal sealed class UnknownNames
{
    private const int MostNames = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Failures> _names = [];

    public DateTimeOffset? LockedUntil(string name, DateTimeOffset now)
    {
        lock (_lock)
            return _names.GetValueOrDefault(name)?.LockedUntil is { } until && until > now ? until : null;
    }

    /// <returns>Until when it is locked; null when it isn't yet.</returns>
    public DateTimeOffset? Fail(string name, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_names.Count >= MostNames && !_names.ContainsKey(name))
            {
                foreach (var old in _names.OrderBy(n => n.Value.At).Take(MostNames / 2).Select(n => n.Key).ToList())
                    _names.Remove(old);
            }

            var count = (_names.GetValueOrDefault(name)?.Count ?? 0) + 1;
            DateTimeOffset? until = count >= AccountRules.MostFailures ? now + AccountRules.LockOut : null;
            _names[name] = new Failures(until is null ? count : 0, until, now);
            return until;
        }
    }

    private sealed record Failures(int Count, DateTimeOffset? LockedUntil, DateTimeOffset At);
}
