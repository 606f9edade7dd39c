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

    public static string Chinese(Secrecy level) => level switch
    {
        Secrecy.None => "无",
        Secrecy.PersonalPrivacy => "个人隐私",
        Secrecy.TradeSecret => "商业秘密",
        Secrecy.StateSecret => "国家秘密",
        _ => level.ToString(),
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

    /// <summary>As article 12 says it, shortened to a label.</summary>
    public static string Chinese(ScenePoint point) => point switch
    {
        ScenePoint.Surroundings => "执法现场环境",
        ScenePoint.Persons => "现场有关人员的体貌特征和言行举止",
        ScenePoint.Objects => "重要涉案物品及其主要特征",
        ScenePoint.Measures => "对有关人员、财物采取措施的情况",
        ScenePoint.Service => "现场送达执法文书的情况",
        ScenePoint.Other => "其他应当记录的内容",
        _ => point.ToString(),
    };

    public static string Chinese(SceneTick tick) => tick switch
    {
        SceneTick.Shown => "已记录",
        SceneTick.NotShown => "未记录",
        SceneTick.NotApplicable => "不涉及",
        _ => tick.ToString(),
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
