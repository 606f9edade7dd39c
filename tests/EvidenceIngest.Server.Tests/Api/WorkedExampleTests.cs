using System.Text.RegularExpressions;
using EvidenceIngest.Domain;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Api;

/// <summary>The lines of <c>docs/api.md</c>, run as they stand there.</summary>
public sealed partial class WorkedExampleTests(PrivateCluster cluster)
{
    [Fact]
    public async Task The_lines_of_the_manual_lead_from_a_case_to_its_recording()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var status = await (await server.EnrolDockAsync()).DeliverAsync(TestDock.Record("dev-J800000"));
        foreach (var stage in new[] { Stage.Seal, Stage.Inspect, Stage.Render })
            Assert.True(await server.RunAsync(status.ItemId, stage));
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        var lines = Block().Matches(await File.ReadAllTextAsync(Path.Combine(Installation.Checkout, "docs/api.md"))).Single().Groups[1].Value;
        var folder = Directory.CreateTempSubdirectory("evidence-api-").FullName;
        var environment = new Dictionary<string, string>
        {
            ["SERVER"] = server.Operator.BaseAddress!.ToString().TrimEnd('/'), ["TOKEN"] = custodian.DefaultRequestHeaders.Authorization!.Parameter!, ["RECORDER"] = "dev-J800000", ["no_proxy"] = "*",
        };
        try
        {
            var (exitCode, output, error) = await ChildProcess.RunAsync("bash", ["-euo", "pipefail", "-c", $"cd {folder}\n{lines}"], environment, TimeSpan.FromSeconds(60));

            Assert.True(exitCode == 0, $"{output}\n{error}");
            Assert.Equal(FakeMedia.Proxy, await File.ReadAllBytesAsync(Path.Combine(folder, "proxy.mp4")));
            Assert.Equal([status.ItemId], EvidenceJson.FromBytes<CaseView>(await File.ReadAllBytesAsync(Path.Combine(folder, "linked.json"))).Items);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex("```sh\n(.+?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
