using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Hosting;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Commands;

/// <summary><c>profiles list|check|explain|test-name|try|udev</c>: what is known about recorders. Needs no service.</summary>
internal static class ProfilesCommand
{
    private const int Faulty = 1;

    public static Command Create() =>
        new("profiles", "硬件档案 / hardware profiles") { List(), Check(), Explain(), TestName(), ProfilesTryCommand.Create(), ProfilesUdevCommand.Create(Folders) };

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出硬件档案 / what is known") { json };
        command.SetAction(parsed =>
        {
            var (profiles, problems) = ProfileCatalogue.Check(Folders());
            var table = new ListTable("名称", "标题", "驱动", "优先级", "可信程度", "允许清除");
            foreach (var profile in profiles)
            {
                if (parsed.GetValue(json))
                    Console.Out.WriteLine(JsonSerializer.Serialize(
                        new
                        {
                            profile.Name,
                            profile.Title,
                            profile.Driver,
                            profile.Match.Priority,
                            Trust = profile.Facts.Min(f => f.Trust),
                            profile.ClearAllowed,
                            Refused = profile.Refusal is not null,
                        },
                        EvidenceJson.Options));
                else
                    table.Add(
                        profile.Name, profile.Title, profile.Refusal is null ? profile.Driver : "（识别后拒绝）", $"{profile.Match.Priority}",
                        ProfileExplanation.Word(profile.Facts.Min(f => f.Trust)), profile.ClearAllowed ? "是" : "否");
            }

            if (!parsed.GetValue(json))
                table.Write();
            return Report(problems, Console.Error);
        });
        return command;
    }

    private static Command Check()
    {
        var folder = new Argument<DirectoryInfo?>("folder") { Description = "默认：随程序发布的和本单位的 / default: shipped and site profiles", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("check", "检查硬件档案，指出文件、行和字段 / names file, line and field of every fault") { folder };
        command.SetAction(parsed => Check(parsed.GetValue(folder) is { } one ? [one.FullName] : Folders(), Console.Out, Console.Error));
        return command;
    }

    private static Command Explain()
    {
        var name = new Argument<string>("name") { Description = "档案名称，如 dsj-msc / a profile's name" };
        var command = new Command("explain", "说明一个档案：已知什么、依据是什么、会向设备发送什么 / what is known, why, and what would be sent") { name };
        command.SetAction(parsed => Explain(Folders(), parsed.GetRequiredValue(name), Console.Out, Console.Error));
        return command;
    }

    private static Command TestName()
    {
        var json = CommandLine.Json();
        var name = new Argument<string>("name") { Description = "档案名称，如 dsj-msc / a profile's name" };
        var files = new Argument<string[]>("files")
        {
            Description = "文件名或设备上的路径，以 / 分隔 / file names, or paths as on the recorder",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("test-name", "试读文件名 / what a profile reads from file names") { name, files, json };
        command.SetAction(parsed => TestNames(
            Folders(), parsed.GetRequiredValue(name), parsed.GetRequiredValue(files), parsed.GetValue(json), Console.Out, Console.Error));
        return command;
    }

    internal static int Check(IReadOnlyList<string> folders, TextWriter output, TextWriter errors)
    {
        var (profiles, problems) = ProfileCatalogue.Check(folders);
        if (problems.Count == 0)
            output.WriteLine($"{profiles.Count} 个档案无误 / profiles without fault");
        return Report(problems, errors);
    }

    internal static int Explain(IReadOnlyList<string> folders, string name, TextWriter output, TextWriter errors)
    {
        if (Find(folders, name, errors) is not { } profile)
            return Faulty;
        foreach (var line in ProfileExplanation.Of(profile))
            output.WriteLine(line);
        return 0;
    }

    internal static int TestNames(
        IReadOnlyList<string> folders, string name, IReadOnlyList<string> files, bool json, TextWriter output, TextWriter errors)
    {
        if (Find(folders, name, errors) is not { } profile)
            return Faulty;
        var readings = files.Select(file => NameTrial.Of(profile, file)).ToList();
        foreach (var reading in readings)
            output.WriteLine(json ? JsonSerializer.Serialize(reading, EvidenceJson.Options) : reading.ToString());
        return readings.All(r => r.Fits) ? 0 : Faulty;
    }

    /// <summary>A fault in another file is no reason to be silent about this one; the profile itself must be without.</summary>
    private static HardwareProfile? Find(IReadOnlyList<string> folders, string name, TextWriter errors)
    {
        var (profiles, problems) = ProfileCatalogue.Check(folders);
        Report([.. problems.Where(p => Path.GetFileNameWithoutExtension(p.File) == name)], errors);
        if (profiles.FirstOrDefault(p => p.Name == name) is { } profile)
            return profile;
        errors.WriteLine($"没有名为“{name}”的可用档案，“profiles list”列出全部档案。 No usable profile of this name.");
        return null;
    }

    private static IReadOnlyList<string> Folders() => ProfileCatalogue.Folders(EvidenceHome.FromEnvironment().SiteProfileFolder);

    internal static int Report(IReadOnlyList<ProfileProblem> problems, TextWriter errors)
    {
        foreach (var p in problems)
            errors.WriteLine($"{p.File}:{p.Line} {p.Field}: {p.Problem} → {p.Expected}");
        return problems.Count == 0 ? 0 : Faulty;
    }
}
