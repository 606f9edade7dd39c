using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Commands;

/// <summary>What a probe of the vault tried, for people.</summary>
internal static class ProbeTable
{
    public static void Write(IReadOnlyList<(VaultUser User, VaultProbeReport Report)> reports)
    {
        var table = new ListTable("密钥 / key", "尝试 / tried", "存储的回答 / the store's answer", "结论 / result");
        foreach (var (user, attempt) in reports.SelectMany(r => r.Report.Attempts.Select(a => (r.User, a))))
            table.Add(Words(user), $"{VaultProbeWords.InChinese(attempt.Tried)} / {attempt.Tried}", attempt.Answer, Words(attempt));
        table.Write();
        foreach (var (user, report) in reports)
            Console.Out.WriteLine($"{Words(user)}: {Words(report)}");
    }

    private static string Words(VaultUser user) => user switch
    {
        VaultUser.Disposal => "处置 / disposal",
        _ => "服务端 / server",
    };

    private static string Words(VaultProbeAttempt attempt) => (attempt.AsRequired, attempt.Level) switch
    {
        (true, _) => "符合 / as required",
        (false, VaultProbeLevel.Right) => "权限不当 / wrong rights",
        _ => "不符 / BROKEN",
    };

    private static string Words(VaultProbeReport report) => (report.Holds, report.Weaknesses.Count) switch
    {
        (false, _) => "存储的锁定不可靠，服务不会封存任何资料 / the store's locks don't hold; nothing is sealed there",
        (true, 0) => "锁定可靠，该密钥既不能删除也不能解锁已锁定的资料 / the locks hold, and this key can neither delete nor unlock what is locked",
        (true, var count) => $"锁定可靠，但该密钥的权限有 {count} 处不当，请按 docs/vault.md 设置 / the locks hold, but {count} of this key's rights are wrong: see docs/vault.md",
    };
}
