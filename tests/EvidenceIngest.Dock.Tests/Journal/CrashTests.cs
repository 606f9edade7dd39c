using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;

namespace EvidenceIngest.Dock.Tests.Journal;

/// <summary>
/// Kills at every step: the world is frozen inside the step, the staging folder is copied as the disk has it, the dock is
/// thrown away and another one starts on the copy.
/// </summary>
public sealed class CrashTests
{
    [Fact]
    public async Task A_dock_killed_at_any_step_ends_right_after_its_restart()
    {
        var step = 1;
        for (var crashed = true; crashed; step++)
            crashed = await CrashAtAsync(step);
        TestContext.Current.SendDiagnosticMessage($"{step - 2} crash points");
        Assert.True(step > 20, $"only {step} steps");
    }

    /// <summary>False when everything was over before this step.</summary>
    private static async Task<bool> CrashAtAsync(int step)
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true, ParallelFilesPerBay = 1 };
        var recorder = Recorder();
        var contents = recorder.Files.ToDictionary(f => f.Key, f => f.Value.Content);
        using var crash = new CrashPoint(step);
        rig.Bays.OnStep = _ => crash.Step();
        rig.Server.OnRequest = _ => crash.StepAsync();
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        var idle = DoneAsync(rig);
        if (await Task.WhenAny(idle, crash.Reached) == idle)
        {
            await idle;
            AssertRight(rig, recorder, contents);
            return false;
        }

        var copy = Path.Combine(rig.Root, "after-crash");
        Tampering.CopyFolder(rig.Options.StagingFolder, copy);
        foreach (var journal in Directory.GetFiles(copy, "journal.jsonl", SearchOption.AllDirectories))
            await File.AppendAllTextAsync(journal, "{\"fact\":\"staged\",\"at\":\"2026-11");
        crash.Die();
        await rig.StopAsync();
        await idle.ContinueWith(_ => { }, TaskScheduler.Default);

        rig.Bays.OnStep = null;
        rig.Server.OnRequest = null;
        rig.Options = rig.Options with { StagingFolder = copy };
        rig.Warnings.Clear();
        await rig.StartAsync();
        await DoneAsync(rig);
        Assert.Empty(rig.Status.Idle().Problems);
        AssertRight(rig, recorder, contents);
        return true;
    }

    private static async Task DoneAsync(DockRig rig)
    {
        await rig.BayAsync(BayState.SafeToRemove);
        await rig.IdleAsync();
    }

    private static ScriptedRecorder Recorder()
    {
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("a1.mp4", Samples.Mp4(9_000_000, seed: 1));
        recorder.Add("a2.mp4", Samples.Mp4(1_200_000, seed: 2));
        recorder.Chapters.Add(["a1.mp4", "a2.mp4"]);
        return recorder;
    }

    private static void AssertRight(DockRig rig, ScriptedRecorder recorder, Dictionary<string, byte[]> contents)
    {
        Assert.Equal(contents.Keys.Order(), rig.Server.Sealed.Select(f => f.Path).Order());
        Assert.All(rig.Server.Sealed, f => Assert.Equal(contents[f.Path], f.Content));
        Assert.Empty(recorder.Files);
        Assert.Equal(contents.Keys.Order(), recorder.Cleared.Order());
        Assert.Contains(rig.Server.LaterEvents, e => e.Event.Kind == Domain.Custody.CustodyEventKind.Cleared);
        Assert.Empty(rig.StagedFiles());
    }

    private sealed class CrashPoint(int at) : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _steps;

        public Task Reached => _reached.Task;

        public void Die() => _died.TrySetResult();

        public void Step() => StepAsync().Wait();

        public async Task StepAsync()
        {
            // From the fatal step on nothing answers any more.
            if (Interlocked.Increment(ref _steps) < at)
                return;
            _reached.TrySetResult();
            await _died.Task;
            throw new IOException("the dock is dead");
        }

        public void Dispose() => Die();
    }
}
