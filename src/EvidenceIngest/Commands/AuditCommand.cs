using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Hosting;
using EvidenceIngest.Running;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Npgsql;

namespace EvidenceIngest.Commands;

/// <summary>
/// <c>audit log</c> derives the custody log again and compares it with every head that was ever signed; <c>audit events</c>
/// shows what happened to the service itself.
/// </summary>
internal static class AuditCommand
{
    private const int Whole = 0;
    private const int Broken = 1;
    private const int Unreadable = 2;

    public static Command Create() => new("audit", "审计 / audits") { Log(), Events(), AuditFixityCommand.Create() };

    private static Command Events()
    {
        var after = new Option<int>("--after") { Description = "从该序号之后开始 / begin after this number" };
        var json = CommandLine.Json();
        var command = new Command("events", "查看服务自身的事件：令牌、被拒访问、配置和规则变更 / what happened to the service: tokens, refused access, configuration, rules") { after, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("序号", "时间", "操作者", "事件", "内容");
            var last = parsed.GetValue(after);
            JsonElement page;
            do
            {
                page = await service.GetAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"service/custody?after={last}"), ct);
                foreach (var happened in page.EnumerateArray())
                {
                    last = happened.GetProperty("sequence").GetInt32();
                    if (parsed.GetValue(json))
                        CommandLine.WriteJson(happened);
                    else
                        table.Add(happened.Text("sequence"), happened.Text("at"), CustodyWords.Actor(happened.Text("actor")), ItemWords.Event(happened), happened.Text("detail"));
                }
            }
            while (page.GetArrayLength() > 0);
            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Log()
    {
        var key = new Option<FileInfo?>("--key")
        {
            Description = "单位公布的公钥（PEM） / the agency's published key; without it this machine's own is used",
        };
        var witness = new Option<FileInfo?>("--witness") { Description = "另行保存的见证文件 / a copy of the witness file that was kept elsewhere" };
        var withoutVault = new Option<bool>("--without-vault") { Description = "不读取保管库中的树头 / don't ask the vault" };
        var json = CommandLine.Json();
        var command = new Command("log", "从头核验保管日志，指出第一处不符 / re-derive the custody log and name the first place that differs")
        {
            key, witness, withoutVault, json,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var settings = Settings.Load(EvidenceHome.FromEnvironment());
            var server = settings.Server(parsed.GetValue(witness)?.FullName);
            using var trusted = Trusted(parsed.GetValue(key)?.FullName, server.ReceiptKeyFile);
            LogAuditReport report;
            try
            {
                report = await LogAudit.RunAsync(server, trusted, parsed.GetValue(withoutVault) ? null : settings.Vault(), ct);
            }
            catch (Exception e) when (e is NpgsqlException or VaultUnavailableException or VaultObjectMissingException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"无法读取，未作结论：{e.Message} / can't be read, nothing was concluded");
                return Unreadable;
            }

            if (parsed.GetValue(json))
                CommandLine.WriteJson(JsonSerializer.SerializeToElement(report, EvidenceJson.Options));
            else
                Write(report, trusted, isOwnKey: parsed.GetValue(key) is null);
            return report.Findings.Count == 0 ? Whole : Broken;
        }));
        return command;
    }

    /// <exception cref="SettingsException">No key there.</exception>
    private static VerificationKey Trusted(string? published, string own)
    {
        var file = published ?? own;
        try
        {
            var pem = File.ReadAllText(file);
            if (published is not null)
                return new VerificationKey(pem);
            using var signing = SigningKey.FromPem(pem);
            return new VerificationKey(signing.PublicPem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingsException($"{file}: 无法读取公钥 / no key can be read: {e.Message}");
        }
    }

    private static void Write(LogAuditReport report, VerificationKey trusted, bool isOwnKey)
    {
        int Heads(string source) => report.Heads.GetValueOrDefault(source);
        Console.Out.WriteLine($"事件 {report.Events} 条，等待入日志 {report.Waiting} 条 / {report.Events} events in the log, {report.Waiting} waiting");
        Console.Out.WriteLine(
            $"签名树头 {Heads(AuditSources.Database)} 个，见证文件 {Heads(AuditSources.WitnessFile)} 个，保管库 {Heads(AuditSources.Vault)} 个 / signed heads in the database, the witness file, the vault");
        Console.Out.WriteLine($"公钥 {trusted.KeyId}{(isOwnKey ? "（取自本机，请与单位公布的公钥核对 / this machine's own: compare it with the published one）" : "")}");
        foreach (var finding in report.Findings)
            Console.Out.WriteLine($"不符 DIFFERS  {finding.Where}: {finding.What}");
        Console.Out.WriteLine(report.Findings.Count == 0 ? "保管日志完整 / the log is whole" : "保管日志不完整，请保留现场并通知审计人员 / the log is not whole: leave everything as it is and call an auditor");
    }
}
