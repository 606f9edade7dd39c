using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Makes ordered copies and stores them, proven, for review.</summary>
internal sealed class RedactionMaking(
    SessionLocks locks, EvidenceCatalogue catalogue, Redactor redactor, MasterCopies masters, IMediaInspector inspector, IVault vault, RenditionStore store, WorkFolder folder,
    RunningWork running, ServerOptions options, TimeProvider time, ILogger<RedactionMaking> log) : OrderMaking<RedactionOrder>(locks, catalogue, options, time)
{
    // PCM in stereo, of the recording and of the copy.
    private const int SoundBytesPerSecond = 2 * 192_000;

    // The file, and a copy that is at most as large.
    private const int RoomFactor = 3;

    // Further off, and what people saw when they drew is not where the master has it.
    private const double MostDifference = 0.5;

    protected override long Turn => 0x45_56_52_44;

    protected override IQueryable<RedactionOrder> Due(CatalogueDb db, DateTimeOffset now) =>
        db.Redactions.Where(r => r.State == RedactionState.Ordered && r.DueAt <= now).OrderBy(r => r.DueAt);

    // The store that is away is waited for; a machine without room is given up like a file that can't be read, and ordered again by a person.
    protected override bool IsPassing(Exception failure) => failure is VaultUnavailableException or HttpRequestException or TimeoutException;

    protected override async Task TryMakeAsync(RedactionOrder order, CancellationToken ct)
    {
        var item = await Catalogue.ReadAsync(
            db => db.Items.Include(i => i.Files).Include(i => i.Facts).Include(i => i.Renditions).SingleAsync(i => i.Id == order.ItemId, ct), ct);
        if (item.State == ItemState.Disposed)
            throw new RenditionFailedException("已到期销毁 / it was disposed of after its term");
        var plan = EvidenceJson.FromBytes<RedactionPlan>(order.Plan);
        var transcript = await Catalogue.ReadAsync(db => RedactionOrders.TranscriptAsync(db, order.ItemId, plan, ct), ct);
        var (words, length) = (transcript?.Read(), RedactionOrders.LengthOf(item));
        using var shown = running.Begin("Redact");
        using var work = folder.Open(order.ItemId);
        work.DemandRoom((long)(length * SoundBytesPerSecond));
        var wanted = new RedactionWork(order.Name, item.Kind, [], "", plan, order.PlanSha256, HushedSpan.Of(plan, words, length));
        var (made, note) = await RedactAsync(item, wanted, work, shown, ct);
        var stored = new List<StoredRendition> { await store.PutAsync(order.ItemId, order.Bucket, order.Key, made, ct) };
        if (words is not null)
        {
            var text = await WriteAsync(order, RedactedText.Plain(words, plan, length), transcript!.Sha256, work, ct);
            stored.Add(await store.PutAsync(order.ItemId, order.Bucket, order.Key + "-text", text, ct));
        }

        await Catalogue.WriteAsync(db => RecordAsync(db, order, stored, note, ct), ct);
    }

    /// <summary>From the masters; where they resist, or play differently from what people see, from the viewing copy.</summary>
    private async Task<(Rendition Made, string? Note)> RedactAsync(EvidenceItem item, RedactionWork wanted, WorkPlace work, IProgress<RenderStep> progress, CancellationToken ct)
    {
        var proxy = item.Renditions.FirstOrDefault(r => r.Name == "proxy");
        string? obstacle = null;
        if (proxy?.Recipe.DurationDifference is not { } difference || Math.Abs(difference) <= MostDifference)
        {
            try
            {
                return (await redactor.MakeAsync(wanted with { Masters = await MastersAsync(item, work, ct), Source = "the masters" }, work.Folder, progress, ct), null);
            }
            catch (RenditionFailedException e)
            {
                obstacle = e.Message;
            }
        }

        if (proxy is null)
            throw new RenditionFailedException(obstacle ?? "没有可供遮蔽的原始文件或查看件 / there is neither a master nor a proxy to redact");
        log.RedactedFromProxy(wanted.Name, item.Id, obstacle ?? "its times differ");
        work.DemandRoom(RoomFactor * proxy.Bytes);
        var file = Path.Combine(work.Folder, "proxy" + Path.GetExtension(proxy.Key));
        await MasterCopies.FetchAsync(vault, new VaultVersion(proxy.Bucket, proxy.Key, proxy.VersionId), proxy.Sha256, file, ct);
        var copy = new MasterCopy(file, proxy.Sha256, await inspector.InspectAsync(file, item.Kind, ct));
        return (await redactor.MakeAsync(wanted with { Masters = [copy], Source = "the proxy" }, work.Folder, progress, ct), "取自查看件，而非原始文件 / made from the proxy, not from the masters");
    }

    private async Task<IReadOnlyList<MasterCopy>> MastersAsync(EvidenceItem item, WorkPlace work, CancellationToken ct)
    {
        var files = item.Files.OrderBy(f => f.Position).ToList();
        var copies = await masters.FetchAsync(files, work, ct);
        var facts = item.Facts.ToDictionary(f => f.Position, f => f.Facts);
        return [.. files.Select((f, i) => new MasterCopy(copies[i], f.Sha256, facts[f.Position]))];
    }

    private static async Task<Rendition> WriteAsync(RedactionOrder order, string text, string transcriptSha256, WorkPlace work, CancellationToken ct)
    {
        var (file, bytes) = (Path.Combine(work.Folder, "redacted.txt"), Encoding.UTF8.GetBytes(text));
        await File.WriteAllBytesAsync(file, bytes, ct);
        using var hasher = new ContentHasher(withSm3: true);
        hasher.Append(bytes);
        return new Rendition(
            RedactionNames.TextOf(order.Number), file, "text/plain; charset=utf-8", bytes.Length, hasher.Finish(),
            new RenditionRecipe($"{Redactor.Maker}, plan sha256 {order.PlanSha256}", [], [transcriptSha256], Copied: false, DurationDifference: null));
    }

    protected override async Task<RedactionOrder?> LockAsync(CatalogueDb db, RedactionOrder order, CancellationToken ct)
    {
        await db.LockItemAsync(order.ItemId, ct);
        var known = await db.Redactions.SingleAsync(r => r.Id == order.Id, ct);
        return known.State == RedactionState.Ordered ? known : null;
    }

    protected override void Fail(RedactionOrder known) => known.State = RedactionState.Failed;

    private async Task RecordAsync(CatalogueDb db, RedactionOrder order, List<StoredRendition> made, string? note, CancellationToken ct)
    {
        if (await LockAsync(db, order, ct) is not { } known)
            return;
        var now = Time.GetUtcNow();
        db.AddRange(made);
        await db.SaveChangesAsync(ct);
        (known.State, known.Note, known.MadeAt) = (RedactionState.ToReview, note, now);
        (known.Rendition, known.TextRendition) = (made[0].Name, made.Count > 1 ? made[1].Name : null);
        var actor = Actors.Server(Options.Name);
        await db.AppendAsync(
            order.ItemId,
            [.. made.Select(r => new NewEvent(now, actor, CustodyEventKind.Rendered, $"{RenditionStore.Describe(r)}, proven, ordered by {order.OrderedBy}, to be reviewed by another person"))], ct);
    }
}
