using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Search;

namespace EvidenceIngest.Web.Words;

/// <summary>What facts of items are called; the Chinese words are those of reports and packages.</summary>
internal static class ItemWords
{
    /// <summary>Where an item stands, by the API's word for it.</summary>
    public static (string, string) State(string state) => (EvidenceWords.State(state), state.ToUpperInvariant() switch
    {
        "RECEIVING" => "arriving",
        "SEALING" => "being sealed",
        "SEALED" => "sealed",
        "QUARANTINED" => "in quarantine",
        "DISPOSED" => "disposed of",
        _ => state,
    });

    /// <summary>Class and drawing of a state; its word stands beside them.</summary>
    public static (string Kind, string Icon) Look(string state) => state.ToUpperInvariant() switch
    {
        "SEALED" => ("good", "lock"),
        "QUARANTINED" => ("bad", "warn"),
        "DISPOSED" => ("", "cross"),
        _ => ("warn", "clock"),
    };

    /// <summary>By the API's word for it.</summary>
    public static (string, string) Kind(string kind) => Of(Enum.TryParse<MediaKind>(kind, ignoreCase: true, out var known) ? known : MediaKind.Other);

    public static (string, string) Of(MediaKind kind) => (EvidenceWords.Chinese(kind), kind switch
    {
        MediaKind.Video => "video",
        MediaKind.Audio => "sound",
        MediaKind.Photo => "photo",
        _ => "other",
    });

    public static (string, string) Of(Requirement requirement) => requirement == Requirement.Transcript
        ? ("声音文字记录", "confirmed transcript")
        : (EvidenceWords.Chinese(requirement), Plain(requirement.ToString()));

    public static (string, string) Of(MetadataSource source) => (EvidenceWords.Chinese(source), Plain(source.ToString()));

    public static (string, string) Of(FindingCode code) => (EvidenceWords.Chinese(code), Plain(code.ToString()));

    /// <summary>A finding by its name in JSON.</summary>
    public static (string, string) Finding(string code) => Enum.TryParse<FindingCode>(code, ignoreCase: true, out var known) ? Of(known) : (code, code);

    /// <summary>Why an item is in quarantine, without the details: "Damaged: …; Foreign: …".</summary>
    public static IEnumerable<(string, string)> Reasons(string? reason) =>
        (reason ?? "").Split("; ").Select(part => part.Split(':')[0].Trim()).Where(code => Enum.TryParse<FindingCode>(code, out _)).Distinct(StringComparer.Ordinal).Select(Finding);

    public static (string, string) Of(Secrecy level) => (EvidenceWords.Chinese(level), Plain(level.ToString()));

    public static (string, string) Of(ScenePoint point) => (EvidenceWords.Chinese(point), point switch
    {
        ScenePoint.Surroundings => "surroundings of the scene",
        ScenePoint.Persons => "persons, how they look and act",
        ScenePoint.Objects => "important objects",
        ScenePoint.Measures => "measures against persons and property",
        ScenePoint.Service => "service of documents",
        _ => "anything else that has to be recorded",
    });

    public static (string, string) Of(SceneTick tick) => (EvidenceWords.Chinese(tick), Plain(tick.ToString()));

    public static (string, string) Of(TranscriptState state) => (EvidenceWords.Chinese(state), Plain(state.ToString()));

    public static (string, string) Of(CustodyEventKind kind) => (CustodyWords.Chinese(kind), Plain(kind.ToString()));

    public static (string, string) Of(Stage stage) => stage switch
    {
        Stage.Seal => ("封存", "sealing"),
        Stage.Inspect => ("检验", "inspection"),
        Stage.Render => ("制作衍生件", "renditions"),
        Stage.Transcribe => ("转写初稿", "draft of the transcript"),
        _ => (stage.ToString(), Plain(stage.ToString())),
    };

    public static (string, string) Of(StageState state) => state switch
    {
        StageState.Waiting => ("等待前一步", "waiting for the step before"),
        StageState.Due => ("处理中", "under way"),
        StageState.Done => ("完成", "done"),
        StageState.NotNeeded => ("不需要", "not needed"),
        StageState.Awaiting => ("等待条件", "waiting"),
        StageState.Failed => ("失败", "failed"),
        _ => (state.ToString(), Plain(state.ToString())),
    };

    public static (string, string) Of(SearchField field) => field switch
    {
        SearchField.Item => ("编号", "number"),
        SearchField.Recorder => ("记录仪", "recorder"),
        SearchField.Officer => ("警号", "officer's number"),
        SearchField.MethodOfProduction => ("制作方法", "method of production"),
        SearchField.TimeOfProduction => ("制作时间", "time of production"),
        SearchField.Producer => ("制作人", "producer"),
        SearchField.ObjectOfProof => ("证明对象", "object of proof"),
        SearchField.Scene => ("现场记录", "scene"),
        SearchField.Lateness => ("逾期说明", "why it is late"),
        SearchField.File => ("文件名", "file name"),
        SearchField.Case => ("案号", "case"),
        SearchField.Place => ("案发地点", "place"),
        SearchField.Transcript => ("录音内容", "what is said"),
        _ => (field.ToString(), Plain(field.ToString())),
    };

    /// <summary>ObjectOfProof as "object of proof".</summary>
    public static string Plain(string name)
    {
        var words = new System.Text.StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }
}
