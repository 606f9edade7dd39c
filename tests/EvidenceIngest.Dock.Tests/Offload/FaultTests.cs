using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Dock.Tests.Offload;

public sealed class FaultTests
{
    private const int Mega = 1 << 20;

    [Fact]
    public async Task Offload_resumes_after_the_cable_is_pulled_mid_file()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec") { PulledAfter = 30 * Mega };
        var file = recorder.Add("long.mp4", Samples.Mp4(40 * Mega));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        var pulled = await rig.BayAsync(b => b is { State: BayState.Empty, Reason: not null });
        Assert.Equal(Advice.PulledWhileCopying, pulled.Reason);
        recorder.BytesRead = 0;

        rig.Bays.Plug("bay1", recorder);
        await rig.BayAsync(BayState.SafeToRemove);

        // Its rest, and one chunk that is compared before going on.
        Assert.InRange(recorder.BytesRead, 16 * Mega, 25 * Mega);
        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        Assert.Contains(rig.Server.Deliveries.Single().Manifest.Events, e => e.Kind == CustodyEventKind.Resumed);
    }

    [Fact]
    public async Task A_different_file_under_the_half_copied_name_is_copied_from_its_beginning()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec") { PulledAfter = 20 * Mega };
        var file = recorder.Add("long.mp4", Samples.Mp4(24 * Mega, seed: 1));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(b => b is { State: BayState.Empty, Reason: not null });

        file.Content = Samples.Mp4(24 * Mega, seed: 2);
        rig.Bays.Plug("bay1", recorder);
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
    }

    [Fact]
    public async Task A_half_copy_that_rotted_on_the_disk_is_kept_up_to_its_last_good_mark_only()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec") { PulledAfter = 30 * Mega };
        var file = recorder.Add("long.mp4", Samples.Mp4(32 * Mega));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(b => b is { State: BayState.Empty, Reason: not null });
        recorder.BytesRead = 0;

        Tampering.Flip(rig.StagedFiles().Single(), 12 * Mega);
        rig.Bays.Plug("bay1", recorder);
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        // From 8 MiB on, and the first chunk compared.
        Assert.InRange(recorder.BytesRead, 32 * Mega, 33 * Mega);
    }

    [Fact]
    public async Task The_half_copy_of_a_file_that_vanished_from_the_recorder_is_kept_as_damaged()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec") { PulledAfter = 20 * Mega };
        var content = recorder.Add("long.mp4", Samples.Mp4(24 * Mega)).Content;
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(b => b is { State: BayState.Empty, Reason: not null });

        recorder.Files.Clear();
        rig.Bays.Plug("bay1", recorder);
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(content[..(16 * Mega)], rig.Server.Sealed.Single().Content);
        Assert.Contains(rig.Server.Deliveries.Single().Manifest.Recording.Findings, f => f.Code == FindingCode.Unreadable);
    }

    [Fact]
    public async Task A_file_that_changes_once_while_it_is_read_is_read_again()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(3 * Mega, seed: 1));
        file.OnRead = position =>
        {
            if (position < 2 * Mega || file.ModifiedAt.Hour == 2)
                return;
            file.Content = Samples.Mp4((3 * Mega) + 5, seed: 2);
            file.ModifiedAt = file.ModifiedAt.AddHours(1);
        };
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        var manifest = rig.Server.Deliveries.Single().Manifest;
        Assert.DoesNotContain(manifest.Recording.Findings, f => f.Code == FindingCode.ChangedWhileRead);
        Assert.Contains(manifest.Events, e => e.Kind == CustodyEventKind.Repeated);
    }

    [Fact]
    public async Task A_file_that_never_stops_changing_is_kept_with_a_finding_and_not_cleared()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true };
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(Mega + 1));
        file.OnRead = _ => file.ModifiedAt = file.ModifiedAt.AddSeconds(1);
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Contains(rig.Server.Deliveries.Single().Manifest.Recording.Findings, f => f.Code == FindingCode.ChangedWhileRead);
        Assert.Single(recorder.Files);
    }

    [Fact]
    public async Task What_lies_before_an_unreadable_block_is_kept_and_the_recorder_is_not_cleared()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true };
        var recorder = new ScriptedRecorder("rec");
        var bad = recorder.Add("bad.mp4", Samples.Mp4(3 * Mega));
        bad.BadFrom = (2 * Mega) + 12_288;
        recorder.Add("good.mp4", Samples.Mp4(3 * Mega, seed: 2));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        var kept = rig.Server.Sealed.Single(f => f.Path == "bad.mp4");
        Assert.Equal(bad.Content[..((2 * Mega) + 12_288)], kept.Content);
        var finding = rig.Server.Deliveries.Single(d => d.Manifest.Files[0].RecorderPath == "bad.mp4")
            .Manifest.Recording.Findings.Single(f => f.Code == FindingCode.Unreadable);
        Assert.Contains("bytes 0-2109439 of 3145760", finding.Detail);
        Assert.Equal(["bad.mp4"], recorder.Files.Keys);
    }

    [Fact]
    public async Task A_block_that_is_readable_at_the_second_try_does_no_harm()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(3 * Mega));
        (file.BadFrom, file.FailuresLeft) = (Mega, 2);
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        Assert.Empty(rig.Server.Deliveries.Single().Manifest.Recording.Findings);
    }

    [Fact]
    public async Task A_copy_that_does_not_read_back_right_is_made_again_from_the_recorder()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(3 * Mega));
        var flips = 1;
        file.OnRead = position =>
        {
            // At the end of the reading, what was written a moment ago changes on the disk.
            if (position == file.Content.Length && flips-- > 0)
                Tampering.Flip(rig.StagedFiles().Single(), 1000);
        };
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        Assert.Contains(rig.Server.Deliveries.Single().Manifest.Events, e => e.Kind == CustodyEventKind.Repeated && e.Detail.Contains("reads back"));
    }

    [Fact]
    public async Task A_disk_that_never_reads_back_right_fails_the_bay_and_delivers_nothing_wrong()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(3 * Mega));
        file.OnRead = position =>
        {
            if (position == file.Content.Length)
                Tampering.Flip(rig.StagedFiles().Single(), 1000);
        };
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();

        var failed = await rig.BayAsync(BayState.Failed);
        Assert.Equal(Advice.StagingFailed, failed.Reason);
        Assert.Empty(rig.Server.Deliveries);
        file.OnRead = null;
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
    }

    [Theory]
    [InlineData("truncated.mp4", FindingCode.Damaged)]
    [InlineData("text.mp4", FindingCode.Foreign)]
    public async Task The_officer_learns_at_the_dock_that_a_file_is_no_whole_recording(string name, FindingCode expected)
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        recorder.Add(name, name == "text.mp4" ? "just some text, no video"u8.ToArray() : Samples.Mp4(5000)[..4000]);
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(expected, rig.Server.Deliveries.Single().Manifest.Recording.Findings.Single().Code);
    }
}
