using EvidenceIngest.EndToEnd.Tests.Installations;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>The disk that a package is written to is full: before, and in the middle, by somebody else's file.</summary>
public sealed class FullDiskExportTests
{
    private const int RecordedBytes = 60_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    // Stops the export ($2) once a mebibyte of the recording is below $1, takes all space that is left ($3), and lets it go on.
    private const string FillInBetween =
        """
        until [ "$(find "$1" -name '*.part' -size +1M 2>/dev/null)" ]; do kill -0 "$2" || exit 1; done
        kill -STOP "$2"
        head -c 200M /dev/zero >"$3" 2>/dev/null
        kill -CONT "$2"
        """;

    [Fact]
    public async Task What_arrived_is_kept_and_the_same_command_goes_on_when_there_is_room()
    {
        await using var installation = await Installation.CreateAsync("full-disk-export");
        installation.Settings["EVIDENCE_Dock__Usb"] = "false";
        var card = new Card(Path.Combine(installation.Home, "cards", "F100009"), "F100009", 9);
        card.RecordSound(RecordedBytes);
        var disk = Directory.CreateDirectory(Path.Combine(installation.Home, "disk")).FullName;
        Assert.SkipUnless(await MountAsync("-t", "tmpfs", "-o", "size=20m", "tmpfs", disk), "only root can mount a small disk");
        try
        {
            await using var run = installation.Start("run", "--bay", "folder:" + card.Folder);
            var item = await SealedAsync(installation, run);
            var password = Path.Combine(installation.Home, "password");
            await File.WriteAllTextAsync(password, "correct horse battery\n");
            var (folder, archive) = (Path.Combine(disk, "package"), Path.Combine(disk, "package.tar.enc"));

            await ExportAsync(installation, disk, item, folder);
            Directory.Delete(folder, recursive: true);
            Assert.True(await MountAsync("-o", "remount,size=20m", disk));
            await ExportAsync(installation, disk, item, archive, "--encrypt", password);
            Assert.Equal([archive], Directory.GetFiles(disk));
            await run.KillAsync();
        }
        finally
        {
            await ToolAsync("umount", "-l", disk);
        }
    }

    private static async Task ExportAsync(Installation installation, string disk, string item, string target, params string[] options)
    {
        string[] again = ["export", "--out", target, .. options];
        var small = await installation.RunAsync(Limit, [.. again, "--item", item, "--why", "给检察院"]);
        Assert.True(small.ExitCode == 1 && small.Error.Contains("可用空间不足", StringComparison.Ordinal), small.Output + small.Error);
        Assert.True(Directory.EnumerateFiles(disk, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) < 1000, "something was fetched that can't fit");
        Assert.True(await MountAsync("-o", "remount,size=120m", disk));

        var filler = Path.Combine(disk, "somebody-else's");
        await using (var export = installation.Start(again))
        await using (var filling = installation.Start("bash", ["-c", FillInBetween, "bash", disk, export.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), filler]))
        {
            Assert.True(await filling.WaitAsync(Limit) == 0, "the export ended before its disk was full: " + export.Output + export.Error);
            Assert.Equal(1, await export.WaitAsync(Limit));
            Assert.True(export.Error.Contains("无法写入", StringComparison.Ordinal) && export.Error.Contains("续传", StringComparison.Ordinal), export.Output + export.Error);
        }

        File.Delete(filler);
        var kept = await installation.RunAsync(Limit, again);
        Assert.True(kept.ExitCode == 0 && kept.Output.Contains("数据包完整", StringComparison.Ordinal), kept.Output + kept.Error);
    }

    private static async Task<string> SealedAsync(Installation installation, ChildProcess run)
    {
        for (var waited = 0; waited < 240; waited++)
        {
            if ((await installation.ItemsAsync())?.FirstOrDefault(i => i.State == "sealed") is { } item)
                return item.Item;
            await Task.Delay(500);
        }

        throw new TimeoutException(run.Output + run.Error);
    }

    private static Task<bool> MountAsync(params string[] arguments) => ToolAsync("mount", arguments);

    private static async Task<bool> ToolAsync(string tool, params string[] arguments) =>
        (await ChildProcess.RunAsync(tool, arguments, new Dictionary<string, string>(), Limit)).ExitCode == 0;
}
