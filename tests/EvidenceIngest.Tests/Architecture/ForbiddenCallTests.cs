using System.Text.RegularExpressions;

namespace EvidenceIngest.Tests.Architecture;

/// <summary>
/// Calls that break a promise wherever they stray in. Each file that may make one is named with its reason; a file that no
/// longer needs its place in the list fails too, so the list stays true.
/// </summary>
public sealed partial class ForbiddenCallTests
{
    [Fact]
    public void Time_is_passed_in() => AssertOnly(Clock(), Nowhere);

    [Fact]
    public void Only_named_places_delete_files() => AssertOnly(Deletion(), AllowedDeletions);

    [Fact]
    public void Only_named_places_start_processes() => AssertOnly(ProcessStart(), AllowedProcesses);

    [Fact]
    public void Only_named_places_sleep_on_a_thread() => AssertOnly(Sleep(), AllowedSleeps);

    [Fact]
    public void The_rules_see_what_they_forbid()
    {
        Assert.Matches(Clock(), "var t = DateTime.UtcNow;");
        Assert.Matches(Clock(), "DateTimeOffset.Now");
        Assert.Matches(Deletion(), "Directory.Delete(path, true)");
        Assert.Matches(Deletion(), "file.Delete()");
        Assert.Matches(Deletion(), "Native.unlinkat(fd, name, 0)");
        Assert.Matches(ProcessStart(), "Process.Start(info)");
        Assert.Matches(ProcessStart(), "new Process { }");
        Assert.Matches(Sleep(), "Thread.Sleep(1)");
    }

    private static Dictionary<string, string> Nowhere { get; } = [];

    private static Dictionary<string, string> AllowedDeletions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["src/EvidenceIngest/Packages/EncryptedExport.cs"] = "the note that a package is not whole yet",
        ["src/EvidenceIngest/Packages/FolderExport.cs"] = "the note that a package is not whole yet",
        ["src/EvidenceIngest.Dock/Delivery/CredentialStore.cs"] = "the token's draft, once the credentials hold it",
        ["src/EvidenceIngest.Dock/Delivery/ReceiptIntake.cs"] = "staged bytes whose receipt was verified and journalled",
        ["src/EvidenceIngest.Dock/Journal/StagingFolder.cs"] = "folders of finished offloads after their time, and of such that never began",
        ["src/EvidenceIngest.Recorders/Cards/Libc.cs"] = "the declaration",
        ["src/EvidenceIngest.Recorders/Cards/PosixCardFileSystem.cs"] = "clearing, against a receipt",
        ["src/EvidenceIngest.Server/Events/Webhooks/WebhookSecrets.cs"] = "its own draft, when another server's key was first",
        ["src/EvidenceIngest.Server/Inspection/MediaInspector.cs"] = "the tool's folder of links",
        ["src/EvidenceIngest.Recorders/Drivers/MassStorage/VolumeMount.cs"] = "an empty mount point",
        ["src/EvidenceIngest.Server/MediaTools/ToolFolder.cs"] = "links to a master and ffprobe's scratch; the links' targets stay",
        ["src/EvidenceIngest.Server/Pipeline/WorkFolder.cs"] = "copies and renditions of one job; masters lie in the vault",
        ["src/EvidenceIngest.Server/Renditions/Streaming.cs"] = "fragments in the job's work folder, once the proxy holds them",
        ["src/EvidenceIngest.Server/Transcription/SpeechModels/ModelIntake.cs"] = "copies of models that were not taken in whole; makers' folders stay",
        ["src/EvidenceIngest.Server/Receipts/ReceiptKey.cs"] = "its own draft, when another server's key was first",
    };

    private static Dictionary<string, string> AllowedSleeps { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["src/EvidenceIngest.Recorders/Drivers/Mtp/MtpStream.cs"] = "the synchronous half of Stream; the dock reads asynchronously",
        ["src/EvidenceIngest.Recorders/Drivers/CardRecorder.cs"] = "inside a synchronous read: a pulled disk shows its absence shortly after the error",
        ["src/EvidenceIngest/Hosting/WindowsService.cs"] = "a Windows service lasts as long as the thread that it was given",
    };

    private static Dictionary<string, string> AllowedProcesses { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["src/EvidenceIngest.Recorders/Dialogues/Vendor/VendorHelper.cs"] = "the process that calls a maker's library, behind limits",
        ["src/EvidenceIngest.Recorders/Drivers/Mtp/MtpProcess.cs"] = "the worker that reads one MTP device, behind limits",
        ["src/EvidenceIngest.Server/MediaTools/ToolRunner.cs"] = "ffmpeg and ffprobe, behind limits",
    };

    private static void AssertOnly(Regex forbidden, Dictionary<string, string> allowed)
    {
        var found = SourceTree.CSharp("src").Where(file => forbidden.IsMatch(WithoutComments(SourceTree.Read(file)))).ToArray();
        Assert.True(found.Order().SequenceEqual(allowed.Keys.Order()),
            $"{forbidden} stands in:\n  {string.Join("\n  ", found.Except(allowed.Keys))}\nand is allowed but gone from:\n  {string.Join("\n  ", allowed.Keys.Except(found))}");
    }

    private static string WithoutComments(string source) => LineComment().Replace(source, "");

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bStopwatch\.(StartNew|GetTimestamp)\b|new Stopwatch\b")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\b(File|Directory)\.Delete\(|\.Delete\(\)|\b(?i:unlink(at)?|rmdir)\(|FileOptions\.DeleteOnClose")]
    private static partial Regex Deletion();

    [GeneratedRegex(@"\bProcess\.Start\(|new Process\b|new ProcessStartInfo\b")]
    private static partial Regex ProcessStart();

    [GeneratedRegex(@"\bThread\.Sleep\(|\.Wait\(\)|\.GetAwaiter\(\)\.GetResult\(\)")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex LineComment();
}
