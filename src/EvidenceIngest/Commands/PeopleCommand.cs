using System.CommandLine;
using System.Text.Json;

namespace EvidenceIngest.Commands;

/// <summary><c>people</c> and <c>units</c>: who has an account, and what they may do where.</summary>
internal static class PeopleCommand
{
    private static readonly (string Role, string Chinese)[] Roles =
    [
        ("Officer", "执法人员"), ("Custodian", "音像资料管理员"), ("Head", "负责人"), ("Supervisor", "执法监督"),
        ("Auditor", "安全审计员"), ("SecurityAdministrator", "安全管理员"), ("SystemAdministrator", "系统管理员"),
    ];

    public static Command Create() => new("people", "人员与权限 / accounts and roles")
    {
        List(), Add(), PeopleDirectoryCommand.Create(), Grant(), Confirm(), Revoke(), Reset(), DropAuthenticator(), Use("disable", "停用账号，立即退出全部登录 / disable an account; all its sessions end", disabled: true),
        Use("enable", "恢复账号 / bring an account back", disabled: false),
    };

    public static Command Units() => new("units", "组织机构 / units") { ListUnits(), SetUnit() };

    private static Argument<string> UserName() => new("account") { Description = "账号 / user name" };

    private static Option<string> Unit() => new("--unit") { Description = "单位编号 / id of the unit", DefaultValueFactory = _ => "root" };

    private static Option<string> Why() => new("--why") { Description = "原因，写入服务日志链 / reason; enters the service's chain", Required = true };

    private static string Path(string userName) => "accounts/" + Uri.EscapeDataString(userName);

    private static string Chinese(string role) => Roles.FirstOrDefault(r => r.Role == role).Chinese ?? role;

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出账号与角色 / list accounts with their roles") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("账号", "姓名", "单位", "警号", "角色", "状态");
            foreach (var account in (await service.GetAsync("accounts", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(account);
                else
                    table.Add(
                        account.Text("userName"), account.Text("name"), account.Text("unit"), account.Text("officerNumber"),
                        string.Join("；", account.GetProperty("roles").EnumerateArray().Select(Describe)), State(account));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static string Describe(JsonElement grant) =>
        $"{Chinese(grant.Text("role"))}@{grant.Text("unit")}{(grant.GetProperty("inForce").GetBoolean() ? "" : $"（待复核 {grant.Text("grant")}）")}";

    private static string State(JsonElement account) =>
        account.Text("disabledAt").Length > 0 ? "停用"
        : account.Text("lockedUntil") is { Length: > 0 } until && DateTimeOffset.Parse(until, System.Globalization.CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow() ? "锁定至 " + until
        : account.GetProperty("oneTimePassword").GetBoolean() ? "待改密码"
        : account.GetProperty("directory").GetBoolean() ? "在用（目录密码）"
        : "在用";

    private static Command Add()
    {
        var userName = UserName();
        var name = new Argument<string>("name") { Description = "姓名，建立后不可更改 / name; it never changes" };
        var unit = Unit();
        var number = new Option<string?>("--officer") { Description = "警号或执法证号 / officer number" };
        var directory = new Option<bool>("--directory") { Description = "使用目录（LDAP）密码，不设一次性密码 / with the directory's password" };
        var command = new Command("add", "建立账号，一次性密码只显示一次 / make an account; its one-time password is shown once") { userName, name, unit, number, directory };
        command.SetServiceAction(async (parsed, service, ct) => await ShowPasswordAsync(await service.SendAsync(
            HttpMethod.Post, "accounts",
            new
            {
                userName = parsed.GetRequiredValue(userName), name = parsed.GetRequiredValue(name), unit = parsed.GetRequiredValue(unit),
                officerNumber = parsed.GetValue(number), directory = parsed.GetValue(directory),
            }, ct)));
        return command;
    }

    private static Command Reset()
    {
        var userName = UserName();
        var command = new Command("reset", "重置密码，解除锁定，退出全部登录 / a new one-time password; ends the lock-out and all sessions") { userName };
        command.SetServiceAction(async (parsed, service, ct) =>
            await ShowPasswordAsync(await service.SendAsync(HttpMethod.Post, Path(parsed.GetRequiredValue(userName)) + "/password", new { }, ct)));
        return command;
    }

    public static async Task ShowPasswordAsync(JsonElement once)
    {
        var account = once.GetProperty("account");
        if (once.Text("password").Length == 0)
        {
            Console.Out.WriteLine($"{account.Text("userName")}  {(account.GetProperty("directory").GetBoolean() ? "使用目录密码" : "使用本系统密码，未改动")}");
            return;
        }

        await Console.Error.WriteLineAsync(
            $"账号 {account.Text("userName")} 的一次性密码，只显示这一次，有效期至 {once.Text("until")}，首次登录须修改 / one-time password, shown this once; it must be changed at the first log-in");
        Console.Out.WriteLine(once.Text("password"));
    }

    private static Command Grant()
    {
        var userName = UserName();
        var role = new Argument<string>("role") { Description = string.Join("，", Roles.Select(r => $"{r.Role} {r.Chinese}")) };
        var (unit, why) = (Unit(), Why());
        var command = new Command("grant", "授予角色；音像资料管理员和负责人须经第二人复核 / give a role; custodians and heads need a second person's word") { userName, role, unit, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var grant = await service.SendAsync(
                HttpMethod.Post, Path(parsed.GetRequiredValue(userName)) + "/roles",
                new { role = parsed.GetRequiredValue(role), unit = parsed.GetRequiredValue(unit), why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{grant.Text("grant")}  {Chinese(grant.Text("role"))}@{grant.Text("unit")}  {(grant.GetProperty("inForce").GetBoolean() ? "已生效" : "待第二人复核：people confirm")}");
        });
        return command;
    }

    private static Command Confirm()
    {
        var id = new Argument<string>("grant") { Description = "授权编号 / id of the grant" };
        var command = new Command("confirm", "复核他人作出的授权 / confirm a role that somebody else gave") { id };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var grant = await service.SendAsync(HttpMethod.Post, $"grants/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/confirm", new { }, ct);
            Console.Out.WriteLine($"{grant.Text("grant")}  {Chinese(grant.Text("role"))}@{grant.Text("unit")}  已生效");
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("grant") { Description = "授权编号 / id of the grant" };
        var why = Why();
        var command = new Command("revoke", "撤销角色，立即生效 / take a role back, at once") { id, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var grant = await service.SendAsync(HttpMethod.Post, $"grants/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/revoke", new { why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{grant.Text("grant")}  {Chinese(grant.Text("role"))}@{grant.Text("unit")}  已撤销");
        });
        return command;
    }

    private static Command DropAuthenticator()
    {
        var (userName, why) = (UserName(), Why());
        var command = new Command("drop-authenticator", "解除双因素认证，用于手机遗失 / take the second factor away, when it was lost") { userName, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var account = await service.SendAsync(HttpMethod.Post, Path(parsed.GetRequiredValue(userName)) + "/authenticator/drop", new { why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{account.Text("userName")}  已解除双因素认证");
        });
        return command;
    }

    private static Command Use(string name, string description, bool disabled)
    {
        var (userName, why) = (UserName(), Why());
        var command = new Command(name, description) { userName, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var account = await service.SendAsync(HttpMethod.Patch, Path(parsed.GetRequiredValue(userName)), new { disabled, why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{account.Text("userName")}  {account.Text("name")}  {State(account)}");
        });
        return command;
    }

    private static Command ListUnits()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出组织机构 / list the units") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            foreach (var unit in (await service.GetAsync("units", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(unit);
                else
                    Console.Out.WriteLine($"{new string(' ', 2 * (unit.Text("path").Count(c => c == '/') - 2))}{unit.Text("name")}  {unit.Text("id")}");
            }
        });
        return command;
    }

    private static Command SetUnit()
    {
        var id = new Argument<string>("id") { Description = "单位编号，建立后不可更改 / id; it never changes" };
        var name = new Argument<string>("name") { Description = "单位名称 / name" };
        var kind = new Option<string>("--kind") { Description = "District 区县, Agency 执法机关, Team 中队或科室", DefaultValueFactory = _ => "Team" };
        var parent = new Option<string?>("--parent") { Description = "上级单位编号，默认 root / the unit above" };
        var command = new Command("set", "建立、更名或调整隶属 / make, rename or move a unit") { id, name, kind, parent };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var unit = parsed.GetRequiredValue(id);
            var saved = await service.SendAsync(
                HttpMethod.Put, "units/" + Uri.EscapeDataString(unit),
                new { name = parsed.GetRequiredValue(name), kind = parsed.GetRequiredValue(kind), parent = parsed.GetValue(parent) ?? (unit == "root" ? null : "root") }, ct);
            Console.Out.WriteLine($"{saved.Text("path")}  {saved.Text("name")}");
        });
        return command;
    }
}
