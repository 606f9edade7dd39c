using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;

namespace EvidenceIngest.Dock.Tests.Workflow;

public sealed class SilentRecorderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task A_recorder_that_hangs_while_it_is_identified_is_named_and_goes_on_when_it_answers()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { PatienceWithRecorders = Patience };
        var answers = new TaskCompletionSource();
        rig.Bays.Unlocking = async attachment =>
        {
            await answers.Task;
            return attachment;
        };
        rig.Bays.Plug("bay1", Samples.Recorder());
        await rig.StartAsync();

        await rig.BayAsync(b => b is { State: BayState.Unlocking, Reason: Advice.RecorderSilent });
        answers.SetResult();
        var done = await rig.BayAsync(BayState.SafeToRemove);
        Assert.NotEqual(Advice.RecorderSilent, done.Reason);
    }

    [Fact]
    public async Task A_copy_that_hangs_is_named_and_one_that_waits_its_turn_is_not()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { PatienceWithRecorders = Patience, MaxConcurrentCopies = 1 };
        using var answers = new ManualResetEventSlim();
        var hanging = new ScriptedRecorder("recorder-1");
        hanging.Add("a.mp4", Samples.Mp4(3_000_000)).OnRead = position =>
        {
            if (position > 0)
                answers.Wait(DockRig.Patience);
        };
        rig.Bays.Plug("bay1", hanging);
        await rig.StartAsync();
        await rig.BayAsync(b => b is { State: BayState.Offloading, Reason: Advice.RecorderSilent });

        var waiting = new ScriptedRecorder("recorder-2");
        waiting.Add("b.mp4", Samples.Mp4(3_000_000));
        rig.Bays.Plug("bay2", waiting);
        await rig.BayAsync(BayState.Offloading, "bay2");
        await Task.Delay(2 * Patience);
        Assert.Equal(Advice.Offloading, (await rig.BayAsync(BayState.Offloading, "bay2")).Reason);

        answers.Set();
        await rig.BayAsync(BayState.SafeToRemove);
        await rig.BayAsync(BayState.SafeToRemove, "bay2");
    }
}
