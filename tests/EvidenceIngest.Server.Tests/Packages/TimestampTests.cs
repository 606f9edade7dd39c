using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Tests.Transparency;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>The time stamp that a package carries, by OpenSSL's authority, and what somebody with the server's key might do to it.</summary>
public sealed class TimestampTests(PrivateCluster cluster)
{
    [Fact]
    public async Task The_newest_time_stamp_is_in_the_package_and_proven_to_be_of_its_log()
    {
        await using var authority = await OpensslAuthority.StartAsync();
        await using var rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false, timestampAuthority: authority.Address));

        var verdict = await rig.VerifyAsync();

        Assert.Equal((PackageOutcome.Proven, null), (verdict.Outcome, verdict.Failure));
        var stamped = HeadOf(rig, PackageLayout.TimestampedHead);
        Assert.True(stamped.TreeSize < HeadOf(rig, PackageLayout.TreeHead).TreeSize, "the making of the package came after the stamp");
        Assert.Contains(verdict.Checked, held => held.Contains("CN=tsa", StringComparison.Ordinal) && held.Contains($"前{stamped.TreeSize}条", StringComparison.Ordinal));

        var scratch = Directory.CreateTempSubdirectory("evidence-by-hand-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(scratch.FullName, "published.pem"), rig.Key.Pem);
            var (exitCode, output, error) = await rig.ByHandAsync(scratch.FullName, "stamped", authority.Root);
            Assert.True(exitCode == 0, output + error);
            await using var another = await OpensslAuthority.StartAsync();
            Assert.NotEqual(0, (await rig.ByHandAsync(scratch.FullName, "stamped-by-whom", another.Root)).ExitCode);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_time_stamp_of_something_else_or_half_of_one_breaks_the_package()
    {
        await using var authority = await OpensslAuthority.StartAsync();
        await using var rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false, timestampAuthority: authority.Address));
        var (token, proof) = (rig.Package.Files[PackageLayout.Timestamp], EvidenceJson.FromBytes<ConsistencyProof>(rig.Package.Files[PackageLayout.TimestampConsistency]));

        await rig.AttackedAsync("is no time stamp of", files => files[PackageLayout.Timestamp] = [.. token, 0], withKey: true);
        await rig.AttackedAsync("is no time stamp of", files => files[PackageLayout.Timestamp] = token[..^5], withKey: true);
        await rig.AttackedAsync("is no time stamp of", files => files[PackageLayout.Timestamp] = Turned(token), withKey: true);
        await rig.AttackedAsync("is missing", files => files.Remove(PackageLayout.Timestamp), withKey: true);
        await rig.AttackedAsync("is missing", files => files.Remove(PackageLayout.TimestampedHead), withKey: true);
        await rig.AttackedAsync(
            "not proven to be a beginning",
            files => files[PackageLayout.TimestampConsistency] = EvidenceJson.ToBytes(proof with { Path = [.. proof.Path.Select(_ => new string('0', 64))] }), withKey: true);
        // The package's own head is consistent with itself, but nobody stamped it.
        await rig.AttackedAsync(
            "is no time stamp of",
            files =>
            {
                files[PackageLayout.TimestampedHead] = files[PackageLayout.TreeHead];
                files[PackageLayout.TimestampConsistency] = EvidenceJson.ToBytes(new ConsistencyProof(proof.NewSize, proof.NewSize, []));
            },
            withKey: true);
        await rig.AttackedAsync(
            "no tree head", files => files[PackageLayout.TimestampedHead] = files[PackageLayout.Receipt(rig.Items[0])], withKey: true);
    }

    private static byte[] Turned(byte[] token)
    {
        var turned = token.ToArray();
        turned[^20] ^= 1;
        return turned;
    }

    private static TreeHead HeadOf(PackageRig rig, string path) =>
        TreeHead.Verify(EvidenceJson.FromBytes<SignedEnvelope>(Encoding.UTF8.GetBytes(rig.Package.Text(path))), rig.Key);
}
