namespace EvidenceIngest.Server.Renditions;

/// <summary>What renditions are to people; their names are the API's.</summary>
internal static class RenditionWords
{
    public static (string Chinese, string English) Of(string name) => name switch
    {
        "proxy" => ("播放件", "viewing copy"),
        "hls" => ("流式播放件", "streaming copy"),
        "poster" => ("封面", "poster"),
        "sprites" => ("预览缩略图", "preview pictures"),
        "waveform" => ("声音波形", "waveform"),
        "audio16k" => ("转写用音频", "sound for transcription"),
        "track" => ("行动轨迹", "GPS track"),
        _ when name.StartsWith("sprites-", StringComparison.Ordinal) => ($"预览缩略图第 {name["sprites-".Length..]} 页", $"sheet {name["sprites-".Length..]} of preview pictures"),
        _ when name.StartsWith("clip-", StringComparison.Ordinal) => ($"片段 {Short(name)}", $"clip {Short(name)}"),
        _ when name.StartsWith("still-", StringComparison.Ordinal) => ($"截图 {Short(name)}", $"still {Short(name)}"),
        _ when name.StartsWith("redacted-", StringComparison.Ordinal) => Redacted(name["redacted-".Length..]),
        _ => (name, name),
    };

    private static (string, string) Redacted(string rest) => rest.EndsWith("-text", StringComparison.Ordinal)
        ? ($"遮蔽件 {rest[..^5]} 的文字", $"text of redacted copy {rest[..^5]}")
        : ($"遮蔽件 {rest}", $"redacted copy {rest}");

    // Ids begin with the time, so those of one morning begin alike.
    private static string Short(string name) => name.Length > 6 ? name[^6..] : name;
}
