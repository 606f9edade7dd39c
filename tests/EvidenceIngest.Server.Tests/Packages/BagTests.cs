using System.Text;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>
/// The bag by the rules of RFC 8493, checked with rfc8493.py beside this file and with sha256sum, never with our own reader. That
/// the script finds what breaks the rules is tried here too; it is no judge otherwise.
/// </summary>
public sealed class BagTests(PrivateCluster cluster) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evidence-bag-");
    private PackageRig _rig = null!;
    private int _bags;

    [Fact]
    public async Task The_bag_is_valid_by_its_specification_and_with_sha256sum()
    {
        var (exitCode, told) = await JudgeAsync(_ => { });
        Assert.True(exitCode == 0, told);
        Assert.Contains(PackageLayout.Manifest, told, StringComparison.Ordinal);

        var bag = Path.Combine(_folder.FullName, "plain");
        await _rig.Package.WriteToAsync(bag);
        var sums = await ChildProcess.RunAsync(
            "bash", ["-c", $"cd '{bag}' && sha256sum --check --strict --quiet {PackageLayout.Manifest} {PackageLayout.TagManifest}"],
            new Dictionary<string, string>(), TimeSpan.FromMinutes(1));
        Assert.True(sums.ExitCode == 0, sums.Output + sums.Error);
    }

    [Fact]
    public async Task What_breaks_the_rules_is_found_by_them()
    {
        var master = PackageLayout.Master(_rig.Items[0], 1, ".mp4");
        await BrokenAsync($"{PackageLayout.Manifest}: {master} differs", files => files[master] = [1]);
        await BrokenAsync($"{PackageLayout.Manifest}: {master} is missing", files => files.Remove(master));
        await BrokenAsync("data/more is not listed", files => files["data/more"] = [1]);
        await BrokenAsync("is not listed", files => Edit(files, PackageLayout.Manifest, text => text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]));
        await BrokenAsync("stands twice", files => Edit(files, PackageLayout.Manifest, text => text + text));
        await BrokenAsync("leads outside", files => Edit(files, PackageLayout.Manifest, text => text + new string('0', 64) + "  data/../../x\n"));
        await BrokenAsync("Payload-Oxum", files => Edit(files, PackageLayout.Info, text => text.Replace("Oxum: ", "Oxum: 1", StringComparison.Ordinal)));
        await BrokenAsync("bagit.txt: version", files => Edit(files, PackageLayout.Declaration, text => text.Replace("1.0", "9.7", StringComparison.Ordinal)));
        await BrokenAsync("there is no payload manifest", files =>
        {
            files.Remove(PackageLayout.Manifest);
            files.Remove(PackageLayout.Sm3Manifest);
        });
    }

    public async ValueTask InitializeAsync() => _rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false));

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static void Edit(Dictionary<string, byte[]> files, string path, Func<string, string> change) =>
        files[path] = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(files[path])));

    private async Task BrokenAsync(string why, Action<Dictionary<string, byte[]>> change)
    {
        var (exitCode, told) = await JudgeAsync(change);
        Assert.Equal(1, exitCode);
        Assert.Contains(why, told, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Told)> JudgeAsync(Action<Dictionary<string, byte[]>> change)
    {
        var bag = Path.Combine(_folder.FullName, $"bag-{++_bags}");
        var changed = new MemoryPackage(new Dictionary<string, byte[]>(_rig.Package.Files));
        change(changed.Files);
        await changed.WriteToAsync(bag);
        var script = Path.Combine(Installation.Checkout, "tests/EvidenceIngest.Server.Tests/Packages/rfc8493.py");
        var (exitCode, output, error) = await ChildProcess.RunAsync("python3", [script, bag], new Dictionary<string, string>(), TimeSpan.FromMinutes(1));
        return (exitCode, output + error);
    }
}
