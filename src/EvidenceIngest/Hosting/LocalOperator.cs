using System.Security.Cryptography;
using EvidenceIngest.Server.Access;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Hosting;

/// <summary>Lets the machine's owner in, with a token in a file that only they can read, and the first person, with a password of once.</summary>
internal static class LocalOperator
{
    private const string Name = "local";

    /// <summary>Makes the token when there is none, and registers its hash: a restored database knows it again.</summary>
    public static async Task<LocalAccess> EnsureAsync(EvidenceHome home, IServiceProvider server, Uri pages, CancellationToken ct)
    {
        if (!File.Exists(home.OperatorTokenFile))
            EvidenceHome.WriteSecret(home.OperatorTokenFile, RandomNumberGenerator.GetHexString(64, lowercase: true));
        var access = server.GetRequiredService<LocalAccess>();
        await access.EnsureOperatorTokenAsync(Name, home.ReadSecret(home.OperatorTokenFile, "operator token"), ct);
        if (await access.EnsureFirstAccountAsync(Name, ct) is { } password)
        {
            // Not on standard output, which may be read by programs or kept in logs.
            await Console.Error.WriteLineAsync(
                $"首次启动：已建立安全管理员账号 admin，一次性密码 {password}，只显示这一次，7日内有效。请用浏览器打开 {pages} 登录并修改；遗失时用 ./scripts/evidence-ingest people reset admin 重置"
                + $" / first start: account admin (security administrator), one-time password {password}, shown this once, good for 7 days: log in at {pages}");
        }

        return access;
    }
}
