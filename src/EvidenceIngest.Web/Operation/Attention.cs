using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Web.Words;

namespace EvidenceIngest.Web.Operation;

/// <summary>Something in the service's state that a person has to see to.</summary>
/// <param name="IsBad">Evidence is not sealed or not safe; otherwise something is late or will be.</param>
/// <param name="Words">What, and what to do.</param>
/// <param name="Detail">In the service's own words, or null.</param>
/// <param name="Address">Where it is looked after, or null.</param>
internal sealed record Attention(bool IsBad, (string Chinese, string English) Words, string? Detail = null, string? Address = null)
{
    private const double LittleOfDisk = 0.05;

    /// <summary>The worst first.</summary>
    public static IReadOnlyList<Attention> Of(ServerStatus status, IReadOnlyList<DockView> docks, DateTimeOffset now) =>
        [.. OfEvidence(status).Concat(OfDuties(status)).Concat(OfMachine(status)).Concat(OfDocks(docks, now)).OrderBy(a => !a.IsBad)];

    private static IEnumerable<Attention> OfEvidence(ServerStatus status)
    {
        if (status.Vault.State != VaultTrustState.Holds)
            yield return new Attention(true, ("保全库未通过检验，暂停入库；采集站上的资料不会丢失，检验通过后自动继续", "Nothing is sealed: the vault hasn't passed the probe. What docks hold is safe and goes on by itself"), status.Vault.Reason);
        if (status.Vault.Warning is { } weak)
            yield return new Attention(false, ("存储密钥权限过大", "The key to the store may do too much"), weak);
        if (status.Fixity.OpenFindings.Values.Sum() is > 0 and var open)
            yield return new Attention(true, ($"完整性复核发现 {open} 项异常，请逐项处理", $"Reading the vaults again has found {open} things: look at each"), null, "/fixity?open=true");
        foreach (var vault in status.Fixity.Vaults.Where(v => v.Late is not null))
            yield return new Attention(false, ($"{OperationWords.OfVault(vault.Vault).Chinese}不能按期复核完", $"The {OperationWords.OfVault(vault.Vault).English} can't be read again in time"), vault.Late, "/fixity");
        if (status.Retention.LocksOverdue is > 0 and var locks)
            yield return new Attention(true, ($"{locks} 件资料的锁定超过1小时未随保管期限延长", $"The locks of {locks} items have not followed their terms for more than an hour"));
        foreach (var (part, why) in status.CustodyLog.Trouble)
            yield return new Attention(part == LogKeeper.Log, part == LogKeeper.Log ? ("保管日志停止签名，请立即联系安全审计员核验", "No head of the custody log is signed: have the auditor check it at once") : ($"保管日志不能送往：{part}", $"The custody log's heads don't get to {part}"), why);
        foreach (var (part, why) in status.Fixity.Trouble)
            yield return new Attention(false, ($"完整性复核受阻：{part}", $"The fixity audit is stopped: {part}"), why, "/fixity");
        foreach (var queue in status.Stages.Where(s => s.Failed > 0))
            yield return new Attention(queue.Stage == Stage.Seal, ($"{queue.Failed} 件资料不能{OperationWords.Of(queue.Stage).Chinese}", $"{queue.Failed} items: {OperationWords.Of(queue.Stage).English} can't be done"));
    }

    private static IEnumerable<Attention> OfDuties(ServerStatus status)
    {
        if (status.CalendarWarning is { } calendar)
            yield return new Attention(false, ("缺少放假调休安排", "The working-day calendar lacks a year"), calendar, "/admin/calendar");
        if (status.Late is > 0 and var late)
            yield return new Attention(false, ($"{late} 件资料逾期入库或逾期未入库", $"{late} items came late, or are late and not sealed"));
        if (status.RecordersOverdue is > 0 and var recorders)
            yield return new Attention(false, ($"{recorders} 台记录仪领出过久", $"{recorders} recorders are out too long"));
        if (status.CasesMissingFootage is > 0 and var cases)
            yield return new Attention(false, ($"{cases} 个案件缺少应有的音像资料或有间断", $"{cases} cases lack recordings, or have gaps"));
        if (status.Retention.CaseFilesOverdue is > 0 and var files)
            yield return new Attention(false, ($"{files} 个已结案件超过30日未归档", $"{files} closed cases are not filed though 30 days are over"));
        if (status.Access.Overdue is > 0 and var access)
            yield return new Attention(false, ($"{access} 件查阅申请逾期未决定", $"{access} requests to look at records are past their deadline"));
        foreach (var nobody in status.Reminders.NotHeld)
            yield return new Attention(false, ($"单位 {nobody.Unit} 无人担任{RoleWords.Of(nobody.Role).Chinese}，{nobody.Reminders} 项提醒无人看到", $"Nobody is {RoleWords.Of(nobody.Role).English} of {nobody.Unit}: {nobody.Reminders} reminders are seen by nobody"));
    }

    private static IEnumerable<Attention> OfMachine(ServerStatus status)
    {
        foreach (var disk in status.Machine.Disks.Where(d => d.FreeBytes < d.TotalBytes * LittleOfDisk))
            yield return new Attention(true, ($"磁盘空间不足（{OperationWords.OfDisk(disk.Use).Chinese}），剩余 {Say.Bytes(disk.FreeBytes)}", $"The disk of the {OperationWords.OfDisk(disk.Use).English} is nearly full: {Say.Bytes(disk.FreeBytes)} left"));
        if (status.Directory?.Trouble is { } directory)
            yield return new Attention(false, ("目录服务（LDAP）无法核对密码，使用目录密码的人员不能登录", "The directory can't check passwords: whoever has one there can't log in"), directory);
        if (status.SecondFactorsUnreadable is > 0 and var factors)
            yield return new Attention(true, ($"{factors} 个账号因双因素密钥环丢失不能登录", $"{factors} accounts can't log in: the key ring of second factors is lost"));
        if (status.Events.Broker is { Trouble: { } broker })
            yield return new Attention(false, ("消息代理（MQTT）连接失败", "The broker (MQTT) fails"), broker);
        foreach (var (part, why) in status.Events.Trouble)
            yield return new Attention(false, ($"事件推送受阻：{part}", $"Events are not told: {part}"), why);
        foreach (var webhook in status.Events.Webhooks.Where(w => w.FailingSince is not null || w.Dead > 0))
            yield return new Attention(false, ($"“{webhook.Name}”不接收事件推送，未送达 {webhook.Dead} 条", $"{webhook.Name} doesn't take events; {webhook.Dead} were given up"), webhook.Failure);
    }

    private static IEnumerable<Attention> OfDocks(IReadOnlyList<DockView> docks, DateTimeOffset now) =>
        docks.Where(d => d.ReportedAt is { } last && now - last > DockBoards.Silence)
            .Select(d => new Attention(false, ($"采集站“{d.Name}”没有回应", $"The dock {d.Name} doesn't answer"), null, "/docks"));
}
