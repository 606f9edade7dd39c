using System.Security.Cryptography;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Transparency;

namespace EvidenceIngest.Commands;

/// <summary>What <c>verify FOLDER</c> says of an evidence package.</summary>
internal static class PackageVerification
{
    private const int Broken = 1;
    private const int NoPackage = 2;

    /// <param name="package">Opens it; an archive's password may be wrong.</param>
    /// <param name="keyFile">The agency's public key.</param>
    /// <param name="output">For people.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<int> RunAsync(Func<IPackageFolder> package, FileInfo? keyFile, TextWriter output, CancellationToken ct)
    {
        try
        {
            var opened = package();
            using var closing = opened as IDisposable;
            using var published = keyFile is null ? null : new VerificationKey(await File.ReadAllTextAsync(keyFile.FullName, ct));
            var verdict = await PackageVerifier.VerifyAsync(opened, published, TimestampToken.Check, ct);
            foreach (var held in verdict.Checked)
                await output.WriteLineAsync("✓ " + held);
            if (verdict.Failure is { } failure)
                await output.WriteLineAsync("✗ " + failure);
            await output.WriteLineAsync(verdict.Outcome switch
            {
                PackageOutcome.Proven => "数据包完整，未被改动 / the package is whole and unchanged",
                PackageOutcome.Broken => "数据包不完整或已被改动，不能作为证据使用 / the package is not whole or was changed",
                _ => "这不是数据包 / this is no evidence package",
            });
            if (published is null && verdict.Outcome == PackageOutcome.Proven)
                await output.WriteLineAsync("注意：公钥取自数据包本身，请用 --key 指定单位公布的公钥再核验一次。 The key came from the package itself: verify again with --key and the published one.");
            return verdict.Outcome switch { PackageOutcome.Proven => 0, PackageOutcome.Broken => Broken, _ => NoPackage };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or InvalidDataException)
        {
            await output.WriteLineAsync($"无法核验 / can't be verified: {e.Message}");
            return Broken;
        }
    }
}
