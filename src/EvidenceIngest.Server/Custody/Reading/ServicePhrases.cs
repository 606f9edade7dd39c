using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Server.Custody.Reading;

/// <summary>What the service's own chain says: log-ins, roles, settings, rules, cases and reviews. As in <see cref="ItemPhrases"/>, the longer sentence comes first.</summary>
internal static class ServicePhrases
{
    private static readonly Phrase[] OfRole =
    [
        new("{account}, {role:Role} of {unit} ({grant}): {why:said}; waits for a second person", "{account}，{role}，单位 {unit}（{grant}）：{why}；待第二人确认"),
        new("{account}, {role:Role} of {unit} ({grant}): given by {by:said}", "{account}，{role}，单位 {unit}（{grant}）：授予人 {by}"),
        new("{account}, {role:Role} of {unit} ({grant}): the password was reset", "{account}，{role}，单位 {unit}（{grant}）：密码已重置"),
        new("{account}, {role:Role} of {unit} ({grant}): {why:said}", "{account}，{role}，单位 {unit}（{grant}）：{why}"),
    ];

    private static readonly Phrase[] Hook = [new("{id}: {name}, {url}, {types}", "{name}（{id}），{url}，事件 {types}"), new("{id}: {name}, {url}", "{name}（{id}），{url}")];

    private static readonly Phrase[] HandedOut =
    [
        new("yearly figures of {year:n}, units {units}, as {role:Role}", "{year} 年度数据，单位 {units}，以{role}身份"),
        new("completeness report of case {number}, as {role:Role}", "案件 {number} 音像资料完整性报告，以{role}身份"),
        new("{filter:filter}, as {role:Role} of their units", "{filter}；以{role}身份，限所辖单位"),
        new("{filter:filter}, as {role:Role}", "{filter}；以{role}身份"),
        new("{filter:filter}", "{filter}"),
    ];

    public static IReadOnlyDictionary<CustodyEventKind, Phrase[]> Of { get; } = new Dictionary<CustodyEventKind, Phrase[]>
    {
        [CustodyEventKind.TokenIssued] =
        [
            new("{id}: {name}, {role:Role} of {unit}, from any address, until {until:end}", "{name}（{id}），{role}，单位 {unit}，不限地址，有效期至 {until}"),
            new("{id}: {name}, {role:Role} of {unit}, from {networks}, until {until:end}", "{name}（{id}），{role}，单位 {unit}，限 {networks}，有效期至 {until}"),
        ],
        [CustodyEventKind.TokenRevoked] = [new("{id}: {name}, dock", "{name}（{id}），采集站"), new("{id}: {name}, {role:Role}", "{name}（{id}），{role}")],
        [CustodyEventKind.AccessRefused] =
        [
            new("{method} {route}: {why:note}; {more:n} more since the last record of this", "{method} {route}：{why}；上次记录以来另有 {more} 次"),
            new("{method} {route}: {why:note}", "{method} {route}：{why}"),
        ],
        [CustodyEventKind.DockInvited] = [new("a code that enrols one dock until {until:time}", "一次性登记码，{until} 前有效")],
        [CustodyEventKind.DockEnrolled] = [new("as '{name}', with a code of {by}", "登记为“{name}”，登记码由 {by} 生成")],
        [CustodyEventKind.ConfigurationChanged] = [new("first start, nothing set", "首次启动，均为默认设置"), new("{settings:settings}", "{settings}")],
        [CustodyEventKind.RetentionClassChanged] =
        [
            new("{id}: {months:months}, {name}, {article}; new; reason: {why}", "{name}（{id}）：{months}，{article}；新增；理由：{why}"),
            new("{id}: {months:months}, {name}, {article}; before {before:months}, {was}, {from}; reason: {why}", "{name}（{id}）：{months}，{article}；此前：{before}，{was}，{from}；理由：{why}"),
        ],
        [CustodyEventKind.MatterChanged] = [new("{now:matter}; before: {before:matter}", "{now}；此前：{before}")],
        [CustodyEventKind.CaseChanged] = [new("case {number}: {now:case}; before: {before:case}", "案件 {number}：{now}；此前：{before}")],
        [CustodyEventKind.CaseFileMade] = [new("case {number}: {package}, nothing is missing", "案件 {number}：数据包 {package}，无缺失")],
        [CustodyEventKind.CaseFootageLooked] = [new("case {number}: {now:footage}; before: {before:footage}", "案件 {number}：{now}；此前：{before}")],
        [CustodyEventKind.CaseExchanged] =
        [
            new(
                "case {number}: {records:n} records for '{title}' {version} (sha256 {profile:hex}), export {id}, manifest sha256 {manifest:hex}: {why}",
                "案件 {number}：按“{title}”{version}（SHA-256 {profile}）导出 {records} 条，批次 {id}，清单 SHA-256 {manifest}；事由：{why}"),
        ],
        [CustodyEventKind.LoggedIn] =
        [
            new("session {id} from {address}[, with the directory's password][, with a second factor]", "会话 {id}，来自 {address}[，使用统一目录密码][，已验证第二因素]"),
        ],
        [CustodyEventKind.LogInFailed] =
        [
            new("as nobody who is known: {why:said}; {more:n} more since the last record of this", "账号不存在：{why}；上次记录以来另有 {more} 次"),
            new("as nobody who is known: {why:said}", "账号不存在：{why}"),
            new("as {account}: {why:said}; {more:n} more since the last record of this", "{account}：{why}；上次记录以来另有 {more} 次"),
            new("as {account}: {why:said}", "{account}：{why}"),
        ],
        [CustodyEventKind.LoggedOut] = [new("session {id}", "会话 {id}")],
        [CustodyEventKind.AccountMade] =
        [
            new("{account}, the first, {role:Role} of {unit}", "{account}，首个账号，{role}，单位 {unit}"),
            new("{account}, unit {unit}, officer number none[, with the directory's password]", "{account}，单位 {unit}，无警号[，使用统一目录密码]"),
            new("{account}, unit {unit}, officer number {number}, with the directory's password", "{account}，单位 {unit}，警号 {number}，使用统一目录密码"),
            new("{account}, unit {unit}, officer number {number}", "{account}，单位 {unit}，警号 {number}"),
        ],
        [CustodyEventKind.AccountChanged] = [new("{account}: {changes:changes}; reason: {why}", "{account}：{changes}；理由：{why}")],
        [CustodyEventKind.PasswordChanged] =
        [
            new("{account}: reset to a one-time password; all sessions end", "{account}：重置为一次性密码，全部会话终止"),
            new("{account}: by its owner; all other sessions end", "{account}：本人修改，其他会话终止"),
        ],
        [CustodyEventKind.SecondFactorChanged] =
        [
            new("{account}: set up by its owner; all other sessions end", "{account}：本人设置，其他会话终止"),
            new("{account}: taken away: {why}; all sessions end", "{account}：取消：{why}；全部会话终止"),
        ],
        [CustodyEventKind.RoleGranted] = OfRole,
        [CustodyEventKind.RoleConfirmed] = OfRole,
        [CustodyEventKind.RoleRevoked] = OfRole,
        [CustodyEventKind.UnitChanged] = [new("unit {id}: {now:unit}; before: {before:unit}", "单位 {id}：{now}；此前：{before}")],
        [CustodyEventKind.UnitGiven] =
        [
            new("dock {id}: from {before} to {after}", "采集站 {id} 由单位 {before} 调整至 {after}"),
            new("from {before} to {after}", "由单位 {before} 调整至 {after}"),
        ],
        [CustodyEventKind.CalendarImported] =
        [
            new(
                "notice for {year:n}, sha256 {sha256:hex}, instead of {before}; {due:n} deadlines are counted anew; reason: {why}",
                "{year} 年放假安排，SHA-256 {sha256}，替换 {before}；重新计算 {due} 个期限；理由：{why}"),
        ],
        [CustodyEventKind.RegisterExported] = HandedOut,
        [CustodyEventKind.Searched] = HandedOut,
        [CustodyEventKind.WebhookRegistered] = Hook,
        [CustodyEventKind.WebhookRemoved] = Hook,
        [CustodyEventKind.RecorderIssued] = [new("recorder {id} to {name} ({number}) until {until:time}", "记录仪 {id} 发给{name}（警号 {number}），归还时间 {until}")],
        [CustodyEventKind.RecorderReturned] =
        [
            new("recorder {id} from {name} ({number}), not seen in a bay since it was handed out[: {note}]", "记录仪 {id} 由{name}（警号 {number}）归还，领用后未接入采集站[：{note}]"),
            new("recorder {id} from {name} ({number}), seen in a bay at {docked:time}[: {note}]", "记录仪 {id} 由{name}（警号 {number}）归还，{docked} 接入过采集站[：{note}]"),
        ],
        [CustodyEventKind.RecorderOverdue] =
        [
            new("recorder {id}, with {name} ({number}) since {since:time}: what it holds is late after {due:time}", "记录仪 {id}，{name}（警号 {number}）自 {since} 领用，其中音像资料的入库期限为 {due}"),
        ],
        [CustodyEventKind.ReviewCriterionChanged] = [new("{id}: {now:criterion}; before: {before:criterion}", "{id}：{now}；此前：{before}")],
        [CustodyEventKind.ReviewDrawn] =
        [
            new(
                "{id}: {drawn:n} of {all:n} cases closed {from:day} to {to:day}[ in unit {unit}], population sha256 {population:hex}, seed of the service '{seed}': {why}",
                "{id}：{from} 至 {to} [单位 {unit} ]办结案件 {all} 件，抽取 {drawn} 件，总体 SHA-256 {population}，系统随机种子“{seed}”；事由：{why}"),
            new(
                "{id}: {drawn:n} of {all:n} cases closed {from:day} to {to:day}[ in unit {unit}], population sha256 {population:hex}, seed chosen '{seed}': {why}",
                "{id}：{from} 至 {to} [单位 {unit} ]办结案件 {all} 件，抽取 {drawn} 件，总体 SHA-256 {population}，指定种子“{seed}”；事由：{why}"),
        ],
        [CustodyEventKind.CaseReviewed] =
        [
            new("{id}: case {number}, {points:n} of {most:n} points ({scores}), {findings:n} findings", "{id}：案件 {number}，得 {points} 分（满分 {most} 分；{scores}），发现问题 {findings} 个"),
        ],
        [CustodyEventKind.ReviewCorrected] = [new("{id} of case {number}: {what}", "案件 {number} 的问题 {id}：{what}")],
        [CustodyEventKind.ReviewJudged] =
        [
            new("{id} of case {number}: closed: {why}", "案件 {number} 的问题 {id}：销号，{why}"),
            new("{id} of case {number}: sent back: {why}", "案件 {number} 的问题 {id}：退回，{why}"),
        ],
        [CustodyEventKind.ReminderTold] = [new("{duty:Duty} of {about}: {role:Role} of {unit}, due {due:time}", "{duty}（{about}）：提醒单位 {unit} 的{role}，期限 {due}")],
        [CustodyEventKind.ReminderRecounted] =
        [
            new("{duty:Duty} of {about}: from {before:time} to {after:time}; told too early by that, and told again when it is time: {told}", "{duty}（{about}）：期限由 {before} 改为 {after}；提前发出的提醒到时重发：{told}"),
            new("{duty:Duty} of {about}: from {before:time} to {after:time}", "{duty}（{about}）：期限由 {before} 改为 {after}"),
        ],
        [CustodyEventKind.YearlyFiguresMade] = [new("{year:n} of {unit}, edition {edition:n}, sha256 {sha256:hex}: {why}", "单位 {unit} {year} 年度数据第 {edition} 版，SHA-256 {sha256}；事由：{why}")],
    };
}
