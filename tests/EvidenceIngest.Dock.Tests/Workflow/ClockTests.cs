using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Drivers;

namespace EvidenceIngest.Dock.Tests.Workflow;

public sealed class ClockTests
{
    [Theory]
    [InlineData(61, true)]
    [InlineData(-3600, true)]
    [InlineData(59, false)]
    public async Task A_clock_that_is_too_far_off_is_a_finding_on_every_recording(int seconds, bool finding)
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = Samples.Recorder();
        recorder.ClockOffset = TimeSpan.FromSeconds(seconds);
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        var recordings = rig.Server.Deliveries.Select(d => d.Manifest).Where(m => m.Recording.Kind == MediaKind.Video).ToList();
        Assert.Equal(3, recordings.Count);
        Assert.All(recordings, m => Assert.Equal(TimeSpan.FromSeconds(seconds), m.Clock.Offset));
        Assert.All(recordings, m => Assert.Equal(finding, m.Recording.Findings.Any(f => f.Code == FindingCode.ClockDrift)));
    }

    [Fact]
    public async Task The_clock_is_set_last_and_the_chain_tells_what_it_shows_then()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true };
        var steps = new List<string>();
        rig.Bays.OnStep = steps.Add;
        var recorder = new ScriptedRecorder("recorder-1")
        {
            ClockOffset = TimeSpan.FromMinutes(-7),
            SetClock = () => new ClockSetting(true, "set by profile scripted", new ClockReading(TimeSpan.FromSeconds(0.5), DateTimeOffset.UtcNow, "asked")),
        };
        recorder.Add("a.mp4", Samples.Mp4(100));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        await rig.IdleAsync();

        Assert.Equal("clock", steps[^1]);
        Assert.True(steps.IndexOf("cleared") >= 0, "cleared before");
        Assert.Equal(TimeSpan.FromMinutes(-7), rig.Server.Deliveries.Single().Manifest.Clock.Offset);
        var events = rig.Server.LaterEvents.Select(e => e.Event).ToList();
        var set = Assert.Single(events, e => e.Kind == CustodyEventKind.ClockSet);
        Assert.Equal("set by profile scripted; read back: recorder clock minus dock clock 0.5 s; asked", set.Detail);
        Assert.True(events.FindIndex(e => e.Kind == CustodyEventKind.Released) > events.IndexOf(set));
    }

    [Fact]
    public async Task A_clock_that_can_not_be_set_delays_nobody()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("recorder-1") { SetClock = () => throw new RecorderGoneException("the cable is out") };
        recorder.Add("a.mp4", Samples.Mp4(100));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        await rig.IdleAsync();

        var note = Assert.Single(rig.Server.LaterEvents, e => e.Event.Kind == CustodyEventKind.ClockNotSet);
        Assert.Contains("the cable is out", note.Event.Detail);
    }

    [Fact]
    public async Task A_site_may_leave_clocks_alone()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { SetClocks = false };
        var recorder = new ScriptedRecorder("recorder-1") { SetClock = () => throw new InvalidOperationException("asked") };
        recorder.Add("a.mp4", Samples.Mp4(100));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        await rig.IdleAsync();
        Assert.DoesNotContain(rig.Server.LaterEvents, e => e.Event.Kind is CustodyEventKind.ClockSet or CustodyEventKind.ClockNotSet);
    }
}
