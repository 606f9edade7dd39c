using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Web.Personal;

/// <summary>What a role is for, in a sentence.</summary>
internal static class RoleDuties
{
    public static (string Chinese, string English) Of(Role role) => role switch
    {
        Role.Custodian => ("管理台账、补录信息、关联案件、冻结保管、导出证据包、提议销毁", "keeps the register, completes items, links cases, places holds, exports, proposes disposal"),
        Role.Head => ("审批查阅申请、批准销毁、解除冻结、降低密级", "decides access requests, confirms disposal, releases holds, lowers secrecy"),
        Role.Supervisor => ("查看台账和统计、抽查案卷并评分", "reads register and figures, draws samples of case files and gives points"),
        Role.Auditor => ("查看系统操作记录并核验", "reads what happened to the service, and checks it"),
        Role.SecurityAdministrator => ("管理账号、角色、单位、接口令牌和事件推送", "keeps accounts, roles, units, programs' tokens and webhooks"),
        Role.SystemAdministrator => ("管理采集站、存储和系统运行，不接触音像资料", "keeps docks, storage and the service running; sees no recordings"),
        Role.Officer => ("查看本人音像资料的采集、入库情况", "sees that their own recordings exist and where they stand"),
        _ => ("由程序使用", "for programs"),
    };
}
