using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Evidence;

/// <summary>What the facts of an item are called where officials read them. Machines read the enumerations' names.</summary>
public static class EvidenceWords
{
    public static string Chinese(MediaKind kind) => kind switch
    {
        MediaKind.Video => "录像",
        MediaKind.Audio => "录音",
        MediaKind.Photo => "照片",
        _ => "其他",
    };

    /// <summary>Where an item stands, by the API's word for it.</summary>
    public static string State(string word) => word.ToUpperInvariant() switch
    {
        "RECEIVING" => "接收中",
        "SEALING" => "入库中",
        "SEALED" => "已入库",
        "QUARANTINED" => "已隔离",
        "DISPOSED" => "已销毁",
        _ => word,
    };

    public static string Chinese(MetadataSource source) => source switch
    {
        MetadataSource.Profile => "记录仪型号资料",
        MetadataSource.Recorder => "记录仪自身记录",
        MetadataSource.FileName => "文件名",
        MetadataSource.FileTime => "文件修改时间",
        MetadataSource.Container => "媒体文件内记录",
        MetadataSource.Assignment => "记录仪配发登记",
        MetadataSource.Person => "人工填写",
        _ => "来源不明",
    };

    public static string Chinese(Requirement requirement) => requirement switch
    {
        Requirement.MethodOfProduction => "制作方法",
        Requirement.TimeOfProduction => "制作时间",
        Requirement.Producer => "制作人",
        Requirement.ObjectOfProof => "证明对象",
        Requirement.Transcript => "经确认的声音内容文字记录",
        _ => requirement.ToString(),
    };

    public static string Chinese(TranscriptState state) => state switch
    {
        TranscriptState.Draft => "机器初稿，未经确认",
        TranscriptState.Corrected => "人工整理，未经确认",
        TranscriptState.Confirmed => "已确认",
        _ => state.ToString(),
    };

    public static string Chinese(FindingCode code) => code switch
    {
        FindingCode.Foreign => "不是执法记录文件",
        FindingCode.Damaged => "文件损坏或不完整",
        FindingCode.RecorderUnassigned => "记录仪未配发",
        FindingCode.FootageGap => "录像编号不连续",
        FindingCode.ChangedWhileRead => "采集期间文件发生变化",
        FindingCode.ImplausibleTime => "时间不可信",
        FindingCode.UnusualName => "文件名含特殊字符",
        FindingCode.CalendarMissing => "缺少该年度工作日历，期限为估算",
        FindingCode.Unreadable => "部分内容无法读取",
        FindingCode.Empty => "空文件",
        FindingCode.RecorderDigestMismatch => "与记录仪自带校验值不一致",
        FindingCode.ClockDrift => "记录仪时钟偏差超限",
        FindingCode.RecorderDisputed => "记录仪编号冲突或已停用",
        _ => code.ToString(),
    };
}
