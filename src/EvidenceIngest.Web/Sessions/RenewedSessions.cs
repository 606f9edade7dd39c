using System.Collections.Concurrent;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Web.Sessions;

/// <summary>
/// Hands the token of a new session to the page in which somebody logged in again. The browser can only be given a cookie by an HTTP
/// answer, and the page only learns of it by a word that the browser passes on; the token itself never gets to scripts.
/// </summary>
internal sealed class RenewedSessions(TimeProvider time)
{
    private static readonly TimeSpan Lives = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Until)> _waiting = new(StringComparer.Ordinal);

    public string Keep(string token)
    {
        var now = time.GetUtcNow();
        foreach (var old in _waiting.Where(w => w.Value.Until <= now))
            _waiting.TryRemove(old);
        var ticket = Secret.NewToken();
        _waiting[ticket] = (token, now + Lives);
        return ticket;
    }

    /// <returns>Null when it was taken already or is too old.</returns>
    public string? Take(string ticket) => _waiting.TryRemove(ticket, out var kept) && time.GetUtcNow() < kept.Until ? kept.Token : null;
}
