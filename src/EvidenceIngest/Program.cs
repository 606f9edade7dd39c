using System.CommandLine;
using EvidenceIngest.Commands;
using EvidenceIngest.Hosting;

if (args is [EvidenceIngest.Recorders.Drivers.Mtp.MtpWorker.Command])
    return await EvidenceIngest.Recorders.Drivers.Mtp.MtpWorker.RunAsync();

// One executable, two roles that meet only over HTTP (docs/architecture.md); one file per command in Commands/.
var root = new RootCommand("EvidenceIngest 执法音像资料采集服务")
{
    RunCommand.Create(),
    RoleCommands.Serve(),
    RoleCommands.Dock(),
    ItemsCommand.Create(),
    SearchCommand.Create(),
    RecordersCommand.Create(),
    DocksCommand.Create(),
    ProfilesCommand.Create(),
    TranscriptCommand.Create(),
    ModelsCommand.Create(),
    CasesCommand.Create(),
    CalendarCommand.Create(),
    ImportCommand.Create(),
    SupervisionCommand.Create(),
    YearlyCommand.Create(),
    RemindersCommand.Create(),
    ExchangeCommand.Create(),
    ReviewsCommand.Create(),
    AccessCommand.Create(),
    RedactCommand.Create(),
    RetentionCommand.Create(),
    RetentionCommand.Holds(),
    DisposalCommand.Create(),
    ExportCommand.Create(),
    LogInCommand.LogIn(),
    LogInCommand.LogOut(),
    PeopleCommand.Create(),
    PeopleCommand.Units(),
    TokensCommand.Create(),
    WebhooksCommand.Create(),
    AuditCommand.Create(),
    VerifyCommand.Create(),
    VaultCommand.Create(),
};
// Windows' service manager starts it like anybody else; only asking tells that it did.
if (OperatingSystem.IsWindows() && args is ["dock", ..]
    && WindowsService.Run(ct => root.Parse(args).InvokeAsync(cancellationToken: ct)) is { } exitCode)
{
    return exitCode;
}

return await root.Parse(args).InvokeAsync();
