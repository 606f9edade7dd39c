using System.Diagnostics;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Dock.Tests.Offload;

public sealed class SpaceTests
{
    [Fact]
    public async Task A_file_that_would_not_fit_waits_says_so_and_goes_on_by_itself()
    {
        await using var rig = await DockRig.CreateAsync();
        var free = 4_000_000L;
        rig.Configure = s => s.AddSingleton(new StagingSpace(() => Volatile.Read(ref free), 1_000_000, TimeProvider.System));
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("small.mp4", Samples.Mp4(1_500_000));
        recorder.Add("large.mp4", Samples.Mp4(9_000_000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();

        var waiting = await rig.BayAsync(b => b.LacksSpace && b.FilesDone == 1);
        Assert.Contains("空间不足", waiting.Reason);
        Assert.DoesNotContain(rig.StagedFiles(), f => new FileInfo(f).Length > 1_600_000);
        Assert.Contains(rig.Status.Idle().Problems, p => p.Subject == "bay1");
        Assert.False(rig.Status.Idle().Idle);

        Volatile.Write(ref free, 20_000_000);
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Equal(2, rig.Server.Sealed.Count);
    }

    [Fact]
    public async Task A_disk_that_fills_up_while_copying_loses_nothing()
    {
        var root = Directory.CreateTempSubdirectory("dock-full-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", root), "only root can mount a small disk");
        try
        {
            await using var rig = await DockRig.CreateAsync(Directory.CreateDirectory(Path.Combine(root, "dock")).FullName);
            // Believes in endless space, as when somebody else fills the disk after the look.
            rig.Configure = s => s.AddSingleton(new StagingSpace(() => long.MaxValue / 2, 0, TimeProvider.System));
            var recorder = new ScriptedRecorder("rec");
            var file = recorder.Add("large.mp4", Samples.Mp4(20_000_000));
            rig.Bays.Plug("bay1", recorder);
            await rig.StartAsync();

            await rig.BayAsync(b => b.LacksSpace);
            Assert.True(Run("mount", "-o", "remount,size=64m", root));
            await rig.BayAsync(BayState.SafeToRemove);
            Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        }
        finally
        {
            Run("umount", "-l", root);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
