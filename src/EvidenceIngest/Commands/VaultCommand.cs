using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Hosting;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Commands;

/// <summary><c>vault init|probe</c>: sets the object store up, and shows what it withstands. Neither needs a running server.</summary>
internal static class VaultCommand
{
    private const int AsRequired = 0;
    private const int NotAsRequired = 1;

    public static Command Create() => new("vault", "保管库 / the object store") { Init(), Probe() };

    private static Command Init()
    {
        var keys = new KeyOptions("admin-", "存储管理员 / the store's administrator");
        var second = Second();
        var serverUser = new Option<string?>("--server-user") { Description = "服务端用户的 ARN / the server's user" };
        var disposalUser = new Option<string?>("--disposal-user") { Description = "处置用户的 ARN / the user who deletes after expiry" };
        var print = new Option<bool>("--print") { Description = "只打印两个用户的策略（JSON），不连接存储 / only print both users' policies, for stores that attach policies to users" };
        var command = new Command("init", "建立存储桶并设置权限，可重复执行 / make the buckets and their policies; may be repeated")
        {
            keys.AccessKey, keys.SecretKey, serverUser, disposalUser, second, print,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var home = EvidenceHome.FromEnvironment();
            var settings = Settings.Load(home);
            var options = parsed.GetValue(second) ? settings.SecondVault() : settings.Vault();
            if (parsed.GetValue(print))
            {
                WritePolicies(options);
                return AsRequired;
            }

            var admin = keys.Read(parsed, home) ?? settings.VaultAdmin(parsed.GetValue(second));
            var principals = settings.VaultPrincipals(parsed.GetValue(serverUser), parsed.GetValue(disposalUser));
            return await AskAsync(async () =>
            {
                foreach (var step in (await VaultSetup.RunAsync(options, admin, principals, ct)).Steps)
                    await Console.Out.WriteLineAsync(Words(step));
                if (admin.AccessKey == options.AccessKey)
                    await Console.Error.WriteLineAsync(SameKey);
                return AsRequired;
            });
        }));
        return command;
    }

    private static Command Probe()
    {
        var keys = new KeyOptions("", "要检验的用户 / the user to try");
        var role = new Option<string>("--as") { Description = "该用户的角色：server 或 disposal / what that user is meant to be", DefaultValueFactory = _ => "server" };
        role.AcceptOnlyFromAmong("server", "disposal");
        var second = Second();
        var json = CommandLine.Json();
        var command = new Command(
            "probe", "用服务端和处置用户的密钥逐项尝试删除、解锁等，并显示存储的回答 / try with the server's and the disposal user's keys what must be refused")
        {
            keys.AccessKey, keys.SecretKey, role, second, json,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var home = EvidenceHome.FromEnvironment();
            var settings = Settings.Load(home);
            var options = parsed.GetValue(second) ? settings.SecondVault() : settings.Vault();
            List<(VaultUser User, VaultKeys? Keys)> users = keys.Read(parsed, home) is { } given
                ? [(parsed.GetValue(role) == "disposal" ? VaultUser.Disposal : VaultUser.Server, given)]
                : options.Disposal is { } disposal ? [(VaultUser.Server, null), (VaultUser.Disposal, disposal)] : [(VaultUser.Server, null)];
            return await AskAsync(async () =>
            {
                var reports = new List<(VaultUser User, VaultProbeReport Report)>();
                foreach (var (user, key) in users)
                    reports.Add((user, await VaultProbes.RunAsync(options, user, key, ct)));
                if (parsed.GetValue(json))
                    WriteJson(reports);
                else
                    ProbeTable.Write(reports);
                return reports.TrueForAll(r => r.Report.Holds && r.Report.Weaknesses.Count == 0) ? AsRequired : NotAsRequired;
            });
        }));
        return command;
    }

    private static Option<bool> Second() => new("--second") { Description = "第二保管库 / the second vault" };

    private static async Task<int> AskAsync(Func<Task<int>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is VaultUnavailableException or VaultBrokenPromiseException)
        {
            await Console.Error.WriteLineAsync($"存储没有完成该操作，已有资料不受影响；排除原因后可重新执行：{e.Message} / the store did not do it; nothing is lost, mend the cause and repeat");
            return NotAsRequired;
        }
    }

    private static string Words(VaultSetupStep step) => (step.Subject, step.Changed) switch
    {
        (VaultSetupSubject.Bucket, true) => $"已建立存储桶 {step.Bucket} / made the bucket",
        (VaultSetupSubject.Bucket, false) => $"存储桶 {step.Bucket} 已存在，未改动 / the bucket is there already",
        (_, true) => $"已设置 {step.Bucket} 的策略：服务端不能删除或解锁，处置用户只能删除到期版本 / set the policy: the server can neither delete nor unlock",
        (_, false) => $"{step.Bucket} 的策略已是要求的内容，未改动 / the policy is as it should be already",
    };

    private const string SameKey =
        "警告：服务端正在使用管理员的密钥，策略对它不起作用；请在 Vault:AccessKeyFile 中换用服务端用户的密钥"
        + " / warning: the server works with the administrator's key, which the policy does not bind; give it a user of its own";

    private static void WritePolicies(VaultOptions options)
    {
        foreach (var user in Enum.GetValues<VaultUser>())
        {
            using var policy = JsonDocument.Parse(VaultSetup.PolicyOf(user, options));
            CommandLine.WriteJson(JsonSerializer.SerializeToElement(new { user, policy = policy.RootElement }, EvidenceJson.Options));
        }
    }

    private static void WriteJson(List<(VaultUser User, VaultProbeReport Report)> reports)
    {
        foreach (var (user, attempt) in reports.SelectMany(r => r.Report.Attempts.Select(a => (r.User, a))))
        {
            CommandLine.WriteJson(JsonSerializer.SerializeToElement(
                new { user, attempt.Level, attempt.Tried, attempt.Answer, attempt.AsRequired }, EvidenceJson.Options));
        }
    }

    /// <summary>Two options that name the files of one user's keys; an argument with a key in it could be read by everyone on the machine.</summary>
    private sealed class KeyOptions(string prefix, string whose)
    {
        public Option<FileInfo?> AccessKey { get; } = new($"--{prefix}access-key-file") { Description = $"{whose}：访问密钥文件 / file with the access key" };

        public Option<FileInfo?> SecretKey { get; } = new($"--{prefix}secret-key-file") { Description = $"{whose}：私有密钥文件 / file with the secret key" };

        /// <exception cref="SettingsException">Only one is given, or a file can't be read.</exception>
        public VaultKeys? Read(ParseResult parsed, EvidenceHome home) => (parsed.GetValue(AccessKey), parsed.GetValue(SecretKey)) switch
        {
            (null, null) => null,
            ({ } access, { } secret) => new VaultKeys(
                home.ReadSecret(access.FullName, AccessKey.Name), home.ReadSecret(secret.FullName, SecretKey.Name)),
            _ => throw new SettingsException($"{AccessKey.Name} 与 {SecretKey.Name} 必须同时给出 / both files are needed"),
        };
    }
}
