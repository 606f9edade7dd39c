using Rights = EvidenceIngest.Server.Access.Scopes;

namespace EvidenceIngest.Web.Administration;

/// <param name="What">In the address.</param>
/// <param name="Words">What people call it.</param>
/// <param name="Scope">Right that it needs.</param>
/// <param name="Needed">Columns that have to be there.</param>
/// <param name="Possible">Columns that may be missing.</param>
/// <param name="Example">One line under all of them.</param>
internal sealed record ImportKind(string What, (string Chinese, string English) Words, string Scope, string[] Needed, string[] Possible, string Example)
{
    public static IReadOnlyList<ImportKind> All { get; } =
    [
        new("accounts", ("人员账号", "accounts"), Rights.Accounts, ["账号", "姓名"], ["单位编号", "警号", "目录登录"], "wangfang,王芳,root,013302,否"),
        new("assignments", ("记录仪分配", "assignments of recorders"), Rights.Write, ["记录仪编号", "警号", "姓名"], ["单位", "单位编号", "领用时间"], "dev-J800000,013302,王芳,城市管理局,root,2026-11-20 08:30"),
        new("matters", ("执法事项", "matters"), Rights.Write, ["事项编号", "事项名称", "法律依据"], ["全过程记录", "保管期限类别", "自动关联"], "m-01,占道经营,《城市市容和环境卫生管理条例》第十四条,是,,否"),
        new("cases", ("案件", "cases"), Rights.Cases, ["案号", "状态"], ["事项编号", "单位", "单位编号", "执行终结日期", "执法人员证号", "执法开始时间", "执法结束时间", "执法地点"],
            "鲁菏执罚字〔2026〕12号,办理中,,城市管理局,root,,013302,2026-11-20 09:00,2026-11-20 10:30,人民路12号"),
    ];

    /// <summary>With the mark by which spreadsheet programs know UTF-8.</summary>
    public string Template => "data:text/csv;charset=utf-8," + Uri.EscapeDataString($"\uFEFF{string.Join(',', [.. Needed, .. Possible])}\r\n{Example}\r\n");
}
