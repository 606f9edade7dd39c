using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Dock.Tests.Workflow;

public sealed class WholeWayTests
{
    [Fact]
    public async Task Docked_footage_is_sealed_and_the_recorder_cleared_and_released()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true };
        var recorder = Samples.Recorder();
        var contents = recorder.Files.ToDictionary(f => f.Key, f => f.Value.Content);
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();

        await rig.BayAsync(BayState.SafeToRemove);
        await rig.IdleAsync();

        Assert.Equal(contents.Keys.Order(), rig.Server.Sealed.Select(f => f.Path).Order());
        Assert.All(rig.Server.Sealed, f => Assert.Equal(contents[f.Path], f.Content));
        Assert.Equal(["odd.txt"], recorder.Files.Keys);
        Assert.Contains(rig.Server.LaterEvents, e => e.Event.Kind == CustodyEventKind.Cleared);
        Assert.Contains(rig.Server.LaterEvents, e => e.Event.Kind == CustodyEventKind.Released);
        Assert.Empty(Directory.GetFiles(rig.Options.StagingFolder, "*.bin", SearchOption.AllDirectories));
        Assert.Empty(rig.Status.Idle().Problems);
        Assert.Empty(rig.Warnings);
    }

    [Fact]
    public async Task Manifests_say_what_the_names_and_the_dock_know()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Bays.Plug("bay1", Samples.Recorder());
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        var chaptered = rig.Server.Deliveries.Single(d => d.Manifest.Files.Count == 2).Manifest;
        Assert.Equal(["a1.mp4", "a2.mp4"], chaptered.Files.Select(f => f.RecorderPath));
        Assert.Equal("执法记录仪录制", chaptered.Recording.Method);
        Assert.All(chaptered.Files, f => Assert.NotNull(f.Digest.Sm3));
        Assert.Equal(
            [CustodyEventKind.ClockMeasured, CustodyEventKind.Docked, CustodyEventKind.Offloaded, CustodyEventKind.Offloaded],
            chaptered.Events.Select(e => e.Kind).Order().ToArray().OrderBy(k => k.ToString()));
        var stranger = rig.Server.Deliveries.Single(d => d.Manifest.Files[0].RecorderPath == "odd.txt").Manifest;
        Assert.Equal(FindingCode.Foreign, stranger.Recording.Findings[0].Code);
        var empty = rig.Server.Deliveries.Single(d => d.Manifest.Files[0].RecorderPath == "empty.mp4").Manifest;
        Assert.Contains(empty.Recording.Findings, f => f.Code == FindingCode.Empty);
    }

    [Fact]
    public async Task A_recorder_docked_again_is_recognised_and_nothing_is_delivered_twice()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = Samples.Recorder();
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        rig.Bays.Pull("bay1");
        await rig.BayAsync(BayState.Empty);
        await DockRig.UntilAsync(() => rig.Journals.All(j => File.ReadAllText(j).Contains("finished")), () => "not finished");
        var deliveries = rig.Server.Deliveries.Count();
        var read = recorder.BytesRead;

        recorder.Add("new.mp4", Samples.Mp4(5000));
        rig.Bays.Plug("bay2", recorder);
        await rig.BayAsync(BayState.SafeToRemove, "bay2");

        Assert.Equal(deliveries + 1, rig.Server.Deliveries.Count());
        Assert.True(recorder.BytesRead > read, "its files were read to be recognised");
        Assert.Equal(recorder.Files.Count, (await rig.BayAsync(BayState.SafeToRemove, "bay2")).FilesDone);
    }

    [Fact]
    public async Task Other_content_under_the_same_name_size_and_time_is_a_new_recording()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("a.mp4", Samples.Mp4(9000, seed: 1));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        rig.Bays.Pull("bay1");
        await rig.BayAsync(BayState.Empty);

        recorder.Files["a.mp4"].Content = Samples.Mp4(9000, seed: 2);
        rig.Bays.Plug("bay1", recorder);
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(2, rig.Server.Sealed.Count);
        Assert.Equal(2, rig.Server.Sealed.Select(f => Convert.ToHexString(f.Content)).Distinct().Count());
    }

    [Fact]
    public async Task Two_recorders_with_equal_content_keep_both_recordings()
    {
        await using var rig = await DockRig.CreateAsync();
        foreach (var (bay, id) in new[] { ("bay1", "one"), ("bay2", "two") })
        {
            var recorder = new ScriptedRecorder(id);
            recorder.Add("a.mp4", Samples.Mp4(9000));
            rig.Bays.Plug(bay, recorder);
        }

        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove, "bay1");
        await rig.BayAsync(BayState.SafeToRemove, "bay2");

        Assert.Equal(["one", "two"], rig.Server.Deliveries.Select(d => d.Manifest.Recorder.RecorderId).Order());
    }

    [Fact]
    public async Task Hostile_names_pass_through_and_never_become_local_names()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        string[] names = ["../../../etc/passwd.mp4", "/abs.mp4", "a/../b.mp4", "%00%FF.mp4", "A.MP4", "a.mp4", new string('x', 4000) + ".mp4", "执法.mp4"];
        foreach (var (name, i) in names.Select((n, i) => (n, i)))
            recorder.Add(name, Samples.Mp4(100 + i, seed: i));
        rig.Bays.Plug("bay1", recorder);
        rig.Server.SealingWaits = true;
        await rig.StartAsync();
        await rig.BayAsync(BayState.Delivering);

        var local = Directory.GetFiles(rig.Root, "*", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.All(local, n => Assert.Matches(@"^(\d{6}\.bin|journal\.jsonl|credentials\.json(\.\w+)?|\.lock)$", n));

        rig.Server.SealingWaits = false;
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Equal(names.Order(), rig.Server.Sealed.Select(f => f.Path).Order());
    }
}
