using EvidenceIngest.Server.Disposal;

namespace EvidenceIngest.Web.Retention;

internal static class RetentionWords
{
    public static (string Chinese, string English) Term(int? months) => months switch
    {
        null => ("永久", "for ever"),
        { } whole when whole % 12 == 0 => ($"{whole / 12} 年", $"{whole / 12} years"),
        { } some => ($"{some} 个月", $"{some} months"),
    };

    public static (string Chinese, string English) Of(DisposalState state) => state switch
    {
        DisposalState.Proposed => ("待审批", "to be confirmed"),
        DisposalState.Rejected => ("未批准", "rejected"),
        DisposalState.Confirmed => ("正在执行", "being carried out"),
        DisposalState.Done => ("已执行", "done"),
        _ => (state.ToString(), state.ToString()),
    };

    public static string Kind(DisposalState state) => state switch
    {
        DisposalState.Proposed or DisposalState.Confirmed => "warn",
        DisposalState.Done => "good",
        _ => "",
    };
}
