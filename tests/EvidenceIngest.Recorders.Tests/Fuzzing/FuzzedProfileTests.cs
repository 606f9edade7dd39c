using System.Text;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Fuzzing;

public sealed class FuzzedProfileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Mutations _mutations = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("profiles.").FullName;

    [Fact]
    public async Task Broken_profiles_are_named_by_file_line_and_field_or_read_whole()
    {
        var shipped = Directory.GetFiles(ProfileCatalogue.ShippedFolder, "*.yaml").Select(File.ReadAllText).ToArray();
        for (var round = 0; round < 1500; round++)
            await CheckAsync(_mutations.Of(shipped[round % shipped.Length]));
    }

    [Fact]
    public async Task Texts_that_blow_up_parsers_are_refused_in_time()
    {
        // Ten levels of ten references each: ten thousand million nodes for whoever follows them.
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 10; level++)
            laughs.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        await CheckAsync(laughs.ToString(), mustFail: true);
        await CheckAsync(laughs + "names: *a9\nmatch: *a9\n", mustFail: true);
        await CheckAsync(new string('[', 200_000), mustFail: true);
        await CheckAsync(new string('-', 1) + string.Concat(Enumerable.Repeat(" -", 100_000)), mustFail: true);
        await CheckAsync("title: " + new string('x', 8_000_000), mustFail: true);
        await CheckAsync("title: &t [*t]", mustFail: true);
        await CheckAsync("names:\n  - pattern: '" + string.Concat(Enumerable.Repeat("(a|", 50_000)) + "'", mustFail: true);
        await CheckAsync("names:\n  - pattern: '" + new string('(', 50_000) + "'", mustFail: true);
        await CheckAsync("names:\n  - pattern: '(x{1000}){1000}'", mustFail: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task CheckAsync(string text, bool mustFail = false)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "fuzzed.yaml"), text);
        // On a thread of its own, whose stack is as small as any of the dock's.
        var (profiles, problems, allocated) = await Task.Factory.StartNew(
            () =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var (read, found) = ProfileCatalogue.Check([_folder]);
                return (read, found, GC.GetAllocatedBytesForCurrentThread() - before);
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Patience);
        Assert.True(allocated < Mutations.MostBytes, $"{allocated >> 20} MiB for {text[..Math.Min(200, text.Length)]}");
        Assert.Equal(problems.Count == 0, profiles.Count == 1);
        Assert.False(mustFail && problems.Count == 0, text[..Math.Min(200, text.Length)]);
        Assert.All(problems, p =>
        {
            Assert.Contains("fuzzed.yaml", p.File, StringComparison.Ordinal);
            Assert.True(p.Line >= 1);
            Assert.NotEmpty(p.ToString());
        });
    }
}
