using EvidenceIngest.Server.Cases;

namespace EvidenceIngest.Web.Cases;

internal static class CaseWords
{
    public static (string Chinese, string English) Of(CaseState state) => state switch
    {
        CaseState.Open => ("办理中", "open"),
        CaseState.Closed => ("已结案", "closed"),
        _ => (state.ToString(), state.ToString()),
    };

    public static (string Chinese, string English) Of(FootageState state) => state switch
    {
        FootageState.NotDemanded => ("未定事项", "no matter named"),
        FootageState.ActUnknown => ("未填执法时间", "time of the act unknown"),
        FootageState.Awaited => ("待入库", "may still come"),
        FootageState.Missing => ("缺少音像记录", "no recording"),
        FootageState.Gaps => ("全过程记录不连续", "recording has gaps"),
        FootageState.Present => ("齐全", "nothing missing"),
        _ => (state.ToString(), state.ToString()),
    };

    /// <summary>good, warn, bad or nothing, as tags have it.</summary>
    public static string Kind(FootageState state) => state switch
    {
        FootageState.Present => "good",
        FootageState.Awaited or FootageState.ActUnknown => "warn",
        FootageState.Missing or FootageState.Gaps => "bad",
        _ => "",
    };

    public static (string Chinese, string English) Of(ProposalReason reason) => reason switch
    {
        ProposalReason.Officer => ("办案人员所摄", "by an officer of the case"),
        ProposalReason.Place => ("地点相符", "at the place of the act"),
        ProposalReason.Time => ("执法期间", "during the act"),
        _ => (reason.ToString(), reason.ToString()),
    };
}
