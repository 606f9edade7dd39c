using System.Globalization;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Commands;

/// <summary>A profile in words, for whoever decides whether to trust it with a device.</summary>
internal static class ProfileExplanation
{
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["driver"] = "读取方式",
        ["model"] = "型号",
        ["readySeconds"] = "就绪时间",
        ["match"] = "识别条件",
        ["names"] = "文件名规则",
        ["keyFolders"] = "重点文件夹",
        ["kinds"] = "文件类型",
        ["sidecars"] = "附属文件",
        ["ignore"] = "忽略规则",
        ["chapterJoinSeconds"] = "分段合并",
        ["dialogue"] = "与设备的通信",
    };

    private static readonly Dictionary<string, string> Parts = new(StringComparer.Ordinal)
    {
        ["channel"] = "通信方式",
        ["probe"] = "确认身份（只询问，不改变设备）",
        ["info"] = "读取设备信息",
        ["clock.read"] = "读取设备时钟",
        ["unlock"] = "解锁，使设备显示文件",
        ["clock.set"] = "校准设备时钟（采集成功之后）",
    };

    public static string Word(Trust trust) => trust switch
    {
        Trust.Tested => "实机验证",
        Trust.Documented => "有文献",
        _ => "推断",
    };

    public static IEnumerable<string> Of(HardwareProfile profile)
    {
        yield return $"{profile.Name}　{profile.Title}";
        foreach (var line in Section("一、如何识别", Recognition(profile)).Concat(Section("二、各项依据", Trusts(profile))))
            yield return line;
        if (profile.Refusal is { } refusal)
        {
            foreach (var line in Section("三、处理", ["识别后拒绝采集，不向设备发送任何内容。", $"提示：{refusal}"]))
                yield return line;
            yield break;
        }

        foreach (var line in Section("三、文件名", Names(profile)).Concat(Section("四、向设备发送的内容，依次为", Sent(profile)))
            .Concat(Section("五、清除", [Clearing(profile)])))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Section(string title, IEnumerable<string> lines) => [title, .. lines.Select(l => "  " + l)];

    private static IEnumerable<string> Recognition(HardwareProfile profile)
    {
        var match = profile.Match;
        if (match.Attachment == "folder")
            yield return "操作人员指定的文件夹或存储卡。";
        if (match.Unknown)
            yield return "USB 特征未知，不会自动识别；须由本单位用 lsusb 查明后另写档案（match.usbIds）。";
        if (match.UsbIds.Count + match.UsbIdRanges.Count > 0)
        {
            yield return "USB 编号（任一）：" + string.Join("、", match.UsbIds.Select(i => i.ToString())
                .Concat(match.UsbIdRanges.Select(r => r.ToString())));
        }

        if (match.InterfaceClass is { } wanted)
            yield return $"USB 接口类别：{wanted}{(wanted.StartsWith("08", StringComparison.Ordinal) ? "（U 盘）" : "")}";
        if (match.Strings is { } strings)
            yield return $"厂商、产品名称符合：{strings}";
        if (match.Names)
            yield return "至少一个文件名符合规则" + (match.Folders.Count > 0 ? "，或根目录有文件夹：" + string.Join("、", match.Folders) : "");
        yield return string.Create(CultureInfo.InvariantCulture, $"优先级 {match.Priority}（数值大者先试）");
    }

    private static IEnumerable<string> Trusts(HardwareProfile profile) => profile.Facts.Select(
        fact => $"{Word(fact.Trust)}：{string.Join("、", fact.Fields.Select(FieldWord))}。来源：{fact.Source}");

    private static string FieldWord(string field) => field.Split('.') switch
    {
        [var whole, var part] => $"{Fields.GetValueOrDefault(whole, whole)}（{whole}.{part}）",
        _ => Fields.GetValueOrDefault(field, field),
    };

    private static IEnumerable<string> Names(HardwareProfile profile)
    {
        foreach (var grammar in profile.Names)
        {
            yield return $"{grammar.Pattern}" + (grammar.Folder is { } folder ? $"　所在文件夹：{folder}" : "")
                + (grammar.TimeFormat is { } time ? $"　时间：{time}（{grammar.Zone?.Id ?? "本单位时区"}）" : "");
        }

        if (profile.KeyFolders.Count > 0)
            yield return "下列文件夹内均为重点文件：" + string.Join("、", profile.KeyFolders);
        if (profile.Sidecars.Count > 0)
            yield return "附属文件，随录像保存：" + string.Join("、", profile.Sidecars.Keys.Order(StringComparer.Ordinal).Select(e => "." + e));
        if (profile.ChapterJoin is { } join)
            yield return string.Create(CultureInfo.InvariantCulture, $"序号相连、间隔不超过 {join.TotalSeconds:0} 秒的文件合并为同一段录像。");
    }

    private static IEnumerable<string> Sent(HardwareProfile profile)
    {
        if (profile.DialogueOutline.Count == 0)
        {
            yield return "不发送任何专用命令，只读取文件。";
            yield break;
        }

        foreach (var part in profile.DialogueOutline)
        {
            yield return Parts.GetValueOrDefault(part.Name, part.Name) + "：";
            for (var i = 0; i < part.Steps.Count; i++)
                yield return part.Name == "channel" ? "  " + part.Steps[i] : string.Create(CultureInfo.InvariantCulture, $"  {i + 1}. {part.Steps[i]}");
        }

        yield return "密码只从本单位配置读取，不写入档案和日志。";
        if (profile.NeedsWindows)
            yield return "须调用厂家的 Windows 动态库，只能在 Windows 采集站上使用；Linux 采集站会拒绝并说明原因。";
    }

    private static string Clearing(HardwareProfile profile) =>
        profile.ClearAllowed ? "允许：仅删除已入库并取得回执的文件，且须本单位在配置中启用清除。"
        : profile.ReadOnlyBecause is { } inferred ? $"不允许：“{FieldWord(inferred)}”仅为推断，未经证实的档案只读取，不清除，也不校时。"
        : "不允许：档案未开放清除，请按规定人工处理。";
}
