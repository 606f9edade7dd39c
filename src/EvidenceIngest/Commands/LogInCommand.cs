using System.CommandLine;
using EvidenceIngest.Hosting;
using Spectre.Console;

namespace EvidenceIngest.Commands;

/// <summary><c>login</c> and <c>logout</c>: working as oneself rather than as the machine's owner.</summary>
internal static class LogInCommand
{
    public static Command LogIn()
    {
        var userName = new Argument<string>("account") { Description = "账号 / user name" };
        var file = new Option<FileInfo>("--out") { Description = "登录凭据写入此文件，仅本人可读；随后设 EVIDENCE_TOKEN_FILE / where the session's token is written; name it in EVIDENCE_TOKEN_FILE then", Required = true };
        var password = new Option<FileInfo?>("--password-file") { Description = "密码文件首行；不给则提示输入 / first line of a file; asked for otherwise" };
        var next = new Option<FileInfo?>("--new-password-file") { Description = "新密码文件首行，用于首次登录 / for a first log-in" };
        var code = new Option<string?>("--code") { Description = "双因素认证的六位验证码 / six digits of the second factor" };
        var command = new Command("login", "登录 / log in") { userName, file, password, next, code };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            using var service = ServiceClient.Anonymous(Settings.Load(EvidenceHome.FromEnvironment()));
            var chosen = Read(parsed.GetValue(password), "密码 / password");
            var session = await service.SendAsync(
                HttpMethod.Post, "sessions", new { userName = parsed.GetRequiredValue(userName), password = chosen, code = parsed.GetValue(code) }, ct);
            var token = session.Text("token");
            service.Use(token);
            if (session.GetProperty("changePassword").GetBoolean())
            {
                await Console.Error.WriteLineAsync("首次登录，须修改密码：至少10个字符，含字母、数字和其他字符 / first log-in: choose a password of at least 10 characters with letters, digits and others");
                var (old, @new) = (chosen, ReadNew(parsed.GetValue(next)));
                await service.SendAsync(HttpMethod.Put, "me/password", new { old, @new }, ct);
                chosen = @new;
            }

            if (session.GetProperty("setUpSecondFactor").GetBoolean())
                await SetUpSecondFactorAsync(service, chosen, ct);
            var target = parsed.GetRequiredValue(file).FullName;
            EvidenceHome.WriteSecret(target, token);
            Console.Out.WriteLine($"{session.Text("name")} 已登录，至 {session.Text("expiresAt")} / logged in. EVIDENCE_TOKEN_FILE={target}");
            return 0;
        }));
        return command;
    }

    public static Command LogOut()
    {
        var command = new Command("logout", "退出 EVIDENCE_TOKEN_FILE 的登录 / end the session of EVIDENCE_TOKEN_FILE");
        command.SetServiceAction(async (_, service, ct) =>
        {
            await service.DeleteAsync("me/sessions/current", ct);
            Console.Out.WriteLine("已退出 / logged out");
        });
        return command;
    }

    private static async Task SetUpSecondFactorAsync(ServiceClient service, string password, CancellationToken ct)
    {
        var key = await service.SendAsync(HttpMethod.Post, "me/authenticator", new { password }, ct);
        await Console.Error.WriteLineAsync(
            $"您的角色须启用双因素认证。请在手机身份验证器中添加下列密钥（只显示这一次） / your role demands a second factor: add this key, shown once, to an authenticator app\n  {key.Text("key")}\n  {key.Text("uri")}");
        await Console.Error.WriteAsync("请输入验证器显示的六位验证码 / the six digits that it shows: ");
        var code = (await Console.In.ReadLineAsync(ct))?.Trim();
        if (string.IsNullOrEmpty(code))
            throw new ServiceException("未输入验证码，双因素认证尚未启用；请重新登录设置 / no code was given: the second factor is not in force; log in again");
        await service.SendAsync(HttpMethod.Put, "me/authenticator", new { code }, ct);
        await Console.Error.WriteLineAsync("双因素认证已启用，其他登录已退出 / the second factor is in force; all other sessions ended");
    }

    private static string ReadNew(FileInfo? file)
    {
        var chosen = Read(file, "新密码 / new password");
        return file is not null || Read(null, "再次输入新密码 / once more") == chosen ? chosen : throw new ServiceException("两次输入不一致，密码未修改 / the two differ: nothing was changed");
    }

    public static string Read(FileInfo? file, string what)
    {
        if (file is null)
            return AnsiConsole.Prompt(new TextPrompt<string>(what).Secret());
        try
        {
            using var reader = file.OpenText();
            return reader.ReadLine() is { Length: > 0 } line ? line : throw new ServiceException($"{file.FullName} 首行为空 / has an empty first line");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"无法读取 {file.FullName} / can't be read: {e.Message}");
        }
    }
}
