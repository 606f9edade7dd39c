using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Disposal;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Status;

/// <summary>What an administrator sees first.</summary>
internal sealed class ServerOverview(
    EvidenceCatalogue catalogue, CatalogueStart start, VaultTrust trust, LogKeeper custodyLog, FixityRegister fixity, EventsOverview events, AccessReading access, ReminderReading reminders,
    RunningWork running, MachineReading machine, CalendarRegister calendar, AgencyDirectory directory, SecondFactorKeeping secondFactors, ServerOptions options, TimeProvider time)
{
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(3);

    public async Task<ServerStatus> StatusAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var items = await catalogue.ReadAsync(
            db => db.Items.GroupBy(i => i.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key.ToString(), g => g.Count, ct), ct);
        var deliveries = await catalogue.ReadAsync(
            db => db.Deliveries.GroupBy(d => d.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key.ToString(), g => g.Count, ct), ct);
        var stages = await catalogue.ReadAsync(
            db => db.ItemStages.GroupBy(s => new { s.Stage, s.State })
                .Select(g => new { g.Key.Stage, g.Key.State, Count = g.Count(), Retrying = g.Count(s => s.Attempts > 0) }).ToListAsync(ct), ct);
        var late = await catalogue.ReadAsync(
            db => db.Items.CountAsync(i => i.OnTime == false || (i.SealedAt == null && i.DeadlineAt < now), ct), ct);
        var waiting = await catalogue.ReadAsync(db => db.LogPending.LongCountAsync(ct), ct);
        var head = await catalogue.ReadAsync(db => db.LogHeads.OrderByDescending(h => h.TreeSize).FirstOrDefaultAsync(ct), ct);
        return new ServerStatus(
            options.Name,
            new VaultStatus(trust.State, trust.Reason, trust.Report?.Attempts ?? [], Warning(trust.Report)),
            items,
            deliveries,
            [.. Stages.InOrder.Select(stage => new StageQueue(
                stage, Count(stage, StageState.Due), Count(stage, StageState.Waiting), Count(stage, StageState.Failed),
                stages.Where(s => s.Stage == stage && s.State == StageState.Due).Sum(s => s.Retrying)))],
            late,
            new CustodyLogStatus(waiting, head?.TreeSize ?? 0, head?.SignedAt, custodyLog.Trouble),
            await catalogue.ReadAsync(db => RetentionAsync(db, now, ct), ct),
            await fixity.StatusAsync(ct),
            await events.StatusAsync(ct),
            await catalogue.ReadAsync(db => db.RecorderIssues.CountAsync(i => i.AlarmedAt != null, ct), ct),
            await catalogue.ReadAsync(db => db.Cases.CountAsync(c => c.FootageState == FootageState.Missing || c.FootageState == FootageState.Gaps, ct), ct),
            await access.StatusAsync(ct),
            directory.Status,
            secondFactors.Unreadable,
            await reminders.StatusAsync(ct),
            running.Now,
            calendar.Warning(await catalogue.ReadAsync(db => db.WorkingDaysAsync(ct), ct)),
            await machine.ReadAsync(ct));

        int Count(Stage stage, StageState state) => stages.Where(s => s.Stage == stage && s.State == state).Sum(s => s.Count);
    }

    /// <summary>Never throws, never tells secrets.</summary>
    public async Task<HealthReport> HealthAsync(CancellationToken ct)
    {
        var reasons = new List<string>();
        if (!start.IsReady)
            reasons.Add("the database can't be reached or is being prepared");
        else
            reasons.AddRange(await AlarmsAsync(ct) ?? ["the database does not answer"]);
        if (trust.State != VaultTrustState.Holds)
            reasons.Add($"nothing is sealed: the vault is {trust.State}");
        if (custodyLog.Trouble.TryGetValue(LogKeeper.Log, out var trouble))
            reasons.Add("no head of the custody log is signed: " + trouble);
        return new HealthReport(reasons.Count == 0 ? "ready" : "degraded", reasons);
    }

    private static string? Warning(VaultProbeReport? probe) => probe?.Weaknesses is { Count: > 0 } weaknesses
        ? $"服务端的存储密钥权限过大：{string.Join("、", weaknesses.Select(w => VaultProbeWords.InChinese(w.Tried)))}。已锁定的原件不受影响；请按 docs/vault.md 设置独立用户"
            + $" / the server's key may do more than it needs: {string.Join(", ", weaknesses.Select(w => w.Tried))}. What is locked is safe; set up separate users as docs/vault.md says"
        : null;

    private async Task<RetentionStatus> RetentionAsync(CatalogueDb db, DateTimeOffset now, CancellationToken ct)
    {
        var executed = await db.Cases.Where(c => c.State == CaseState.Closed && c.PackageId == null).Select(c => c.ExecutedOn).ToListAsync(ct);
        return new RetentionStatus(
            await db.Items.CountAsync(i => i.RetentionDueAt <= now || i.RetentionTrouble != null, ct),
            await db.Items.LocksOverdue(now).CountAsync(ct),
            await db.Items.CountAsync(i => i.RetainWithoutEnd && i.State != ItemState.Disposed, ct),
            await db.Holds.CountAsync(h => h.ReleasedAt == null, ct),
            await db.Items.Expired(now).CountAsync(ct),
            executed.Count(day => day is { } d && CaseFileDeadline.For(d, options.AgencyZone) < now));
    }

    /// <returns>Null when the database does not answer.</returns>
    private async Task<IReadOnlyList<string>?> AlarmsAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(HealthPatience);
        try
        {
            var alarms = new List<string>();
            var findings = await fixity.OpenAsync(limit.Token);
            if (findings.Count > 0)
                alarms.Add("findings of the fixity audit are open: " + string.Join(", ", findings.OrderBy(f => f.Key).Select(f => $"{f.Value} {f.Key}")));
            if (await catalogue.ReadAsync(db => db.Items.LocksOverdue(time.GetUtcNow()).CountAsync(limit.Token), limit.Token) is > 0 and var overdue)
                alarms.Add($"the locks of {overdue} items have not followed their retention rules for more than an hour");
            alarms.AddRange(await events.AlarmsAsync(limit.Token));
            return alarms;
        }
        catch (Exception e) when (e is CatalogueUnavailableException or OperationCanceledException or System.Data.Common.DbException)
        {
            return null;
        }
    }
}
