using EvidenceIngest.Web.Sessions;
using Rights = EvidenceIngest.Server.Access.Scopes;

namespace EvidenceIngest.Web.Administration;

/// <param name="Address">Of its page.</param>
/// <param name="Words">On the tab.</param>
/// <param name="Scopes">Rights, any of which makes it useful.</param>
internal sealed record AdminTab(string Address, (string Chinese, string English) Words, string[] Scopes)
{
    public static IReadOnlyList<AdminTab> All { get; } =
    [
        new("/admin/people", ("人员", "People"), [Rights.Accounts]),
        new("/admin/units", ("单位", "Units"), [Rights.Accounts, Rights.System, Rights.Write]),
        new("/admin/matters", ("执法事项", "Matters"), [Rights.Write]),
        new("/admin/retention", ("保管期限", "Retention"), [Rights.Retention]),
        new("/admin/calendar", ("工作日历", "Calendar"), [Rights.Write, Rights.System]),
        new("/admin/imports", ("表格导入", "Imports"), [Rights.Accounts, Rights.Write]),
        new("/admin/recorder-profiles", ("记录仪型号", "Recorder models"), [Rights.System, Rights.Write]),
        new("/admin/models", ("语音模型", "Speech models"), [Rights.System, Rights.Write]),
        new("/admin/tokens", ("接口令牌", "Tokens"), [Rights.Tokens]),
        new("/admin/webhooks", ("事件推送", "Webhooks"), [Rights.Webhooks]),
    ];

    public static IEnumerable<AdminTab> Of(Visitor visitor) => All.Where(tab => visitor.May(tab.Scopes));
}
