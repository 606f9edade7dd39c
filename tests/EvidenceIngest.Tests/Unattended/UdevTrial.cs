using System.Text.RegularExpressions;

namespace EvidenceIngest.Tests.Unattended;

/// <param name="Folder">Below /sys.</param>
/// <param name="Mode">Octal, as stat prints it.</param>
/// <param name="Group">Number, as stat prints it.</param>
/// <param name="Properties">What udev would keep in its database.</param>
internal sealed record UdevOutcome(string Folder, string Mode, string Group, IReadOnlyDictionary<string, string> Properties);

/// <summary>
/// Lets the real udevadm apply rules to made-up devices: in a mount namespace of its own, with /sys, /run and /dev that are
/// gone afterwards. The nodes lead to no device and nobody opens them.
/// </summary>
internal static partial class UdevTrial
{
    private const string Script =
        """
        set -eu
        folder=$1; shift
        mount -t tmpfs tmpfs /run
        mkdir -p /run/udev/rules.d
        cp "$folder/rules" /run/udev/rules.d/68-evidence-dock.rules
        cp -a /dev/null "$folder/null"
        mount -t tmpfs tmpfs /dev
        cp -a "$folder/null" /dev/null
        while read -r node type major minor; do
          mkdir -p "$(dirname "/dev/$node")"
          mknod -m 0600 "/dev/$node" "$type" "$major" "$minor"
        done <"$folder/nodes"
        mount --bind "$folder/sys" /sys
        export SYSTEMD_DEVICE_VERIFY_SYSFS=0
        while read -r device node; do
          echo "@device@ $device"
          "$UDEVADM" test --action=add "/sys/$device" 2>&1
          stat --format='= %a %g' "/dev/$node"
        done <"$folder/devices"
        echo "control $(cat "/sys/$1/power/control")"
        """;

    public static string? Udevadm { get; } = Tool.Find("udevadm");

    /// <returns>What became of each node, the device's power/control, and everything udev found wrong with the rules.</returns>
    public static async Task<(IReadOnlyList<UdevOutcome> Nodes, string PowerControl, IReadOnlyList<string> Faults)> RunAsync(
        string folder, FakeSysfs devices, IEnumerable<string> rules)
    {
        await File.WriteAllLinesAsync(Path.Combine(folder, "rules"), rules);
        await File.WriteAllLinesAsync(Path.Combine(folder, "nodes"), devices.Nodes.Select(n => $"{n.Node} {n.Type} {n.Major} {n.Minor}"));
        await File.WriteAllLinesAsync(Path.Combine(folder, "devices"), devices.Nodes.Select(n => $"{n.Folder} {n.Node}"));
        var (exitCode, output, error) = await Tool.RunAsync(
            "unshare", ["--mount", "--propagation", "private", "bash", "-c", Script, "trial", folder, FakeSysfs.Device], "", ("UDEVADM", Udevadm!));
        Assert.True(exitCode == 0, error + output);
        var outcomes = output.Split("@device@ ", StringSplitOptions.RemoveEmptyEntries).Select(Outcome).ToList();
        return (outcomes, Control().Match(output).Groups["value"].Value, [.. Fault().Matches(output).Select(m => m.Value).Distinct()]);
    }

    private static UdevOutcome Outcome(string section)
    {
        var node = Node().Match(section);
        return new UdevOutcome(
            section[..section.IndexOf('\n', StringComparison.Ordinal)], node.Groups["mode"].Value, node.Groups["group"].Value,
            Property().Matches(section).DistinctBy(m => m.Groups["name"].Value)
                .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value, StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^= (?<mode>[0-7]+) (?<group>[0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Node();

    [GeneratedRegex(@"^(?<name>\.?[A-Z][A-Z0-9_]+)=(?<value>.*)$", RegexOptions.Multiline)]
    private static partial Regex Property();

    [GeneratedRegex(@"^control (?<value>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Control();

    /// <summary>A line of the file by itself is a remark on its grammar; while it is applied, the device stands before it.</summary>
    [GeneratedRegex(@"^/run/udev/rules\.d/68-evidence-dock\.rules:[0-9]+.*$", RegexOptions.Multiline)]
    private static partial Regex Fault();
}
