using System.Threading.RateLimiting;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Api;

/// <summary>How many requests a second somebody may make for long; a burst may be several times as many. Zero: any number.</summary>
public sealed class RateOptions
{
    /// <summary>By one account, in all its sessions together, or one program's token.</summary>
    public int PerSecond { get; init; } = 50;

    /// <summary>At once, after a pause.</summary>
    public int Burst { get; init; } = 300;

    /// <summary>By one dock. Twenty bays that deliver at once make about a hundred; this only ends what runs wild.</summary>
    public int DockPerSecond { get; init; } = 500;

    /// <summary>Through one link; players ask for hundreds of ranges.</summary>
    public int LinkPerSecond { get; init; } = 1000;

    /// <summary>With tokens, sessions or links that are not known, from one address.</summary>
    public int UnknownPerSecond { get; init; } = 10;
}

/// <summary>
/// Keeps one caller from taking the server away from the others. Counted is who asks, not from where: behind one address sits a
/// whole office. Whoever owns the machine is not counted. Each server counts for itself.
/// </summary>
internal sealed class RateLimits(RateOptions options) : IDisposable
{
    // What a burst is to a dock, a link and a stranger, in seconds of their rate.
    private const int BurstSeconds = 6;

    private readonly PartitionedRateLimiter<Asker> _limiter = PartitionedRateLimiter.Create<Asker, Asker>(asker => Partition(asker, options));

    private enum Kind
    {
        Person,
        Dock,
        Link,
        Unknown,
    }

    /// <exception cref="RequestRefusedException">429, with the time after which it goes on.</exception>
    public void Demand(Caller caller)
    {
        if (caller.Role == Role.Local)
            return;
        Demand(
            caller.DockId is { } dock ? new Asker(Kind.Dock, dock) : new Asker(Kind.Person, (caller.Account?.Id ?? caller.TokenId)?.ToString() ?? caller.Name),
            "本账号请求过于频繁，请稍候再试 / too many requests with this account or token: wait, and ask for larger pages instead of single items");
    }

    public void DemandLink(string link) => Demand(new Asker(Kind.Link, link), "通过此链接的请求过于频繁，请稍候再试 / too many requests through this link: wait");

    /// <summary>Somebody who came with a token, a session or a link that is not known.</summary>
    public void DemandStranger(HttpContext http) =>
        Demand(new Asker(Kind.Unknown, http.Connection.RemoteIpAddress?.ToString() ?? ""), "本机地址的无效请求过多，请稍候再试 / too many requests with unknown tokens or links from this address: wait");

    public void Dispose() => _limiter.Dispose();

    private static RateLimitPartition<Asker> Partition(Asker asker, RateOptions options)
    {
        var (perSecond, burst) = asker.Kind switch
        {
            Kind.Person => (options.PerSecond, Math.Max(options.Burst, options.PerSecond)),
            Kind.Dock => (options.DockPerSecond, options.DockPerSecond * BurstSeconds),
            Kind.Link => (options.LinkPerSecond, options.LinkPerSecond * BurstSeconds),
            _ => (options.UnknownPerSecond, options.UnknownPerSecond * BurstSeconds),
        };
        return perSecond == 0
            ? RateLimitPartition.GetNoLimiter(asker)
            : RateLimitPartition.GetTokenBucketLimiter(asker, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = burst, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true,
            });
    }

    private void Demand(Asker asker, string why)
    {
        using var lease = _limiter.AttemptAcquire(asker);
        if (lease.IsAcquired)
            return;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > TimeSpan.FromSeconds(1) ? after : TimeSpan.FromSeconds(1);
        throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, why) { RetryAfter = wait };
    }

    private sealed record Asker(Kind Kind, string Who);
}
