using System.CommandLine;
using EvidenceIngest.Hosting;
using EvidenceIngest.Server.People.Ldap;

namespace EvidenceIngest.Commands;

/// <summary><c>people directory</c>: whose password is the directory's, and whether its settings work.</summary>
internal static class PeopleDirectoryCommand
{
    public static Command Create() => new("directory", "目录（LDAP）登录 / accounts with the directory's password")
    {
        Set("on", "改用目录密码，立即退出全部登录 / from now on the directory's password; all sessions end", directory: true),
        Set("off", "改用本系统密码，一次性密码只显示一次 / a password of this service's own; the one-time password is shown once", directory: false),
        Check(),
    };

    private static Command Set(string name, string description, bool directory)
    {
        var userName = new Argument<string>("account") { Description = "账号 / user name" };
        var why = new Option<string>("--why") { Description = "原因，写入服务日志链 / reason; enters the service's chain", Required = true };
        var command = new Command(name, description) { userName, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var path = $"accounts/{Uri.EscapeDataString(parsed.GetRequiredValue(userName))}/directory";
            await PeopleCommand.ShowPasswordAsync(await service.SendAsync(HttpMethod.Put, path, new { directory, why = parsed.GetRequiredValue(why) }, ct));
        });
        return command;
    }

    private static Command Check()
    {
        var userName = new Argument<string?>("account") { Description = "在目录中查找此人 / somebody to look up", Arity = ArgumentArity.ZeroOrOne };
        var password = new Option<FileInfo?>("--password-file") { Description = "此人的密码，文件首行；给出则试登录 / first line of a file; tried when it is given" };
        var command = new Command("check", "逐项检验目录设置，不需要服务在运行 / try the settings step by step; the service need not run") { userName, password };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var options = Settings.Load(EvidenceHome.FromEnvironment()).AgencyDirectory()
                ?? throw new SettingsException("未配置目录：请设置 Server:Directory:Url 等，见 docs/people.md / no directory is set up: see docs/people.md");
            var file = parsed.GetValue(password);
            var steps = await DirectoryCheck.RunAsync(options, parsed.GetValue(userName), file is null ? null : LogInCommand.Read(file, "密码 / password"), ct);
            foreach (var step in steps)
                Console.Out.WriteLine($"{(step.IsGood ? "通过" : "失败")}  {step.Step}  {step.Detail}");
            return steps.All(s => s.IsGood) ? 0 : 1;
        }));
        return command;
    }
}
