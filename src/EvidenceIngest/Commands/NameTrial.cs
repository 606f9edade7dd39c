using System.Globalization;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Commands;

/// <summary>What a profile reads from one file name, as <c>profiles test-name</c> shows it.</summary>
/// <param name="File">As given.</param>
/// <param name="Fits">It is a recording or a companion of one; anything else would be quarantined.</param>
/// <param name="Kind">By its ending.</param>
/// <param name="Sidecar">What it is beside a recording.</param>
/// <param name="Device">The recorder's number.</param>
/// <param name="Officer">警号.</param>
/// <param name="Time">As the name has it, in the zone of <paramref name="Zone"/>.</param>
/// <param name="Zone">Of the time; null is the agency's.</param>
/// <param name="Number">Running number.</param>
/// <param name="Recording">Number that chapters share.</param>
/// <param name="Chapter">Number of the chapter.</param>
/// <param name="KeyMarked">The key mark, by name or folder.</param>
internal sealed record NameTrial(
    string File, bool Fits, MediaKind? Kind, SidecarRole? Sidecar, string? Device, string? Officer, string? Time, string? Zone,
    int? Number, int? Recording, int? Chapter, bool KeyMarked)
{
    public static NameTrial Of(HardwareProfile profile, string file)
    {
        if (profile.Ignore.Any(i => i.IsMatch(file)))
            return Nothing(file, fits: true);
        if (FileNaming.Read(profile, file) is { } read)
        {
            var format = read.Grammar.DateOnly ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss";
            return new NameTrial(
                file, true, read.Kind, null, read.Device, read.Officer,
                read.Time?.ToString(format, CultureInfo.InvariantCulture) ?? read.TimeText, read.Grammar.Zone?.Id,
                read.Sequence, read.RecordingNumber, read.Chapter, read.KeyMarked);
        }

        var ending = Path.GetExtension(file).TrimStart('.').ToLowerInvariant();
        return profile.Sidecars.TryGetValue(ending, out var role) ? Nothing(file, fits: true) with { Sidecar = role } : Nothing(file, fits: false);
    }

    public override string ToString() => Kind is { } kind
        ? $"{File}：{Word(kind)}；" + string.Join("，", new[]
            {
                $"设备 {Device ?? "—"}",
                $"警号 {Officer ?? "—"}",
                $"时间 {Time ?? "—"}{(Zone is null ? "" : $"（{Zone}）")}",
                $"序号 {Shown(Number)}",
                Recording is null ? null : $"录像编号 {Shown(Recording)}",
                Recording is null ? null : $"分段 {Shown(Chapter)}",
                KeyMarked ? "重点标记" : "无重点标记",
            }.OfType<string>())
        : Sidecar is { } role ? $"{File}：附属文件（{Word(role)}），随同名录像保存"
        : Fits ? $"{File}：按档案忽略，不采集"
        : $"{File}：不符合档案，采集后隔离待查";

    private static NameTrial Nothing(string file, bool fits) => new(file, fits, null, null, null, null, null, null, null, null, null, false);

    private static string Shown(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "—";

    private static string Word(MediaKind kind) => kind switch
    {
        MediaKind.Video => "录像",
        MediaKind.Audio => "录音",
        MediaKind.Photo => "照片",
        _ => "其他",
    };

    private static string Word(SidecarRole role) => role switch
    {
        SidecarRole.Gps => "定位轨迹",
        SidecarRole.Md5 => "设备自带校验值",
        SidecarRole.Log => "设备日志",
        SidecarRole.Thumbnail => "缩略图",
        _ => "低清预览",
    };
}
