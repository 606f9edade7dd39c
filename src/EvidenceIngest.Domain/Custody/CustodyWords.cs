namespace EvidenceIngest.Domain.Custody;

/// <summary>What custody events are called where officials read them: reports, and whatever else shows a chain.</summary>
public static class CustodyWords
{
    /// <summary>Chinese; an event of a newer version keeps the name that its bytes have.</summary>
    public static string Chinese(CustodyEventKind kind) => kind switch
    {
        CustodyEventKind.Docked => "接入采集站",
        CustodyEventKind.ClockMeasured => "时钟比对",
        CustodyEventKind.Offloaded => "采集复核",
        CustodyEventKind.Resumed => "断点续采",
        CustodyEventKind.Repeated => "重新采集",
        CustodyEventKind.Announced => "登记",
        CustodyEventKind.Delivered => "送达存储",
        CustodyEventKind.Sealed => "封存",
        CustodyEventKind.FixityMismatch => "校验不一致",
        CustodyEventKind.Receipted => "出具回执",
        CustodyEventKind.Quarantined => "隔离",
        CustodyEventKind.Accepted => "解除隔离",
        CustodyEventKind.Inspected => "媒体检验",
        CustodyEventKind.Rendered => "制作衍生件",
        CustodyEventKind.RenderFailed => "衍生件制作失败",
        CustodyEventKind.MetadataChanged => "信息变更",
        CustodyEventKind.RecorderAssigned => "记录仪配发",
        CustodyEventKind.Cleared => "清除记录仪",
        CustodyEventKind.ClearingRefused => "未清除记录仪",
        CustodyEventKind.ClockSet => "校准时钟",
        CustodyEventKind.ClockNotSet => "时钟未校准",
        CustodyEventKind.RecorderStateChanged => "记录仪状态变更",
        CustodyEventKind.Released => "取回记录仪",
        CustodyEventKind.LinkMade => "生成查看链接",
        CustodyEventKind.Viewed => "查看",
        CustodyEventKind.Exported => "导出数据包",
        CustodyEventKind.Downloaded => "下载",
        CustodyEventKind.TokenIssued => "签发令牌",
        CustodyEventKind.TokenRevoked => "撤销令牌",
        CustodyEventKind.AccessRefused => "拒绝访问",
        CustodyEventKind.DockInvited => "邀请采集站",
        CustodyEventKind.DockEnrolled => "采集站登记",
        CustodyEventKind.ConfigurationChanged => "配置变更",
        CustodyEventKind.RetentionClassChanged => "保管期限类别变更",
        CustodyEventKind.MatterChanged => "执法事项变更",
        CustodyEventKind.CaseChanged => "案件变更",
        CustodyEventKind.CaseFileMade => "形成案卷",
        CustodyEventKind.CaseLinked => "关联案件",
        CustodyEventKind.CaseUnlinked => "取消关联案件",
        CustodyEventKind.RetentionChanged => "保管期限变更",
        CustodyEventKind.LockExtended => "延长锁定",
        CustodyEventKind.HoldPlaced => "冻结",
        CustodyEventKind.HoldReleased => "解除冻结",
        CustodyEventKind.DisposalProposed => "提议销毁",
        CustodyEventKind.DisposalRejected => "不予销毁",
        CustodyEventKind.DisposalConfirmed => "批准销毁",
        CustodyEventKind.Disposed => "销毁",
        CustodyEventKind.FixityChecked => "完整性复核",
        CustodyEventKind.FixityFailed => "完整性异常",
        CustodyEventKind.FixityResolved => "完整性异常已处理",
        CustodyEventKind.Replicated => "复制到第二保全库",
        CustodyEventKind.Restored => "从第二保全库恢复",
        CustodyEventKind.TranscriptChanged => "整理声音文字记录",
        CustodyEventKind.TranscriptConfirmed => "确认声音文字记录",
        CustodyEventKind.LoggedIn => "登录",
        CustodyEventKind.LogInFailed => "登录失败",
        CustodyEventKind.LoggedOut => "退出登录",
        CustodyEventKind.AccountMade => "建立账号",
        CustodyEventKind.AccountChanged => "账号变更",
        CustodyEventKind.PasswordChanged => "密码变更",
        CustodyEventKind.SecondFactorChanged => "双因素认证变更",
        CustodyEventKind.RoleGranted => "授予角色",
        CustodyEventKind.RoleConfirmed => "复核授权",
        CustodyEventKind.RoleRevoked => "撤销角色",
        CustodyEventKind.UnitChanged => "组织机构变更",
        CustodyEventKind.UnitGiven => "划归单位",
        CustodyEventKind.CalendarImported => "导入放假调休安排",
        CustodyEventKind.DeadlineChanged => "入库期限变更",
        CustodyEventKind.RegisterExported => "导出台账",
        CustodyEventKind.WebhookRegistered => "登记事件接收地址",
        CustodyEventKind.WebhookRemoved => "撤销事件接收地址",
        _ => kind.ToString(),
    };

    /// <summary>Who acted, as <see cref="CustodyEvent.Actor"/> has it.</summary>
    public static string Actor(string actor)
    {
        var (role, name) = actor.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? (actor[..colon], actor[(colon + 1)..]) : ("", actor);
        return role switch
        {
            "dock" => "采集站 " + name,
            "server" => "服务器 " + name,
            "operator" => "操作员 " + name,
            "address" => "网络地址 " + name,
            _ => actor,
        };
    }
}
