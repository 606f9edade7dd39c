using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Recorders;

/// <summary>A person's word about a recorder: out of service, or in service and nothing speaks against it any more.</summary>
internal sealed class RecorderStates(EvidenceCatalogue catalogue, TimeProvider time)
{
    /// <summary>Idempotent.</summary>
    /// <exception cref="RequestRefusedException">Nobody knows the recorder, or no reason is given.</exception>
    public Task<RecorderStateAnswer> SetAsync(string recorderId, RecorderStateRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(recorderId, "recorder", 200);
        Texts.Demand(request.Note, "note", 1000);
        return catalogue.WriteAsync(db => SetAsync(db, recorderId, request, by, ct), ct);
    }

    private async Task<RecorderStateAnswer> SetAsync(
        CatalogueDb db, string recorderId, RecorderStateRequest request, string by, CancellationToken ct)
    {
        // Locked, so that an announcement either sees the new state or its item is seen here.
        await db.Database.ExecuteSqlAsync($"select 1 from recorders where id = {recorderId} for update", ct);
        var recorder = await db.Recorders.SingleOrDefaultAsync(r => r.Id == recorderId, ct)
            ?? throw new RequestRefusedException(StatusCodes.Status404NotFound, $"没有记录仪 {recorderId}：从未接入，也未指派 / no recorder {recorderId} was ever seen or assigned");
        recorder.State = request.State;
        if (request.State == RecorderState.InService)
            recorder.Alarm = null;
        await db.SaveChangesAsync(ct);
        var accepted = recorder.Dispute is null ? await SettleAsync(db, recorder, request.Note, by, ct) : [];
        return new RecorderStateAnswer(recorderId, recorder.State, accepted);
    }

    private async Task<List<string>> SettleAsync(CatalogueDb db, Recorder recorder, string note, string by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var actor = Actors.Operator(by);
        var accepted = new List<string>();
        var items = await db.Items.AsNoTracking().Where(i => i.RecorderId == recorder.Id && i.Reason != null)
            .OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(ct);
        foreach (var id in items)
        {
            await db.LockItemAsync(id, ct);
            var item = await db.Items.SingleAsync(i => i.Id == id, ct);
            if (item.Findings.All(f => f.Code != FindingCode.RecorderDisputed))
                continue;
            var wasQuarantined = item.State == ItemState.Quarantined;
            item.Settle(FindingCode.RecorderDisputed);
            var events = new List<NewEvent> { new(now, actor, CustodyEventKind.RecorderStateChanged, $"nothing speaks against recorder {recorder.Id} any more: {note}") };
            if (wasQuarantined && item.State == ItemState.Sealed)
            {
                accepted.Add(id);
                events.Add(new NewEvent(now, actor, CustodyEventKind.Accepted, "nothing else speaks against the item"));
            }

            await db.AppendAsync(id, events, ct);
        }

        return accepted;
    }
}
