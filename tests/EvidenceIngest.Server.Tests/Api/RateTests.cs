using System.Net;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Api;

public sealed class RateTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Who_asks_too_often_waits_and_nobody_else_behind_the_same_address_does()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, rates: new RateOptions { PerSecond = 1, Burst = 5, UnknownPerSecond = 1 });
        using var hasty = await server.PersonAsync("王芳", Role.Custodian);
        using var hastyElsewhere = await server.PersonAsync("王芳", Role.Custodian);
        using var calm = await server.PersonAsync("赵敏", Role.Custodian);

        var answers = await StatusesAsync(hasty, 20);
        using var refused = await hastyElsewhere.GetAsync("/api/v1/matters");
        using var other = await calm.GetAsync("/api/v1/matters");
        var owners = await StatusesAsync(server.Operator, 40);

        Assert.InRange(answers.Count(s => s == HttpStatusCode.OK), 5, 12);
        Assert.Contains("too many requests", await TestDock.RefusedAsync(refused, HttpStatusCode.TooManyRequests), StringComparison.Ordinal);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.DoesNotContain(HttpStatusCode.TooManyRequests, owners);
        await Eventually.HoldsAsync(async () => (await StatusesAsync(hasty, 1))[0] == HttpStatusCode.OK, "it goes on after the pause", seconds: 10);
    }

    [Fact]
    public async Task Strangers_are_slowed_down_by_their_address_and_people_behind_it_are_not()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, rates: new RateOptions { UnknownPerSecond = 1 });
        using var stranger = server.Client(new string('x', 43));
        using var calm = await server.PersonAsync("赵敏", Role.Custodian);

        var tokens = await StatusesAsync(stranger, 20);
        var links = await StatusesAsync(server.Anonymous, 5, "/media/unknown");
        var people = await StatusesAsync(calm, 20);

        Assert.Contains(HttpStatusCode.Unauthorized, tokens);
        Assert.Contains(HttpStatusCode.TooManyRequests, tokens);
        Assert.Contains(HttpStatusCode.TooManyRequests, links);
        Assert.All(people, s => Assert.Equal(HttpStatusCode.OK, s));
    }

    [Fact]
    public async Task A_dock_with_twenty_bays_is_never_held_up()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, rates: new RateOptions());
        await server.VaultIsProbedAsync();
        var dock = await server.EnrolDockAsync();

        // Each is announced, granted, completed and asked for, several times a second.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async bay =>
        {
            for (var i = 0; i < 5; i++)
            {
                var status = await dock.DeliverAsync(TestDock.Record($"dev-{bay}"));
                for (var poll = 0; poll < 10; poll++)
                    await dock.StatusAsync(status);
            }
        }));
    }

    private static async Task<List<HttpStatusCode>> StatusesAsync(HttpClient client, int times, string path = "/api/v1/matters")
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < times; i++)
        {
            using var answer = await client.GetAsync(path);
            statuses.Add(answer.StatusCode);
        }

        return statuses;
    }
}
