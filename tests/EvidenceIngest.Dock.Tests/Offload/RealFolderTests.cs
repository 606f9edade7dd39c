using System.Diagnostics;
using System.Security.Cryptography;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Recorders;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EvidenceIngest.Dock.Tests.Offload;

/// <summary>With the real folder driver on a real disk.</summary>
public sealed class RealFolderTests
{
    private const int Mega = 1 << 20;

    [Fact]
    public async Task A_folder_is_offloaded_sealed_and_cleared_and_its_strangers_stay()
    {
        await using var rig = await DockRig.CreateAsync();
        var card = Card(rig);
        await File.WriteAllBytesAsync(Path.Combine(card, "DEV0001_12345620261120090000_0001.mp4"), Samples.Mp4(3 * Mega, seed: 1));
        await File.WriteAllBytesAsync(Path.Combine(card, "DEV0001_12345620261120100000_0002.mp4"), Samples.Mp4(Mega, seed: 2));
        await File.WriteAllTextAsync(Path.Combine(card, "notes.xyz"), "no footage");
        rig.Options = rig.Options with { Clearing = true };
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove, "folder:" + card);

        Assert.Equal(3, rig.Server.Sealed.Count);
        Assert.Equal(["notes.xyz"], Directory.GetFiles(card).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_folder_that_vanishes_mid_file_and_comes_back_is_finished()
    {
        await using var rig = await DockRig.CreateAsync();
        var card = Card(rig);
        var content = Samples.Mp4(48 * Mega);
        await File.WriteAllBytesAsync(Path.Combine(card, "DEV0001_12345620261120090000_0001.mp4"), content);
        rig.Options = rig.Options with { MaxBytesPerSecond = 24 * Mega };
        await rig.StartAsync();
        await rig.BayAsync(b => b.BytesDone > 20 * Mega, "folder:" + card);
        Directory.Move(card, card + "-away");
        await rig.BayAsync(b => b is { State: BayState.Empty, Reason: Advice.PulledWhileCopying }, "folder:" + card);

        Directory.Move(card + "-away", card);
        await rig.BayAsync(BayState.SafeToRemove, "folder:" + card);
        Assert.Equal(content, rig.Server.Sealed.Single().Content);
        Assert.Contains(rig.Server.Deliveries.Single().Manifest.Events, e => e.Kind == Domain.Custody.CustodyEventKind.Resumed);
        Assert.Empty(rig.Warnings);
    }

    [Fact]
    public async Task A_sparse_file_of_5_GiB_is_staged_whole()
    {
        const long bytes = 5L << 30;
        await using var rig = await DockRig.CreateAsync();
        var card = Card(rig);
        await using (var file = File.Create(Path.Combine(card, "DEV0001_12345620261120090000_0001.ts")))
            file.SetLength(bytes);
        rig.Server.Down = true;
        rig.Options = rig.Options with { Sm3 = false };
        var started = Stopwatch.GetTimestamp();
        await rig.StartAsync();
        while ((await rig.BayAsync(_ => true, "folder:" + card)).State != BayState.Delivering)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(5));
            await Task.Delay(100);
        }

        TestContext.Current.SendDiagnosticMessage($"5 GiB staged in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        await rig.StopAsync();
        var staged = (await File.ReadAllLinesAsync(rig.Journals.Single())).Single(l => l.StartsWith("{\"fact\":\"staged\"", StringComparison.Ordinal));
        Assert.Contains($"\"bytes\":{bytes},", staged);
        Assert.Contains(ZeroSha256(bytes), staged);
        Assert.Equal(bytes, new FileInfo(rig.StagedFiles().Single()).Length);
    }

    [Fact]
    public async Task Twenty_thousand_small_files_share_their_fsyncs()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        for (var i = 0; i < 20_000; i++)
            recorder.Add($"photo{i:00000}.jpg", [0xFF, 0xD8, 0xFF, (byte)i, (byte)(i >> 8), 0xFF, 0xD9]);
        rig.Server.Down = true;
        rig.Bays.Plug("bay1", recorder);
        var started = Stopwatch.GetTimestamp();
        await rig.StartAsync();
        while ((await rig.BayAsync(_ => true)).State != BayState.Delivering)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(5));
            await Task.Delay(100);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        TestContext.Current.SendDiagnosticMessage($"20,000 small files staged in {seconds:0.0} s, {20_000 / seconds:0} files/s");
        await rig.StopAsync();
        Assert.Equal(20_000, File.ReadLines(rig.Journals.Single()).Count(l => l.StartsWith("{\"fact\":\"staged\"", StringComparison.Ordinal)));
        Assert.Equal(20_000, rig.StagedFiles().Length);
    }

    private static string Card(DockRig rig)
    {
        var card = Directory.CreateDirectory(Path.Combine(rig.Root, "card")).FullName;
        rig.Configure = services =>
        {
            services.RemoveAll<Recorders.Discovery.IBayWatcher>().RemoveAll<IRecorderIdentification>();
            services.AddRecorders(new RecordersOptions { UsbEnabled = false, FolderBays = { card } });
        };
        return card;
    }

    private static string ZeroSha256(long bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var zeros = new byte[Mega];
        for (long done = 0; done < bytes; done += Mega)
            hash.AppendData(zeros);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
