using System.Diagnostics;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Tests.Media;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Tests.MediaTools;

/// <summary>The limits themselves, with a shell in the place of ffmpeg.</summary>
public sealed class ToolRunnerTests : IDisposable
{
    private static readonly ToolLimits Plenty = new(TimeSpan.FromSeconds(60), 1 << 20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evidence-tools-");
    private readonly MediaToolOptions _options = new() { Threads = 1, MemoryBytes = 200L << 20 };

    private ToolRunner Tools => new(_options, TimeProvider.System, NullLogger<ToolRunner>.Instance);

    [Fact]
    public async Task Sees_none_of_our_environment_and_reads_nothing_from_us()
    {
        Environment.SetEnvironmentVariable("EVIDENCE_TEST_SECRET", "secret");
        var outcome = await ShellAsync("env; cat");
        Assert.True(outcome.Succeeded);
        Assert.DoesNotContain("secret", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("PATH=", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_no_network_where_the_kernel_allows_that()
    {
        var separated = (await ShellAsync("wc -l < /proc/net/dev")).Output.Trim();
        // Two lines of heading and the loopback, which is down.
        Assert.SkipUnless(separated == "3", "this kernel or container doesn't allow network namespaces");
        Assert.DoesNotContain("eth", (await ShellAsync("cat /proc/net/dev")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_without_end_ends_by_the_clock()
    {
        var clock = Stopwatch.StartNew();
        var outcome = await ShellAsync("while :; do :; done", new ToolLimits(TimeSpan.FromSeconds(4), 1 << 20));
        Assert.False(outcome.Succeeded);
        Assert.Matches("longer than 4 s|processor time", outcome.Why);
        Assert.InRange(clock.Elapsed.TotalSeconds, 3.9, 60);
    }

    [Theory]
    [InlineData("sleep 1000 & echo $!; wait")]
    [InlineData("sleep 1000 & echo $!; kill -STOP $$")]
    [InlineData("sleep 1000 & echo $!; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; kill -STOP $$")]
    public async Task What_does_nothing_any_more_is_ended_long_before_its_limit_leaves_no_process_and_is_no_damage(string script)
    {
        var clock = Stopwatch.StartNew();
        var told = Path.Combine(_folder.FullName, "told");
        await Assert.ThrowsAsync<MediaToolUnavailableException>(() => Impatient().RunAsync(Shell($"exec > {told}; echo $$; {script}", Plenty), Studio.Ct));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.9, 40);
        var processes = await File.ReadAllLinesAsync(told, Studio.Ct);
        Assert.Equal(2, processes.Length);
        foreach (var pid in processes)
            Assert.False(Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_works_now_and_then_is_not_taken_for_hung()
    {
        var outcome = await Impatient().RunAsync(Shell("n=0; while [ $n -lt 6 ]; do n=$((n+1)); i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 0.7; done; echo done", Plenty), Studio.Ct);
        Assert.Equal("done", outcome.Output.Trim());
    }

    [Fact]
    public async Task Cancelling_ends_it_at_once()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ShellAsync("sleep 1000", Plenty, soon.Token));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task Processor_time_is_limited_by_the_clock_and_the_threads()
    {
        var outcome = await Tools.RunAsync(Shell("ulimit -t", Plenty), Studio.Ct);
        Assert.Equal("61", outcome.Output.Trim());
    }

    [Fact]
    public async Task Writing_without_end_ends_at_the_file_limit()
    {
        var outcome = await ShellAsync("head -c 5000000 /dev/zero > big");
        Assert.False(outcome.Succeeded);
        Assert.True(new FileInfo(Path.Combine(_folder.FullName, "big")).Length <= 1 << 20);
    }

    [Fact]
    public async Task Taking_memory_without_end_fails_at_the_limit()
    {
        var outcome = await ShellAsync("head -c 1000000000 /dev/zero | tail -c 900000000 | wc -c");
        Assert.NotEqual("900000000", outcome.Output.Trim());
    }

    [Fact]
    public async Task Talking_without_end_is_cut_and_does_not_block()
    {
        var outcome = await ShellAsync("head -c 50000000 /dev/zero | tr '\\0' x; head -c 50000000 /dev/zero | tr '\\0' y >&2; echo end >&2");
        Assert.True(outcome.Succeeded);
        Assert.True(outcome.OutputCut);
        Assert.Equal(ToolRunner.MaxOutputBytes, outcome.Output.Length);
        Assert.InRange(outcome.Errors.Length, 1000, 64 << 10);
        Assert.EndsWith("yend\n", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kill -9 $$")]
    [InlineData("kill -15 $$")]
    [InlineData("exit 255")]
    [InlineData("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1")]
    public async Task What_the_machine_did_is_worth_a_retry(string script) =>
        await Assert.ThrowsAsync<MediaToolUnavailableException>(() => ShellAsync(script));

    [Fact]
    public async Task What_ends_in_order_after_half_of_its_time_has_used_it_up()
    {
        // Its own seconds, by its own clock: in hundredths.
        var outcome = await ShellAsync("while read _ _ _ _ _ _ _ _ _ _ _ _ _ used _ < /proc/$$/stat && [ $used -lt 500 ]; do :; done; exit 255", new ToolLimits(TimeSpan.FromSeconds(8), 1 << 20));
        Assert.Matches("longer than 8 s|processor time", outcome.Why);
    }

    [Fact]
    public async Task A_missing_tool_is_no_damage_of_the_recording() =>
        await Assert.ThrowsAsync<MediaToolUnavailableException>(
            () => Tools.RunAsync(new ToolCall("no-such-tool", [], _folder.FullName, Plenty), Studio.Ct));

    [Fact]
    public async Task The_version_is_name_and_number()
    {
        using var studio = new Studio();
        Assert.Matches(@"^ffmpeg \d+\.\S+$", await studio.Tools.VersionAsync(studio.Options.Ffmpeg, Studio.Ct));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static ToolRunner Impatient() =>
        new(new MediaToolOptions { Threads = 1, Niceness = 0, IdleTime = TimeSpan.FromSeconds(2) }, TimeProvider.System, NullLogger<ToolRunner>.Instance);

    private ToolCall Shell(string script, ToolLimits limits) => new("sh", ["-c", script], _folder.FullName, limits);

    private Task<ToolOutcome> ShellAsync(string script, ToolLimits? limits = null, CancellationToken? ct = null) =>
        Tools.RunAsync(Shell(script, limits ?? Plenty), ct ?? Studio.Ct);
}
