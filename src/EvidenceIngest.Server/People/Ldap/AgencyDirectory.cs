using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.People.Ldap;

/// <summary>Asks the directory whether a password is right, and remembers whether it answers.</summary>
internal sealed class AgencyDirectory(ServerOptions server, TimeProvider time, ILogger<AgencyDirectory> log)
{
    private readonly Lock _lock = new();
    private string? _trouble;
    private DateTimeOffset? _since;

    public bool IsConfigured => server.Directory is not null;

    /// <summary>Null without a directory.</summary>
    public DirectoryStatus? Status
    {
        get
        {
            lock (_lock)
                return server.Directory is { } options ? new DirectoryStatus(options.Address, _trouble, _since) : null;
        }
    }

    /// <param name="userName">The account's own, never what somebody typed.</param>
    /// <param name="password">What somebody typed.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<PasswordAnswer> AskAsync(string userName, string password, CancellationToken ct)
    {
        if (server.Directory is not { } options || password.Length == 0)
            return server.Directory is null ? PasswordAnswer.Unknown : PasswordAnswer.Wrong;
        return await LimitedAsync(options, async limited =>
        {
            await using var session = await LdapSession.OpenAsync(options, limited);
            return await NameAsync(session, options, userName, limited) is { } name
                ? DirectoryVerdict.Of(await session.BindAsync(name, password, limited), options.Address)
                : PasswordAnswer.Wrong;
        }, ct) ?? PasswordAnswer.Unknown;
    }

    /// <summary>Whether it would answer; shows nobody's password but the service's own.</summary>
    public async Task<bool> AnswersAsync(CancellationToken ct) => server.Directory is { } options && await LimitedAsync(options, async limited =>
    {
        await using var session = await LdapSession.OpenAsync(options, limited);
        if (options.Search is { } search)
            await IdentifyAsync(session, search, options, limited);
        return PasswordAnswer.Wrong;
    }, ct) is not null;

    /// <returns>What the person is called in the directory; null when they are not in it.</returns>
    internal static async Task<string?> NameAsync(LdapSession session, DirectoryOptions options, string userName, CancellationToken ct)
    {
        if (options.Search is not { } search)
            return DirectoryName.Of(options.NameTemplate!, userName);
        await IdentifyAsync(session, search, options, ct);
        return await session.FindAsync(search, userName, ct) switch
        {
            [] => null,
            // An entry without a name would be bound to anonymously.
            [{ Length: > 0 } name] => name,
            _ => throw new DirectoryTroubleException($"{options.Address}: more than one entry has {search.Attribute} '{userName}' below '{search.Base}', or one without a name"),
        };
    }

    /// <exception cref="DirectoryTroubleException">The service's own account is not let in.</exception>
    internal static async Task IdentifyAsync(LdapSession session, DirectorySearch search, DirectoryOptions options, CancellationToken ct)
    {
        var answer = await session.BindAsync(search.User, search.Password, ct);
        if (answer.Code != LdapCode.Success)
            throw new DirectoryTroubleException($"{options.Address} does not let in the account that searches, '{search.User}' (Server:Directory:SearchUser, SearchPasswordFile): {LdapSession.Describe(answer)}");
    }

    /// <returns>Null when it could not be asked.</returns>
    private async Task<PasswordAnswer?> LimitedAsync(DirectoryOptions options, Func<CancellationToken, Task<PasswordAnswer>> ask, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            var answer = await ask(either.Token);
            Remember(null);
            return answer;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Remember($"{options.Address} does not answer within {options.Limit.TotalSeconds:0.#} s");
        }
        catch (DirectoryTroubleException e)
        {
            Remember(e.Message);
        }

        return null;
    }

    private void Remember(string? trouble)
    {
        lock (_lock)
        {
            if (_trouble == trouble)
                return;
            if (trouble is not null)
                log.DirectoryInTrouble(trouble);
            else
                log.DirectoryAnswersAgain();
            (_trouble, _since) = (trouble, trouble is null ? null : _since ?? time.GetUtcNow());
        }
    }
}

/// <param name="Address">Of the directory.</param>
/// <param name="Trouble">Why passwords can't be checked there, as of the last try; null when it answered.</param>
/// <param name="Since">UTC; null when it answered.</param>
public sealed record DirectoryStatus(string Address, string? Trouble, DateTimeOffset? Since);
