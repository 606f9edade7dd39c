using EvidenceIngest.Server.Recorders;

namespace EvidenceIngest.Web.Recorders;

/// <summary>What is done about a recorder.</summary>
public enum RecorderTask
{
    Assign,
    Issue,
    Return,
    State,
}

internal static class RecorderWords
{
    public const string Alarmed = "alarm";
    public const string Unassigned = "unassigned";
    public const string NeverSeen = "never";
    public const string Withdrawn = "withdrawn";

    public static IReadOnlyList<(string Value, (string, string) Words)> Choices { get; } =
    [
        ("", ("全部", "all")), (Alarmed, ("有异常", "with an alarm")), (Unassigned, ("未分配", "nobody carries")), (NeverSeen, ("已分配、从未采集", "assigned, never docked")),
        (Withdrawn, ("停用、报失", "out of service")),
    ];

    public static (string Chinese, string English) Of(RecorderState state) => state switch
    {
        RecorderState.InService => ("在用", "in service"),
        RecorderState.Withdrawn => ("停用、报失", "out of service"),
        _ => (state.ToString(), state.ToString()),
    };

    /// <summary>Whether a recorder is among those that somebody asked for.</summary>
    public static bool Takes(RecorderView recorder, string? show, string? q) =>
        (show switch
        {
            Alarmed => recorder.Alarm is not null,
            Unassigned => recorder.Assignment is null,
            NeverSeen => recorder.Assignment is not null && recorder.Profile is null,
            Withdrawn => recorder.State == RecorderState.Withdrawn,
            _ => true,
        })
        && (string.IsNullOrWhiteSpace(q) || new[] { recorder.Recorder, recorder.Model, recorder.Profile, recorder.Assignment?.OfficerName, recorder.Assignment?.OfficerNumber }
            .Any(text => text?.Contains(q.Trim(), StringComparison.OrdinalIgnoreCase) == true));
}
