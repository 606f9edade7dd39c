using System.CommandLine;
using EvidenceIngest.Domain;
using EvidenceIngest.Hosting;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Commands;

/// <summary><c>profiles list|check</c>: what is known about recorders. Needs no service.</summary>
internal static class ProfilesCommand
{
    private const int Faulty = 1;

    public static Command Create() => new("profiles", "硬件档案 / hardware profiles") { List(), Check(), ProfilesTryCommand.Create() };

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出硬件档案 / what is known") { json };
        command.SetAction(parsed =>
        {
            var (profiles, problems) = ProfileCatalogue.Check(Folders());
            var table = new ListTable("名称", "标题", "驱动", "优先级", "允许清除");
            foreach (var profile in profiles)
            {
                if (parsed.GetValue(json))
                    Console.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(
                        new { profile.Name, profile.Title, profile.Driver, profile.Match.Priority, profile.ClearAllowed }, EvidenceJson.Options));
                else
                    table.Add(profile.Name, profile.Title, profile.Driver, $"{profile.Match.Priority}", profile.ClearAllowed ? "是" : "否");
            }

            if (!parsed.GetValue(json))
                table.Write();
            return Report(problems);
        });
        return command;
    }

    private static Command Check()
    {
        var folder = new Argument<DirectoryInfo?>("folder") { Description = "默认：随程序发布的和本单位的 / default: shipped and site profiles", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("check", "检查硬件档案，指出文件、行和字段 / names file, line and field of every fault") { folder };
        command.SetAction(parsed =>
        {
            var (profiles, problems) = ProfileCatalogue.Check(parsed.GetValue(folder) is { } one ? [one.FullName] : Folders());
            if (problems.Count == 0)
                Console.Out.WriteLine($"{profiles.Count} 个档案无误 / profiles without fault");
            return Report(problems);
        });
        return command;
    }

    private static IReadOnlyList<string> Folders()
    {
        var site = EvidenceHome.FromEnvironment().SiteProfileFolder;
        return Directory.Exists(site) ? [ProfileCatalogue.ShippedFolder, site] : [ProfileCatalogue.ShippedFolder];
    }

    private static int Report(IReadOnlyList<ProfileProblem> problems)
    {
        foreach (var problem in problems)
            Console.Error.WriteLine(problem);
        return problems.Count == 0 ? 0 : Faulty;
    }
}
