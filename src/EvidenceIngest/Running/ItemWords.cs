using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Running;

/// <summary>An item of the API in the words that custodians use. The JSON stays as it is for machines.</summary>
internal static class ItemWords
{
    public static string State(JsonElement item) => item.Text("state") switch
    {
        "receiving" => "接收中",
        "sealing" => "入库中",
        "sealed" => "已入库",
        "quarantined" => "已隔离",
        "disposed" => "已销毁",
        var other => other,
    };

    public static string Kind(JsonElement item) => item.Text("kind") switch
    {
        "video" => "录像",
        "audio" => "录音",
        "photo" => "照片",
        "other" => "其他",
        var other => other,
    };

    /// <summary>What article 27 still demands.</summary>
    public static string Missing(JsonElement item) => string.Join("、", item.GetProperty("missing").EnumerateArray().Select(m => m.GetString() switch
    {
        nameof(Requirement.MethodOfProduction) => "制作方法",
        nameof(Requirement.TimeOfProduction) => "制作时间",
        nameof(Requirement.Producer) => "制作人",
        nameof(Requirement.ObjectOfProof) => "证明对象",
        nameof(Requirement.Transcript) => "文字说明",
        var other => other,
    }));

    public static string OnTime(JsonElement item) => item.Text("onTime") switch
    {
        "True" or "true" => "是",
        "False" or "false" => "逾期",
        var other => other,
    };

    /// <summary>Minutes are what people compare; the offset shows only where it is not this machine's.</summary>
    public static string Time(JsonElement item, string member)
    {
        if (!item.TryGetProperty(member, out var value) || value.ValueKind != JsonValueKind.String || !value.TryGetDateTimeOffset(out var time))
            return "";
        var text = time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return time.Offset == TimeZoneInfo.Local.GetUtcOffset(time) ? text : text + time.ToString(" zzz", CultureInfo.InvariantCulture);
    }

    /// <summary>Why it is quarantined, in short: the server says "Code: detail; Code: detail", and items show has the details.</summary>
    public static string Reason(JsonElement item) =>
        string.Join("、", item.Text("reason").Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(Cause).Distinct());

    private static string Cause(string reason) => reason.Split(": ")[0] switch
    {
        nameof(FindingCode.Foreign) => "不是执法记录文件",
        nameof(FindingCode.Damaged) => "文件损坏或不完整",
        nameof(FindingCode.RecorderUnassigned) => "记录仪未配发",
        nameof(FindingCode.RecorderDisputed) => "记录仪编号冲突或已停用",
        nameof(FindingCode.RecorderDigestMismatch) => "与记录仪自带校验值不一致",
        nameof(FindingCode.Unreadable) => "部分内容无法读取",
        nameof(FindingCode.Empty) => "空文件",
        nameof(FindingCode.ChangedWhileRead) => "采集期间文件发生变化",
        _ => reason,
    };
}
