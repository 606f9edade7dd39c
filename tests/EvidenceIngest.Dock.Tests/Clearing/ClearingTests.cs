using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Dock.Tests.Clearing;

public sealed class ClearingTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Nothing_is_cleared_unless_configuration_and_profile_both_allow_it(bool configured, bool profile)
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = configured };
        var recorder = new ScriptedRecorder("rec") { ClearAllowed = profile };
        recorder.Add("a.mp4", Samples.Mp4(1000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();

        Assert.Equal(Advice.RemoveKept, (await rig.BayAsync(BayState.SafeToRemove)).Reason);
        Assert.Single(recorder.Files);
    }

    [Fact]
    public async Task Nothing_is_cleared_while_the_receipt_is_outstanding()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true };
        rig.Server.SealingWaits = true;
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("a.mp4", Samples.Mp4(1000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.Delivering);
        await Task.Delay(1000);
        Assert.Single(recorder.Files);
        Assert.Single(rig.StagedFiles());

        rig.Server.SealingWaits = false;
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Empty(recorder.Files);
    }

    [Fact]
    public async Task A_file_that_changed_on_the_recorder_since_it_was_copied_stays_and_the_chain_says_why()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true };
        rig.Server.SealingWaits = true;
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(1000, seed: 1));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.Delivering);

        file.Content = Samples.Mp4(1000, seed: 2);
        rig.Server.SealingWaits = false;
        Assert.Equal(Advice.RemovePartlyKept, (await rig.BayAsync(BayState.SafeToRemove)).Reason);
        await rig.IdleAsync();

        Assert.Single(recorder.Files);
        Assert.Contains(rig.Server.LaterEvents, e => e.Event.Kind == CustodyEventKind.ClearingRefused && e.Event.Detail.Contains("changed"));
    }

    [Fact]
    public async Task A_receipt_that_was_edited_in_the_journal_clears_nothing()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("a.mp4", Samples.Mp4(1000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        rig.Bays.Pull("bay1");
        await DockRig.UntilAsync(() => File.ReadAllText(rig.Journals.Single()).Contains("finished"), () => "not finished");
        await rig.StopAsync();

        var journal = rig.Journals.Single();
        var text = await File.ReadAllTextAsync(journal);
        var at = text.IndexOf("\"sig\":\"", StringComparison.Ordinal) + 20;
        await File.WriteAllTextAsync(journal, text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..]);

        rig.Options = rig.Options with { Clearing = true };
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Single(recorder.Files);
    }
}
