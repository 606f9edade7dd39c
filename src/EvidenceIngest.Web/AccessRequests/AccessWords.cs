using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.AccessRequests;

namespace EvidenceIngest.Web.AccessRequests;

internal static class AccessWords
{
    public static (string Chinese, string English) Of(AccessState state) => state switch
    {
        AccessState.Entered => ("待审批", "to be decided"),
        AccessState.Agreed => ("同意", "agreed"),
        AccessState.AgreedWithRedaction => ("同意，须遮蔽", "agreed with redaction"),
        AccessState.Refused => ("不予同意", "refused"),
        AccessState.Withdrawn => ("已撤回", "taken back"),
        _ => (state.ToString(), state.ToString()),
    };

    public static string Kind(AccessState state) => state switch
    {
        AccessState.Entered => "warn",
        AccessState.Agreed or AccessState.AgreedWithRedaction => "good",
        AccessState.Refused => "bad",
        _ => "",
    };

    public static (string Chinese, string English) Of(Standing standing) => standing switch
    {
        Standing.Party => ("当事人", "party"),
        Standing.Agent => ("代理人", "agent"),
        Standing.Lawyer => ("律师", "lawyer"),
        Standing.OtherAgency => ("其他机关", "another agency"),
        _ => (standing.ToString(), standing.ToString()),
    };

    public static (string Chinese, string English) Of(IdentityDocument document) => document switch
    {
        IdentityDocument.IdentityCard => ("居民身份证", "identity card"),
        IdentityDocument.Passport => ("护照、通行证", "passport"),
        IdentityDocument.LawyerLicence => ("律师执业证", "lawyer's licence"),
        IdentityDocument.OfficialLetter => ("公函、工作证件", "official letter"),
        _ => (document.ToString(), document.ToString()),
    };

    public static (string Chinese, string English) Of(AccessForm form) => form switch
    {
        AccessForm.Link => ("发送链接", "by a link"),
        AccessForm.AtAgency => ("到场查看", "at the agency"),
        _ => (form.ToString(), form.ToString()),
    };

    public static (string Chinese, string English) Of(CopyState state) => state switch
    {
        CopyState.Waiting => ("制作中", "being made"),
        CopyState.Ready => ("可查阅", "ready"),
        CopyState.Failed => ("制作失败", "failed"),
        _ => (state.ToString(), state.ToString()),
    };

    public static string Kind(CopyState state) => state switch
    {
        CopyState.Ready => "good",
        CopyState.Failed => "bad",
        _ => "warn",
    };

    public static (string Chinese, string English) Of(Secrecy level) => (EvidenceWords.Chinese(level), level switch
    {
        Secrecy.None => "none",
        Secrecy.PersonalPrivacy => "personal privacy",
        Secrecy.TradeSecret => "trade secret",
        Secrecy.StateSecret => "state secret",
        _ => level.ToString(),
    });

    /// <summary>Whose turn it is.</summary>
    public static (string Chinese, string English) Turn(AccessRequestView request) => request switch
    {
        { State: AccessState.Entered } => ("负责人审批", "a head, to decide"),
        { State: AccessState.Refused or AccessState.Withdrawn } => ("已办结", "nobody"),
        { OpenedAt: null } => ("管理员开通", "a custodian, to open it"),
        _ when request.Items.Any(i => i.Copy?.State == CopyState.Failed) => ("管理员处理制作失败的资料", "a custodian: a copy failed"),
        _ when request.Items.Any(i => i.Copy?.State != CopyState.Ready) => ("系统制作水印件", "the service, making copies"),
        _ when request.Links.Count == 0 => ("管理员发放链接", "a custodian, to make links"),
        _ => ("申请人查阅", "the party, to look"),
    };
}
