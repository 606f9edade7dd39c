using System.Globalization;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Reminders;

/// <summary>What duties are called and how their terms are explained where officials read it.</summary>
internal static class DutyWords
{
    public static string Title(DutyKind kind) => kind switch
    {
        DutyKind.Storage => "音像资料入库",
        DutyKind.Requirements => "补齐音像资料要素",
        DutyKind.CaseFile => "案卷归档",
        DutyKind.AccessDecision => "审批查阅申请",
        DutyKind.RecorderOut => "记录仪接入采集站",
        DutyKind.ReviewCorrection => "评查问题整改",
        DutyKind.YearlyFigures => "公开年度执法数据",
        _ => kind.ToString(),
    };

    /// <param name="kind">Which duty.</param>
    /// <param name="role">Who reads it.</param>
    /// <param name="lacks">What is missing, of requirements.</param>
    public static string ToDo(DutyKind kind, Role role, string lacks) => kind switch
    {
        DutyKind.Storage when role == Role.Officer => "请将记录仪接入采集站，待屏幕提示入库完成后取走。",
        DutyKind.Storage when role == Role.Custodian => "请督促制作人采集，并检查采集站和网络；已经逾期的，登记逾期原因。",
        DutyKind.Storage => "该音像资料逾期未入库，请督促办理，查明原因。",
        DutyKind.Requirements when role == Role.Officer => $"缺少{lacks}。请向音像资料管理员说明情况，由其补录。",
        DutyKind.Requirements when role == Role.Custodian => $"缺少{lacks}。请补录；声音资料的文字记录请核对后确认。",
        DutyKind.Requirements => $"缺少{lacks}。要素不全的音像资料不能归档，请督促补录。",
        DutyKind.CaseFile when role == Role.Officer => "请核对本案音像资料是否齐全，缺少的及时补充。",
        DutyKind.CaseFile when role == Role.Custodian => "请补齐本案音像资料并关联，齐全后系统自动形成案卷。",
        DutyKind.CaseFile => "本案案卷尚未形成，请督促归档。",
        DutyKind.AccessDecision when role == Role.Head => "请作出同意、遮蔽后同意或者不予同意的决定，并写明理由。",
        DutyKind.AccessDecision => "查阅申请尚未审批，请提请负责人决定。",
        DutyKind.RecorderOut when role == Role.Officer => "请将记录仪接入采集站，避免其中的音像资料逾期。",
        DutyKind.RecorderOut => "记录仪领用后尚未采集，请督促领用人接入采集站或者归还。",
        DutyKind.ReviewCorrection when role == Role.Officer => "评查发现本案存在问题，请配合整改。",
        DutyKind.ReviewCorrection => "请完成整改并登记整改情况，供监督人员核查。",
        DutyKind.YearlyFigures => "请核对并形成上年度数据，按规定公开并报送本级人民政府和上级主管部门。",
        _ => "",
    };

    /// <param name="kind">Which duty.</param>
    /// <param name="from">What its term is counted from.</param>
    /// <param name="options">The terms that the agency set itself.</param>
    public static string Counted(DutyKind kind, DateOnly from, ReminderOptions options)
    {
        var day = from.ToString("yyyy年M月d日", CultureInfo.InvariantCulture);
        return kind switch
        {
            DutyKind.Storage => "自制作完成次日起两个工作日内入库（全过程记录办法第二十八条）",
            DutyKind.Requirements => $"自{day}入库次日起{Number(options.RequirementDays)}个工作日内补齐（要素依据全过程记录办法第二十七条，期限为本机关设定）",
            DutyKind.CaseFile => $"自{day}执行终结次日起三十日内归档（全过程记录办法第二十九条）",
            DutyKind.AccessDecision => "自收到申请次日起，在本机关设定的期限内审批（全过程记录办法第三十条）",
            DutyKind.RecorderOut => $"自{day}领用或者上次采集次日起两个工作日内（全过程记录办法第二十八条）",
            DutyKind.ReviewCorrection => $"自{day}提出问题或者退回次日起{Number(options.CorrectionDays)}个工作日内整改（期限为本机关设定）",
            DutyKind.YearlyFigures => "每年1月31日前公开上年度数据（行政执法信息公示办法第九条）",
            _ => "",
        };
    }

    /// <summary>Where it is read.</summary>
    public static string Address(Duty duty) => "/api/v1/" + duty.Kind switch
    {
        DutyKind.Storage or DutyKind.Requirements => "items/" + Uri.EscapeDataString(duty.About),
        DutyKind.CaseFile => "cases/" + Uri.EscapeDataString(duty.About),
        DutyKind.AccessDecision => "access-requests/" + Uri.EscapeDataString(duty.About),
        DutyKind.RecorderOut => "recorders/issues",
        DutyKind.ReviewCorrection => "review-findings",
        _ => string.Create(CultureInfo.InvariantCulture, $"supervision/yearly?year={duty.CountedFrom.Year - 1}&unit={Uri.EscapeDataString(duty.About)}"),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
