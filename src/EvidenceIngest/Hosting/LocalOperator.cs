using System.Security.Cryptography;
using EvidenceIngest.Server.Access;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Hosting;

/// <summary>The token with which this machine's commands talk to the service: a file that only its owner can read.</summary>
internal static class LocalOperator
{
    /// <summary>Makes the token when there is none, and registers its hash: a restored database knows it again.</summary>
    public static async Task<LocalAccess> EnsureAsync(EvidenceHome home, IServiceProvider server, CancellationToken ct)
    {
        if (!File.Exists(home.OperatorTokenFile))
            EvidenceHome.WriteSecret(home.OperatorTokenFile, RandomNumberGenerator.GetHexString(64, lowercase: true));
        var access = server.GetRequiredService<LocalAccess>();
        await access.EnsureOperatorTokenAsync("local", home.ReadSecret(home.OperatorTokenFile, "operator token"), ct);
        return access;
    }
}
