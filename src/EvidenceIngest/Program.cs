using System.CommandLine;
using EvidenceIngest.Commands;

if (args is [EvidenceIngest.Recorders.Drivers.Mtp.MtpWorker.Command])
    return await EvidenceIngest.Recorders.Drivers.Mtp.MtpWorker.RunAsync();

// One executable, two roles that meet only over HTTP (docs/architecture.md); one file per command in Commands/.
var root = new RootCommand("EvidenceIngest 执法音像资料采集服务")
{
    RunCommand.Create(),
    RoleCommands.Serve(),
    RoleCommands.Dock(),
    ItemsCommand.Create(),
    RecordersCommand.Create(),
    DocksCommand.Create(),
    ProfilesCommand.Create(),
    VerifyCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
