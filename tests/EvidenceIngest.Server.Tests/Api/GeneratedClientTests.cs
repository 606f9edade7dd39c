using System.Text.Json.Nodes;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Api;

/// <summary>
/// A client in TypeScript is generated from the document by a public generator, checked by the compiler and used: what the document
/// says of names, shapes and refusals is then what the server does.
/// </summary>
public sealed class GeneratedClientTests(PrivateCluster cluster)
{
    private static readonly string Sources = Path.Combine(Installation.Checkout, "tests/generated-client");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_generated_client_pushes_a_case_links_an_item_and_fetches_it()
    {
        var modules = Path.Combine(Sources, "node_modules");
        Assert.True(Directory.Exists(modules), "run scripts/setup --tests, which installs the generator into tests/generated-client");
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var status = await (await server.EnrolDockAsync()).DeliverAsync(TestDock.Record("dev-J800000"));
        foreach (var stage in new[] { Stage.Seal, Stage.Inspect, Stage.Render })
            Assert.True(await server.RunAsync(status.ItemId, stage));
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        var folder = Directory.CreateTempSubdirectory("evidence-client-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), modules);
            foreach (var file in new[] { "client.ts", "tsconfig.json", "package.json" })
                File.Copy(Path.Combine(Sources, file), Path.Combine(folder, file));
            await File.WriteAllTextAsync(Path.Combine(folder, "openapi.json"), await server.Anonymous.GetStringAsync(ApiConventions.OpenApi));

            await RunAsync(folder, [], "node_modules/openapi-typescript/bin/cli.js", "openapi.json", "-o", "evidence.ts");
            await RunAsync(folder, [], "node_modules/typescript/bin/tsc", "-p", ".");
            var said = JsonNode.Parse(await RunAsync(
                folder,
                new()
                {
                    ["SERVER"] = server.Operator.BaseAddress!.ToString().TrimEnd('/'), ["TOKEN"] = custodian.DefaultRequestHeaders.Authorization!.Parameter!,
                    ["RECORDER"] = "dev-J800000", ["CASE"] = "鲁/2026 12号",
                },
                "client.js"))!;

            Assert.Equal("鲁/2026 12号", said["case"]!.GetValue<string>());
            Assert.Equal([status.ItemId], said["items"]!.AsArray().Select(i => i!.GetValue<string>()));
            Assert.Equal("sealed", said["state"]!.GetValue<string>());
            Assert.Equal(FakeMedia.Proxy.Length, said["bytes"]!.GetValue<int>());
            Assert.Contains("there is no item", said["refused"]!.GetValue<string>(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        // node looks for what it is told below where it runs.
        var (exitCode, output, error) = await ChildProcess.RunAsync("env", ["-C", folder, "node", .. arguments], environment, Limit);
        Assert.True(exitCode == 0, $"node {string.Join(' ', arguments)}:\n{output}\n{error}");
        return output;
    }
}
