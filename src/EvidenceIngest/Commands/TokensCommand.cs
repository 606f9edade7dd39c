using System.CommandLine;

namespace EvidenceIngest.Commands;

/// <summary><c>tokens issue|list|revoke</c>: what people and systems prove themselves with.</summary>
internal static class TokensCommand
{
    public static Command Create() => new("tokens", "业务系统访问令牌 / programs' access tokens") { Issue(), List(), Revoke() };

    private static Command Issue()
    {
        var name = new Argument<string>("name") { Description = "系统的名称，写入保管链 / whose it is; enters custody chains" };
        var role = new Option<string>("--role") { Description = "CaseSystem 办案系统；人员请用 people / people have accounts", DefaultValueFactory = _ => "CaseSystem" };
        var days = new Option<int>("--days") { Description = "有效天数 / valid for so many days", DefaultValueFactory = _ => 90 };
        var unit = new Option<string?>("--unit") { Description = "仅限此单位及下级的资料 / only what belongs to this unit and below" };
        var from = new Option<string[]>("--from") { Description = "仅限这些网段使用，如 10.1.0.0/16 / works from these networks only", AllowMultipleArgumentsPerToken = true };
        var command = new Command("issue", "为业务系统签发令牌，只显示一次 / issue a program's token; it is shown once") { name, role, days, unit, from };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var issued = await service.SendAsync(
                HttpMethod.Post, "tokens", new { name = parsed.GetRequiredValue(name), role = parsed.GetRequiredValue(role), days = parsed.GetValue(days), unit = parsed.GetValue(unit), addresses = parsed.GetValue(from) is { Length: > 0 } networks ? networks : null }, ct);
            await Console.Error.WriteLineAsync(
                $"令牌 {issued.GetProperty("token").Text("id")} 已签发，下一行只显示这一次；存入仅本人可读的文件，并用 EVIDENCE_TOKEN_FILE 指定 / issued; the next line is shown this once: keep it in a file of your own and name that in EVIDENCE_TOKEN_FILE");
            Console.Out.WriteLine(issued.Text("secret"));
        });
        return command;
    }

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出令牌 / list tokens") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "名称", "角色", "签发人", "有效期至", "撤销时间");
            foreach (var token in (await service.GetAsync("tokens", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(token);
                else
                    table.Add(token.Text("id"), token.Text("name"), token.GetProperty("isDock").GetBoolean() ? "采集站" : token.Text("role"), token.Text("issuedBy"), token.Text("expiresAt"), token.Text("revokedAt"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "令牌编号 / id of the token" };
        var command = new Command("revoke", "撤销令牌，立即生效 / take a token back, at once") { id };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var token = await service.DeleteAsync("tokens/" + Uri.EscapeDataString(parsed.GetRequiredValue(id)), ct);
            Console.Out.WriteLine($"已撤销 / revoked: {token.Text("name")} {token.Text("revokedAt")}");
        });
        return command;
    }
}
