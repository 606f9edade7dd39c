namespace EvidenceIngest.Server.Access;

internal static class RoleWords
{
    public static (string Chinese, string English) Of(Role role) => role switch
    {
        Role.Local => ("本机管理者", "owner of the machine"),
        Role.Custodian => ("音像资料管理员", "custodian"),
        Role.Head => ("负责人", "head of the agency"),
        Role.Supervisor => ("执法监督人员", "supervisor"),
        Role.Auditor => ("安全审计员", "auditor"),
        Role.SecurityAdministrator => ("安全管理员", "security administrator"),
        Role.SystemAdministrator => ("系统管理员", "system administrator"),
        Role.Officer => ("执法人员", "officer"),
        Role.CaseSystem => ("办案系统", "case system"),
        _ => (role.ToString(), role.ToString()),
    };
}
