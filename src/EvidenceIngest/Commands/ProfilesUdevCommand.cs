using System.CommandLine;
using System.Text.RegularExpressions;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Commands;

/// <summary><c>profiles udev</c>: the rules with which Linux lets a service that isn't root open exactly the profiles' devices.</summary>
internal static partial class ProfilesUdevCommand
{
    private const int Faulty = 1;

    public static Command Create(Func<IReadOnlyList<string>> folders)
    {
        var group = new Option<string>("--group") { Description = "服务账户所属的组 / the service's group", DefaultValueFactory = _ => "evidence-dock" };
        var command = new Command("udev", "生成 udev 规则，使采集站服务无需 root 即可访问已知设备 / udev rules for a dock without root") { group };
        command.SetAction(parsed => Write(folders(), parsed.GetRequiredValue(group), Console.Out, Console.Error));
        return command;
    }

    /// <summary>All rules or none: half of them would let in half of the recorders.</summary>
    internal static int Write(IReadOnlyList<string> folders, string group, TextWriter output, TextWriter errors)
    {
        if (!GroupName().IsMatch(group))
        {
            errors.WriteLine($"--group: “{group}”不是组名 / is no name of a group");
            return Faulty;
        }

        var (profiles, problems) = ProfileCatalogue.Check(folders);
        if (problems.Count > 0)
            return ProfilesCommand.Report(problems, errors);
        // udev wants line feeds, whatever this machine's line ends are.
        foreach (var line in UdevRules.Of(profiles, group))
            output.Write(line + "\n");
        return 0;
    }

    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,30}\z")]
    private static partial Regex GroupName();
}
