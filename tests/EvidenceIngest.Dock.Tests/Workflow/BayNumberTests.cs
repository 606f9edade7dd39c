using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Recorders.Discovery;

namespace EvidenceIngest.Dock.Tests.Workflow;

/// <summary>Officers go by the number on the metal: it must not change because a recorder came into another bay.</summary>
public sealed class BayNumberTests
{
    private readonly DockStatus _status = new(TimeProvider.System, new DockOptions
    {
        Server = new Uri("http://127.0.0.1:9"), StagingFolder = "staging", CredentialsFile = "credentials.json", Name = "测试采集站",
        Bays = ["usb:1-3", "usb:1-2.10", "folder:/cards/a"],
    });

    [Fact]
    public void Configured_bays_are_there_from_the_start_and_keep_their_places()
    {
        Assert.Equal(["usb:1-3", "usb:1-2.10", "folder:/cards/a"], _status.Bays.Select(b => b.Bay));
        Assert.All(_status.Bays, b => Assert.Equal((BayState.Empty, false), (b.State, b.WasOccupied)));

        _status.Bay(new BayId("usb:1-2.10")).Enter(BayState.Recognised);
        _status.Bay(new BayId("usb:1-10")).Enter(BayState.Recognised);
        _status.Bay(new BayId("usb:1-9")).Enter(BayState.Recognised);

        Assert.Equal(["usb:1-3", "usb:1-2.10", "folder:/cards/a", "usb:1-9", "usb:1-10"], _status.Bays.Select(b => b.Bay));
    }

    [Fact]
    public void A_bay_that_nobody_used_keeps_nothing_from_being_over_and_doesn_t_count_as_used()
    {
        _status.Watch(() => new DockBacklog(Ready: true, 0, 0, 0, 0, ServerLink.Online, null, []), () => []);
        Assert.False(_status.Idle().Idle);

        var used = _status.Bay(new BayId("usb:1-3"));
        used.Enter(BayState.Recognised);
        Assert.False(_status.Idle().Idle);
        used.Enter(BayState.Refused);
        Assert.True(_status.Idle().Idle);
        Assert.False(_status.Idle(bays: 2).Idle);
    }
}
