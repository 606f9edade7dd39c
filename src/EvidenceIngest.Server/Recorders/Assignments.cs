using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Recorders;

/// <summary>Assigns recorders to officers, and lets what was recorded meanwhile follow.</summary>
internal sealed class Assignments(EvidenceCatalogue catalogue, TimeProvider time)
{
    // Before any recorder: an assignment without a beginning covers what was recorded before anyone wrote it down.
    private static readonly DateTimeOffset SinceEver = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Idempotent. An assignment ends where the next one of the recorder begins.</summary>
    public Task<AssignmentAnswer> AssignAsync(string recorderId, AssignmentRequest request, Caller by, CancellationToken ct)
    {
        Check(recorderId, request);
        return catalogue.WriteAsync(db => AssignAsync(db, recorderId, request, by, ct), ct);
    }

    /// <exception cref="RequestRefusedException">It can't be.</exception>
    public void Check(string recorderId, AssignmentRequest request)
    {
        Texts.Demand(recorderId, "recorder", 200);
        Texts.Demand(request.OfficerNumber, "officerNumber", 64);
        Texts.Demand(request.OfficerName, "officerName", 100);
        Texts.Allow(request.Agency, "agency", 200);
        Texts.Allow(request.Unit, "unit", 40);
        if (request.From < SinceEver || request.From > time.GetUtcNow().AddYears(1))
            throw RequestRefusedException.Invalid("from", "起始时间应在 2000 年至一年以后之间 / must lie between 2000 and a year from now");
    }

    /// <summary>Part of the caller's transaction, which has the recorder's row locked from then on.</summary>
    public async Task<AssignmentAnswer> AssignAsync(
        CatalogueDb db, string recorderId, AssignmentRequest request, Caller by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // Locks the recorder, so that an announcement either sees this assignment or is seen by it.
        await db.Database.ExecuteSqlAsync(
            $"""
             insert into recorders (id, first_seen_at, last_seen_at) values ({recorderId}, {now}, {now})
             on conflict (id) do update set id = excluded.id
             """,
            ct);
        var recorder = await db.Recorders.SingleAsync(r => r.Id == recorderId, ct);
        if (recorder.UnitId is { } owner && !by.Reach.Covers(owner))
            throw RequestRefusedException.NotFound($"没有记录仪 {recorderId}，或者不在您的职责范围内 / there is no recorder {recorderId}");
        var unit = request.Unit
            ?? await db.Accounts.Where(a => a.OfficerNumber == request.OfficerNumber && a.DisabledAt == null).Select(a => a.UnitId).FirstOrDefaultAsync(ct)
            ?? recorder.UnitId ?? Unit.Root;
        await Units.DemandAsync(db, unit, "unit", by.Reach, ct);
        recorder.UnitId = unit;
        var all = await db.RecorderAssignments.Where(a => a.RecorderId == recorderId).OrderBy(a => a.FromAt).ToListAsync(ct);
        var from = request.From?.ToMicroseconds() ?? Beginning(all, request, now);
        var assignment = all.Find(a => a.FromAt == from);
        if (assignment is null)
        {
            assignment = new RecorderAssignment
            {
                Id = Guid.NewGuid(),
                RecorderId = recorderId,
                OfficerNumber = "",
                OfficerName = "",
                FromAt = from,
                AssignedBy = by.Name,
                AssignedAt = now,
            };
            db.Add(assignment);
            all.Add(assignment);
            all.Sort((a, b) => a.FromAt.CompareTo(b.FromAt));
        }

        (assignment.OfficerNumber, assignment.OfficerName, assignment.Agency, assignment.UnitId) = (request.OfficerNumber, request.OfficerName, request.Agency, unit);
        (assignment.AssignedBy, assignment.AssignedAt) = (by.Name, now);
        for (var i = 0; i < all.Count; i++)
            all[i].ToAt = i + 1 < all.Count ? all[i + 1].FromAt : null;
        await db.SaveChangesAsync(ct);

        var accepted = new List<string>();
        // In the order of ids, so that two assignments never wait for each other's items.
        var items = await db.Items.AsNoTracking().Where(i => i.RecorderId == recorderId)
            .OrderBy(i => i.Id).Select(i => new { i.Id, At = i.MadeAt }).ToListAsync(ct);
        foreach (var item in items.Where(i => assignment.Covers(i.At)))
        {
            if (await FollowAsync(db, item.Id, assignment, by.Name, now, ct))
                accepted.Add(item.Id);
        }

        return new AssignmentAnswer(recorderId, RecorderEndpoints.View(assignment), accepted);
    }

    private static DateTimeOffset Beginning(List<RecorderAssignment> all, AssignmentRequest request, DateTimeOffset now)
    {
        if (all.Count == 0)
            return SinceEver;
        var current = all.Find(a => a.Covers(now));
        return current?.OfficerNumber == request.OfficerNumber ? current.FromAt : now;
    }

    /// <returns>True when it took the item out of quarantine.</returns>
    private static async Task<bool> FollowAsync(
        CatalogueDb db, string itemId, RecorderAssignment assignment, string by, DateTimeOffset now, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var item = await db.Items.SingleAsync(i => i.Id == itemId, ct);
        var producer = Prefill.Producer(assignment, item.OfficerNumber, holder: null);
        var unassigned = item.Findings.Any(f => f.Code == FindingCode.RecorderUnassigned);
        // What a person entered stays.
        var refresh = item.Producer?.Source != MetadataSource.Person && item.Producer != producer;
        var moves = item.UnitId != assignment.UnitId;
        item.ProducerNumber = assignment.OfficerNumber;
        if (!unassigned && !refresh && !moves)
            return false;

        var actor = Actors.Operator(by);
        var events = new List<NewEvent>
        {
            new(now, actor, CustodyEventKind.RecorderAssigned,
                $"recorder {item.RecorderId} is assigned to {assignment.OfficerName} ({assignment.OfficerNumber}) from {assignment.FromAt:O}"),
        };
        if (moves)
        {
            events.Add(new NewEvent(now, actor, CustodyEventKind.UnitGiven, $"from {item.UnitId} to {assignment.UnitId}"));
            item.UnitId = assignment.UnitId;
        }

        if (refresh)
        {
            events.Add(new NewEvent(
                now, actor, CustodyEventKind.MetadataChanged, $"producer: from {MetadataChanges.Show(item.Producer)} to {MetadataChanges.Show(producer)}"));
            item.Producer = producer;
        }

        var wasQuarantined = item.State == ItemState.Quarantined;
        if (unassigned)
            item.Settle(FindingCode.RecorderUnassigned);
        var accepted = wasQuarantined && item.State == ItemState.Sealed;
        if (accepted)
            events.Add(new NewEvent(now, actor, CustodyEventKind.Accepted, "the recorder is assigned now; nothing else speaks against the item"));
        await db.AppendAsync(itemId, events, ct);
        return accepted;
    }
}
