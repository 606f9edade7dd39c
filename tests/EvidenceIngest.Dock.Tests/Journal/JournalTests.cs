using System.Text;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Dock.Tests.Support;

namespace EvidenceIngest.Dock.Tests.Journal;

public sealed class JournalTests
{
    [Fact]
    public async Task A_journal_torn_at_any_byte_gives_the_facts_before_the_tear()
    {
        await using var rig = await DockRig.CreateAsync();
        var journal = await FinishedJournalAsync(rig);
        await rig.StopAsync(); // finishing rewrites the journal once more
        var bytes = await File.ReadAllBytesAsync(journal);
        var whole = JournalReplay.Read(journal).Facts;
        Assert.True(whole.Count > 10);
        for (var length = 0; length <= bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(journal, bytes[..length]);
            var replay = JournalReplay.Read(journal);
            var lines = bytes.AsSpan(0, length).Count((byte)'\n');
            Assert.Equal(lines, replay.Facts.Count);
            Assert.Equal(bytes.AsSpan(0, length).LastIndexOf((byte)'\n') + 1, replay.ValidBytes);
            var ledger = new OffloadLedger();
            foreach (var fact in replay.Facts)
                ledger.Apply(fact);
        }
    }

    [Fact]
    public async Task A_restart_on_a_journal_cut_anywhere_in_its_last_lines_ends_right()
    {
        await using var source = await DockRig.CreateAsync();
        source.Server.Down = true;
        var recorder = Samples.Recorder();
        var contents = recorder.Files.ToDictionary(f => f.Key, f => f.Value.Content);
        source.Bays.Plug("bay1", recorder);
        await source.StartAsync();
        await source.BayAsync(BayState.Delivering);
        await source.StopAsync();
        var journal = source.Journals.Single();
        var id = Path.GetFileName(Path.GetDirectoryName(journal))!;
        var bytes = await File.ReadAllBytesAsync(journal);
        var ends = Enumerable.Range(0, bytes.Length).Where(i => bytes[i] == '\n').Select(i => i + 1).ToList();
        // Each line's end, a torn line right behind it, and one torn in the middle.
        var cuts = ends.SelectMany(end => new[] { end, end + 1, end - 9 }).Where(c => c <= bytes.Length).Prepend(0).Distinct().ToList();
        foreach (var cut in cuts)
        {
            await using var rig = await DockRig.CreateAsync();
            Tampering.CopyFolder(source.Options.StagingFolder, rig.Options.StagingFolder);
            var copy = Path.Combine(rig.Options.StagingFolder, id, "journal.jsonl");
            await File.WriteAllBytesAsync(copy, bytes[..cut]);
            if (cut < ends[0])
                // Without its first line the folder is not ours to judge; it is set aside and everything copied anew.
                Assert.NotEmpty(rig.StagedFiles());
            rig.Bays.Plug("bay1", recorder);
            await rig.StartAsync();
            await rig.BayAsync(BayState.SafeToRemove);
            Assert.Equal(contents.Keys.Order(), rig.Server.Sealed.Select(f => f.Path).Order());
            Assert.All(rig.Server.Sealed, f => Assert.Equal(contents[f.Path], f.Content));
        }

        TestContext.Current.SendDiagnosticMessage($"{cuts.Count} cuts");
    }

    [Fact]
    public async Task An_offload_with_a_broken_line_in_the_middle_is_set_aside_and_the_others_go_on()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Server.Down = true;
        rig.Bays.Plug("bay1", Samples.Recorder());
        await rig.StartAsync();
        await rig.BayAsync(BayState.Delivering);
        rig.Bays.Pull("bay1");
        await rig.BayAsync(BayState.Empty);
        await rig.StopAsync();
        var journal = rig.Journals.Single();
        var text = await File.ReadAllTextAsync(journal);
        var at = text.IndexOf('\n', StringComparison.Ordinal) + 30;
        await File.WriteAllTextAsync(journal, text[..at] + "\u0001\u0002" + text[(at + 2)..]);
        var staged = rig.StagedFiles();

        rig.Server.Down = false;
        var other = new ScriptedRecorder("other");
        other.Add("b.mp4", Samples.Mp4(1000));
        rig.Bays.Plug("bay2", other);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove, "bay2");

        Assert.Contains(rig.Status.Idle().Problems, p => p.Reason.StartsWith("set aside: line 2 can't be read", StringComparison.Ordinal));
        Assert.All(staged, f => Assert.True(File.Exists(f)));
        Assert.Contains(rig.Warnings, w => w.Contains("set aside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Facts_appended_together_share_an_fsync_and_arrive_in_order()
    {
        var folder = Directory.CreateTempSubdirectory("journal-").FullName;
        var path = Path.Combine(folder, "journal.jsonl");
        var seen = new List<JournalFact>();
        await using (var journal = new JournalFile(path, 0, seen.Add))
        {
            var waits = Enumerable.Range(0, 500).Select(i => journal.AppendAsync(new Released(DateTimeOffset.UnixEpoch.AddSeconds(i), "bay"))).ToList();
            await Task.WhenAll(waits);
        }

        Assert.Equal(500, seen.Count);
        Assert.Equal(seen.OrderBy(f => f.At), seen);
        Assert.Equal(500, (await File.ReadAllLinesAsync(path, Encoding.UTF8)).Length);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Two_docks_cannot_share_a_staging_folder()
    {
        await using var rig = await DockRig.CreateAsync();
        await rig.StartAsync();
        await using var second = await DockRig.CreateAsync();
        second.Options = second.Options with { StagingFolder = rig.Options.StagingFolder };
        await Assert.ThrowsAsync<StagingInUseException>(second.StartAsync);
    }

    [Fact]
    public async Task A_finished_journal_loses_its_marks_and_is_pruned_when_it_is_old()
    {
        await using var rig = await DockRig.CreateAsync();
        var journal = await FinishedJournalAsync(rig);
        await rig.StopAsync();
        Assert.DoesNotContain("\"fact\":\"mark\"", await File.ReadAllTextAsync(journal));

        rig.Options = rig.Options with { JournalRetention = TimeSpan.Zero };
        await rig.StartAsync();
        Assert.False(File.Exists(journal));
    }

    private static async Task<string> FinishedJournalAsync(DockRig rig)
    {
        var recorder = Samples.Recorder();
        recorder.Add("long.mp4", Samples.Mp4(9 << 20));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        rig.Bays.Pull("bay1");
        await DockRig.UntilAsync(() => File.ReadAllText(rig.Journals.Single()).Contains("finished", StringComparison.Ordinal), () => "not finished");
        return rig.Journals.Single();
    }
}
