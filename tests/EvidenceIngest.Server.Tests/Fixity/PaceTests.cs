using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Fixity;

/// <summary>Reading is spread over the period, and who can't keep it is told.</summary>
public sealed class PaceTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Objects_are_read_evenly_over_the_period_the_longest_unread_first()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, fixity: new FixityOptions { Period = TimeSpan.FromDays(100) });
        var dock = await server.EnrolDockAsync();
        for (var item = 0; item < 9; item++)
            await server.SealAsync(dock, $"dev-{item}", "same length");
        server.Vault.Reads.Clear();

        var read = new List<int>();
        for (var day = 0; day <= 100; day += 10)
        {
            server.Clock.Shift = TimeSpan.FromDays(day);
            await server.RoundsAsync();
            read.Add(server.Vault.Reads.Count);
        }

        // Ninety days for nine objects: the tenth that is left of the hundred is a reserve. Then the next pass begins.
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], read);
        Assert.Equal(9, server.Vault.Reads.Take(9).Distinct().Count());
        Assert.Equal(server.Vault.Reads.Take(2), server.Vault.Reads.Skip(9));
    }

    [Fact]
    public async Task A_limit_that_makes_the_period_impossible_is_told()
    {
        var slow = new FixityOptions { Period = TimeSpan.FromSeconds(100), BytesPerSecond = 10 };
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, fixity: slow);
        await server.SealAsync(await server.EnrolDockAsync(), "dev-1", new string('a', 20), new string('b', 20_000));
        await server.Get<FixityPasses>().CurrentAsync(VaultSet.FirstName, default);

        var status = Assert.Single((await server.FixityAsync()).Vaults);

        Assert.Contains("Server:Fixity:MiBPerSecond", status.Late, StringComparison.Ordinal);
        Assert.True(status.NeededMiBPerSecond > status.LimitMiBPerSecond);
        server.Clock.Shift = TimeSpan.FromDays(2);
        Assert.Contains("2 days ago", Assert.Single((await server.FixityAsync()).Vaults).Late, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rate_is_kept_and_pauses_are_not_saved_up()
    {
        var time = new SteppedTime();
        var rate = new ReadRate(1000, time);
        await rate.PassAsync(500, default);
        Assert.Equal(TimeSpan.FromMilliseconds(500), time.Slept);
        time.Now += TimeSpan.FromMinutes(1);
        await rate.PassAsync(500, default); // Notices the pause.
        await rate.PassAsync(1000, default);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), time.Slept);
    }

    /// <summary>A clock that a wait moves on.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public TimeSpan Slept { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Now += dueTime;
            Slept += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
