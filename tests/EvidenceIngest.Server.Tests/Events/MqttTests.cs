using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Events.Mqtt;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Events;

/// <summary>The publisher against a real broker and its own client.</summary>
public sealed class MqttTests(PrivateCluster cluster)
{
    private const string Agency = "371700";

    [Fact]
    public async Task Every_event_arrives_in_order_through_kills_of_the_broker_under_load()
    {
        const int Each = 40;
        await using var broker = await Broker.StartAsync();
        await using var reader = await broker.SubscribeAsync("reader", "evidence/v1/+/+/item/#");
        await using var server = await StartAsync(broker.Options);
        await WorksAsync(server);
        var items = await Told.ItemsAsync(cluster, server, 20);

        // What the broker had acknowledged is the broker's: killed before it wrote that down, it loses it, and nobody sends it again.
        var acknowledged = 0L;
        var writing = Told.AppendAsync(server, items, Each, TimeSpan.FromMilliseconds(100));
        for (var kill = 1; kill <= 3; kill++)
        {
            var before = reader.Messages.Count;
            await Eventually.HoldsAsync(() => Task.FromResult(reader.Messages.Count >= before + 60), "the reader gets events again", 60);
            await broker.KillAsync();
            await Task.Delay(300);
            acknowledged = await AcknowledgedAsync(server);
            await broker.RestartAsync();
            await reader.IsSubscribedAsync(kill + 1);
        }

        await writing;
        await Eventually.HoldsAsync(async () => (await MineAsync()).Count == items.Length * Each, "all have their places");
        var owed = (await MineAsync()).Where(o => o.Position > acknowledged).Select(o => Told.Parse(o.Body).Text("id")).ToHashSet();
        Assert.NotEmpty(owed);
        await Eventually.HoldsAsync(() => Task.FromResult(owed.IsSubsetOf(reader.Events.Select(e => e.Text("id")))), "all events came that the broker had not acknowledged", 60);
        Told.AssertInOrder(reader.Events, items);
        Assert.All(reader.Messages, m => Assert.Equal($"evidence/v1/{Agency}/-/item/{m.Body.Text("subject")}/viewed", m.Topic));
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)).Broker is { State: "Working", Waiting: 0, Trouble: null }, "the status says that it works");

        async Task<List<PlacedEvent>> MineAsync() => [.. (await Told.PlacedAsync(server)).Where(o => items.Contains(o.Subject))];
    }

    [Fact]
    public async Task A_docks_state_is_retained_also_by_a_broker_that_forgot_it_and_the_last_will_tells_that_the_service_went()
    {
        await using var broker = await Broker.StartAsync();
        var server = await StartAsync(broker.Options);
        var dock = await server.EnrolDockAsync();
        await WorksAsync(server);
        await ReportAsync(dock, "SafeToRemove", 5);
        await ReportAsync(dock, "Empty", 0);
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)).Broker is { Waiting: 0 } && (await Told.NamesAsync(server, dock.Id)).Count == 2, "both are published");

        await broker.ForgetAsync();
        await using (var late = await broker.SubscribeAsync("late", "evidence/#"))
        {
            var topic = $"evidence/v1/{Agency}/{dock.Id}/state";
            await Eventually.HoldsAsync(() => Task.FromResult(late.Messages.Any(m => m.Topic == topic)), "the dock's state came");
            Assert.Equal("Empty", late.Messages.Last(m => m.Topic == topic).Body.GetProperty("data").GetProperty("bays")[0].Text("state"));
            await Eventually.HoldsAsync(() => Task.FromResult(IsOnline(late) == true), "the service is there");
            await server.DisposeAsync();
            await Eventually.HoldsAsync(() => Task.FromResult(IsOnline(late) == false), "the last will says that the service went");
        }

        await using var after = await broker.SubscribeAsync("after", "evidence/#");
        await Eventually.HoldsAsync(() => Task.FromResult(after.Messages.Count(m => m.IsRetained) == 2), "both are retained");

        static bool? IsOnline(Subscriber reader) =>
            reader.Messages.LastOrDefault(m => m.Topic == $"evidence/v1/{Agency}/-/publisher")?.Body.GetProperty("online").GetBoolean();
    }

    [Fact]
    public async Task Progress_of_a_bay_comes_without_being_retained_whatever_the_bay_is_called()
    {
        await using var broker = await Broker.StartAsync();
        await using var reader = await broker.SubscribeAsync("screen", "evidence/v1/+/+/bay/+/progress");
        await using var server = await StartAsync(broker.Options);
        var dock = await server.EnrolDockAsync();
        await WorksAsync(server);
        await ReportAsync(dock, "Offloading", 10, "folder:/media/#/+");
        await Eventually.HoldsAsync(() => Task.FromResult(reader.Messages.Count == 1), "the first progress came");
        for (var done = 11; done < 40; done++)
            await ReportAsync(dock, "Offloading", done, "folder:/media/#/+");
        await Eventually.HoldsAsync(() => Task.FromResult(reader.Messages.Any(m => m.Body.GetProperty("bytesDone").GetInt64() == 39)), "the last progress came");

        Assert.All(reader.Messages, m => Assert.Equal((false, $"evidence/v1/{Agency}/{dock.Id}/bay/folder:%2Fmedia%2F%23%2F%2B/progress"), (m.IsRetained, m.Topic)));
        Assert.InRange(reader.Messages.Count, 2, 15);
    }

    [Fact]
    public async Task A_broker_that_is_not_trusted_gets_nothing_and_the_status_says_why()
    {
        await using var broker = await Broker.StartAsync();
        await using var server = await StartAsync(broker.Options with { CaFile = broker.StrangeCa });
        await FailsAsync(server, "certificate");

        Assert.True((await StatusAsync(server)).Broker!.Trouble!.Contains("localhost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("password", "refuses")]
    [InlineData("ca", "is not there")]
    [InlineData("port", "refused")]
    [InlineData("plain", "")]
    public async Task What_is_set_wrongly_is_told(string what, string said)
    {
        await using var broker = await Broker.StartAsync();
        await using var server = await StartAsync(what switch
        {
            "password" => broker.Options with { Password = "wrong" },
            "ca" => broker.Options with { CaFile = "/nowhere/ca.pem" },
            "port" => broker.Options with { Port = 1 },
            _ => broker.Options with { Tls = false },
        });
        await FailsAsync(server, said);
    }

    [Fact]
    public async Task A_topic_that_the_broker_refuses_holds_the_events_until_it_takes_them()
    {
        await using var broker = await Broker.StartAsync();
        await using var server = await StartAsync(broker.Options with { User = "reader" });
        await FailsAsync(server, "Not authorized");
    }

    [Fact]
    public async Task Events_that_wait_for_a_broker_for_ten_minutes_are_an_alarm()
    {
        await using var server = await TestServer.StartAsync(
            cluster, withJobs: false,
            events: _ => new EventsOptions { AgencyCode = Agency, Mqtt = new MqttOptions { Host = "127.0.0.1", Port = 1, LongestPause = TimeSpan.FromMilliseconds(500) } });
        await server.VaultIsProbedAsync();
        await FailsAsync(server, "refused");
        await Told.AppendAsync(server, await Told.ItemsAsync(cluster, server, 1), 1, TimeSpan.Zero);
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)).Broker is { Waiting: > 0 }, "an event waits");
        Assert.Empty((await server.Get<ServerOverview>().HealthAsync(default)).Reasons);

        server.Clock.Shift = TimeSpan.FromMinutes(11);

        Assert.Contains("wait for the broker", Assert.Single((await server.Get<ServerOverview>().HealthAsync(default)).Reasons), StringComparison.Ordinal);
    }

    private static async Task WorksAsync(TestServer server) =>
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)).Broker is { State: "Working" }, "the broker is connected");

    private static async Task FailsAsync(TestServer server, string said) =>
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)).Broker is { State: "Failing", Trouble: { } trouble } && trouble.Contains(said, StringComparison.Ordinal), $"the status says '{said}'");

    private static Task<long> AcknowledgedAsync(TestServer server) =>
        server.Catalogue.ReadAsync(db => db.OutboxReaders.Where(r => r.Name == MqttPublisher.ReaderName).Select(r => r.Position).SingleAsync(), default);

    private static Task<EventsStatus> StatusAsync(TestServer server) => server.Get<EventsOverview>().StatusAsync(default);

    private static async Task ReportAsync(TestDock dock, string state, long done, string bay = "1-2")
    {
        using var answer = await dock.Http.PutAsJsonAsync("/api/v1/docks/me/bays", new[] { new BayReport(bay, state, "dev-1", null, 0, 1, done, 100, DateTimeOffset.UnixEpoch) }, EvidenceJson.Options);
        answer.EnsureSuccessStatusCode();
    }

    private Task<TestServer> StartAsync(MqttOptions mqtt) =>
        TestServer.StartAsync(cluster, withJobs: false, events: _ => new EventsOptions { AgencyCode = Agency, Mqtt = mqtt });
}
