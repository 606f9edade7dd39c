namespace EvidenceIngest.Server.People.Ldap;

/// <summary>Tries the settings of a directory step by step, for whoever sets it up; needs no database and no running service.</summary>
public static class DirectoryCheck
{
    /// <param name="options">What is tried.</param>
    /// <param name="userName">Somebody who is looked up; null for nobody.</param>
    /// <param name="password">Theirs, tried when it is given.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>The steps that were taken; the last one is the first that failed, if any.</returns>
    public static async Task<IReadOnlyList<DirectoryStep>> RunAsync(DirectoryOptions options, string? userName, string? password, CancellationToken ct)
    {
        var steps = new List<DirectoryStep>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Limit);
        try
        {
            await RunAsync(steps, options, userName, password, limit.Token);
        }
        catch (DirectoryTroubleException e)
        {
            steps.Add(new DirectoryStep(false, "未通过", e.Message));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            steps.Add(new DirectoryStep(false, "超时未答复", $"no answer from {options.Address} within {options.Limit.TotalSeconds:0.#} s"));
        }

        return steps;
    }

    private static async Task RunAsync(List<DirectoryStep> steps, DirectoryOptions options, string? userName, string? password, CancellationToken ct)
    {
        await using var session = await LdapSession.OpenAsync(options, ct);
        steps.Add(new DirectoryStep(true, "已连通", options.Address));
        steps.Add(session.Certificate is { } certificate
            ? new DirectoryStep(true, "TLS 证书可信", $"{certificate.Subject}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}")
            : new DirectoryStep(true, "未加密，仅限本机试用", "no TLS"));
        if (options.Search is { } search)
        {
            await AgencyDirectory.IdentifyAsync(session, search, options, ct);
            steps.Add(new DirectoryStep(true, "查询账号可用", search.User));
        }

        if (userName is null)
            return;
        var name = await AgencyDirectory.NameAsync(session, options, userName, ct);
        steps.Add(new DirectoryStep(name is not null, name is null ? "目录中查无此人" : options.Search is null ? "按模板得出的名称（未核实是否存在）" : "已找到", name ?? userName));
        if (name is null || password is not { Length: > 0 })
            return;
        var answer = DirectoryVerdict.Of(await session.BindAsync(name, password, ct), options.Address);
        steps.Add(new DirectoryStep(answer == PasswordAnswer.Right, answer == PasswordAnswer.Right ? "密码正确" : answer.Words is null ? "密码不正确" : "目录拒绝", answer.Words ?? name));
    }
}

/// <param name="IsGood">Whether it went well.</param>
/// <param name="Step">What was tried, in Chinese.</param>
/// <param name="Detail">What was found.</param>
public sealed record DirectoryStep(bool IsGood, string Step, string Detail);
