using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>Reads the media's facts. Idempotent; a file that is damaged or foreign is a finding, never a failure.</summary>
internal sealed class Inspecting(
    EvidenceCatalogue catalogue, MasterCopies masters, IMediaInspector inspector, ServerOptions options, TimeProvider time)
{
    public async Task RunAsync(string itemId, WorkPlace work, CancellationToken ct)
    {
        var item = await catalogue.ReadAsync(db => db.Items.Include(i => i.Files).SingleAsync(i => i.Id == itemId, ct), ct);
        var files = item.Files.OrderBy(f => f.Position).ToList();
        var copies = await masters.FetchAsync(files, work, ct);
        var facts = new List<MediaFacts>();
        foreach (var copy in copies)
            facts.Add(WithoutNulls(await inspector.InspectAsync(copy, item.Kind, ct)));
        await catalogue.WriteAsync(db => RecordAsync(db, itemId, facts, ct), ct);
    }

    private async Task RecordAsync(CatalogueDb db, string itemId, List<MediaFacts> facts, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var item = await db.Items.Include(i => i.Files).Include(i => i.Stages).Include(i => i.Facts).SingleAsync(i => i.Id == itemId, ct);
        var stage = item.Stages.Single(s => s.Stage == Stage.Inspect);
        if (stage.State != StageState.Due)
            return;
        var now = time.GetUtcNow();
        var actor = Actors.Server(options.Name);
        item.Facts.Clear();
        item.Facts.AddRange(facts.Select((f, position) => new StoredFacts { ItemId = itemId, Position = position, Facts = f, InspectedAt = now }));
        var kind = facts.Select(f => f.Kind).FirstOrDefault(k => k != MediaKind.Other, MediaKind.Other);
        item.Kind = kind;

        var events = new List<NewEvent> { new(now, actor, CustodyEventKind.Inspected, Describe(item, facts)) };
        if (item.Note(facts.SelectMany(f => FindingsOf(item, f))))
            events.Add(new NewEvent(now, actor, CustodyEventKind.Quarantined, item.Reason!));
        item.SetDeadline(await db.WorkingDaysAsync(ct), options.AgencyZone);

        stage.Become(StageState.Done, now);
        var render = item.Stages.Single(s => s.Stage == Stage.Render);
        if (kind == MediaKind.Other && item.SidecarRole != SidecarRole.Gps)
        {
            render.Become(StageState.NotNeeded, now);
            item.Stages.Single(s => s.Stage == Stage.Transcribe).Become(StageState.NotNeeded, now);
        }
        else
        {
            render.Become(StageState.Due, now);
            render.DueAt = options.RenderingHours?.NextFrom(now, options.AgencyZone) ?? now;
        }

        await db.AppendAsync(itemId, events, ct);
        await db.DueFootageAsync(item, now, ct);
    }

    // That positions, digests and logs are no media is what they are for.
    private static IEnumerable<Finding> FindingsOf(EvidenceItem item, MediaFacts facts) =>
        item.SidecarRole is null || facts.Kind != MediaKind.Other
            ? facts.Findings
            : facts.Findings.Where(f => f.Code != FindingCode.Foreign && (f.Code != FindingCode.Damaged || item.Files.Sum(m => m.Bytes) > 0));

    // PostgreSQL can't keep U+0000, and a damaged file makes tools say strange things.
    private static MediaFacts WithoutNulls(MediaFacts facts) => facts with
    {
        Findings = [.. facts.Findings.Select(f => f with { Detail = f.Detail.Replace("\0", "", StringComparison.Ordinal) })],
        Container = facts.Container?.Replace("\0", "", StringComparison.Ordinal),
        RawJson = facts.RawJson.Replace("\0", "", StringComparison.Ordinal),
    };

    private static string Describe(EvidenceItem item, List<MediaFacts> facts) =>
        $"{item.Kind} by {facts.Select(f => f.Tool).FirstOrDefault("nothing")}: " + string.Join("; ", facts.Select((f, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"file {i + 1} {f.Container ?? "no container"} {f.VideoCodec} {f.AudioCodec} {f.Duration?.TotalSeconds:F3} s, {f.Findings.Count} findings")));
}
