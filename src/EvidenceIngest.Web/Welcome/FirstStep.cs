using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Status;

namespace EvidenceIngest.Web.Welcome;

/// <param name="Name">For tests and styles.</param>
/// <param name="Words">What.</param>
/// <param name="Who">Whose step it is.</param>
/// <param name="IsDone">As the API says.</param>
/// <param name="How">How it is done.</param>
/// <param name="Address">Where; null when not on a page.</param>
internal sealed record FirstStep(string Name, (string Chinese, string English) Words, Role Who, bool IsDone, (string Chinese, string English) How, string? Address)
{
    /// <summary>In the order in which each needs the one before.</summary>
    public static IReadOnlyList<FirstStep> Of(Beginning now) =>
    [
        new("system", ("设系统管理员", "A system administrator"), Role.SecurityAdministrator, now.SystemAdministrators > 0,
            ("新增人员，授予系统管理员角色；把一次性密码当面交给本人。", "Add a person and give them the role; hand the one-time password over in person."), "/admin/people"),
        new("custodian", ("设音像资料管理员", "A custodian"), Role.SecurityAdministrator, now.Custodians > 0,
            now.CustodiansUnconfirmed > 0
                ? ("角色已授予，须由另一名安全管理员在人员页面确认，或由服务器管理者运行 ./scripts/evidence-ingest people confirm 确认后生效。", "The role is given; another security administrator confirms it on the page of people, or the server's owner by ./scripts/evidence-ingest people confirm.")
                : ("新增人员，授予音像资料管理员角色；再由另一名安全管理员或服务器管理者确认。", "Add a person and give them the role; another security administrator or the server's owner confirms it."), "/admin/people"),
        new("dock", ("登记采集站", "A dock"), Role.SystemAdministrator, now.Docks > 0,
            ("生成登记码，在采集站上安装；本机采集站随服务自动登记。", "Make a code and install the dock with it; the one on this machine enrols by itself."), "/docks"),
        new("recorder", ("分配记录仪", "A recorder assigned"), Role.Custodian, now.RecordersAssigned > 0,
            ("填写记录仪编号、警号、姓名，音像资料即自动写明制作人。", "Enter the recorder, the officer's number and name: their recordings then say by whom they were made."), "/recorders"),
        new("offload", ("采集第一份资料", "The first recording"), Role.Custodian, now.Items > 0,
            ("把记录仪放入采集口，采集站屏幕显示进度。", "Put the recorder into a bay; the dock's screen shows how far it is."), "/docks"),
        new("sealed", ("第一份资料封存入库", "The first recording sealed"), Role.SystemAdministrator, now.Sealed > 0,
            ("校验、锁定后自动完成；长时间未完成的，查看运行状态。", "Comes by itself once it is proven and locked; if it takes long look at the status."), "/status"),
    ];
}
