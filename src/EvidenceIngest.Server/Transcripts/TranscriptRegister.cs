using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Transcription;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transcripts;

/// <summary>
/// Lets people write, correct, confirm and read what was said. Every version stays, and the chain tells of each. Whoever writes
/// or confirms names the version that he read, so that two don't overwrite each other and nobody vouches for words he never saw.
/// </summary>
internal sealed class TranscriptRegister(EvidenceCatalogue catalogue, TranscriptionOptions options, TimeProvider time)
{
    /// <summary>Reading on within that time is one look, as with links.</summary>
    private static readonly TimeSpan OneLook = TimeSpan.FromMinutes(5);

    /// <summary>All versions without their words, the last one first.</summary>
    /// <exception cref="RequestRefusedException">404: there is no such item.</exception>
    public Task<List<TranscriptVersion>> VersionsAsync(string itemId, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            await ItemRegister.DemandExistsAsync(db, itemId, ct);
            return await db.Transcripts.Where(t => t.ItemId == itemId).OrderByDescending(t => t.Version)
                .Select(t => new TranscriptVersion(t.Version, t.State, t.MadeAt, t.MadeBy, t.Why, t.Sha256)).ToListAsync(ct);
        },
        ct);

    /// <summary>The words, which are what the recording says: who reads them is in the chain before he gets them.</summary>
    /// <param name="itemId">Whose.</param>
    /// <param name="version">Null for the last one.</param>
    /// <param name="by">Who reads.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RequestRefusedException">404 when there is none; 410 when the item was disposed of.</exception>
    public Task<Transcript> ReadAsync(string itemId, int? version, string by, CancellationToken ct)
    {
        var now = time.GetUtcMilliseconds();
        return catalogue.WriteAsync(
            async db =>
            {
                await db.LockItemAsync(itemId, ct);
                var item = await db.Items.SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
                if (item.State == ItemState.Disposed)
                    throw new RequestRefusedException(StatusCodes.Status410Gone, $"资料 {itemId} 已到期销毁 / item {itemId} was disposed of after its term");
                var wanted = await db.Transcripts.AsNoTracking().Where(t => t.ItemId == itemId && (version == null || t.Version == version))
                    .OrderByDescending(t => t.Version).FirstOrDefaultAsync(ct)
                    ?? throw (version is null ? NoTranscript(itemId) : RequestRefusedException.NotFound($"资料 {itemId} 没有第 {version} 版文字记录 / item {itemId} has no transcript version {version}"));
                await LookAsync(db, wanted, now, by, ct);
                return Shown(wanted.Read());
            },
            ct);
    }

    /// <summary>Makes the next version, which nobody has confirmed. The same request again finds its own.</summary>
    /// <exception cref="RequestRefusedException">400 for what is no transcript of this item, 409 when somebody was faster or the item has no sound.</exception>
    public Task<Transcript> WriteAsync(string itemId, TranscriptRequest request, string by, CancellationToken ct, Precondition? precondition = null)
    {
        TranscriptRules.Check(request);
        // Whoever sends a corrected draft back may have left the engine's words in it; times and confidence of words that are others now are nobody's.
        request = request with { Segments = [.. request.Segments.Select(s => s with { Words = null })] };
        var now = time.GetUtcMilliseconds();
        return catalogue.WriteAsync(
            async db =>
            {
                var (item, last) = await OpenAsync(db, itemId, ct);
                var known = last?.Read();
                if (known is not null && IsSame(known, request, by) && IsRetry(known.Version, request.Follows))
                    return known;
                precondition?.Demand(known is null ? null : Shown(known));
                Demand(last, itemId, request.Follows);
                TranscriptRules.CheckLength(item, request.Segments);
                var made = new Transcript(
                    itemId, request.Follows + 1, request.Language, TranscriptState.Corrected, Transcript.ByPerson, request.Segments, now, by, null, null);
                return await AddAsync(db, item, last, made, request.Why, ct);
            },
            ct);
    }

    /// <summary>A person vouches for the last version. The same request again finds its own.</summary>
    /// <exception cref="RequestRefusedException">404 when there is none, 409 when it is no longer the last version or confirmed already.</exception>
    public Task<Transcript> ConfirmAsync(string itemId, TranscriptConfirmation request, string by, CancellationToken ct)
    {
        TranscriptRules.CheckWhy(request.Why);
        var now = time.GetUtcMilliseconds();
        return catalogue.WriteAsync(
            async db =>
            {
                var (item, last) = await OpenAsync(db, itemId, ct);
                var known = last?.Read() ?? throw NoTranscript(itemId);
                var isConfirmed = known.State == TranscriptState.Confirmed;
                if (isConfirmed && known.ConfirmedBy == by && IsRetry(known.Version, request.Version))
                    return known;
                Demand(last, itemId, request.Version);
                if (isConfirmed)
                    throw RequestRefusedException.Conflict($"资料 {itemId} 的第 {known.Version} 版文字记录已由 {known.ConfirmedBy} 确认 / version {known.Version} of the transcript of {itemId} was confirmed already, by {known.ConfirmedBy}");
                var made = known with { Version = known.Version + 1, State = TranscriptState.Confirmed, ConfirmedAt = now, ConfirmedBy = by };
                return await AddAsync(db, item, last, made, request.Why, ct);
            },
            ct);
    }

    /// <summary>An engine's draft as the next version, in the transaction of the stage that it ends.</summary>
    /// <param name="db">With the item locked, and no person's version of its transcript.</param>
    /// <param name="item">Whose.</param>
    /// <param name="language">That it was heard in.</param>
    /// <param name="source">The engine.</param>
    /// <param name="segments">What it heard.</param>
    /// <param name="now">UTC.</param>
    /// <param name="server">Where it ran.</param>
    /// <param name="why">Enters the chain.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task AddDraftAsync(
        CatalogueDb db, EvidenceItem item, string language, string source, IReadOnlyList<TranscriptSegment> segments, DateTimeOffset now, string server, string why, CancellationToken ct)
    {
        var last = await LastAsync(db, item.Id, ct);
        var made = new Transcript(item.Id, (last?.Version ?? 0) + 1, language, TranscriptState.Draft, source, segments, now, Actors.Server(server), null, null);
        await AddAsync(db, item, last, made, why, ct);
    }

    /// <summary>Words that the engine was not sure of are marked, so that whoever corrects them listens there first.</summary>
    private Transcript Shown(Transcript record) => record.Segments.All(s => s.Words is null)
        ? record
        : record with { Segments = [.. record.Segments.Select(s => s with { Words = s.Words?.Select(w => w.Confidence < options.DoubtBelow ? w with { Doubtful = true } : w).ToList() })] };

    private static RequestRefusedException NoTranscript(string itemId) => RequestRefusedException.NotFound($"资料 {itemId} 没有文字记录 / item {itemId} has no transcript");

    private static bool IsSame(Transcript known, TranscriptRequest request, string by) =>
        known.WrittenBy == by && known.State == TranscriptState.Corrected && known.Language == request.Language && known.Segments.SequenceEqual(request.Segments);

    // The answer may have been lost: then the version that he named is the one before his own.
    private static bool IsRetry(int version, int named) => named == version || named == version - 1;

    private static void Demand(StoredTranscript? last, string itemId, int named)
    {
        if (named != (last?.Version ?? 0))
            throw RequestRefusedException.Conflict($"资料 {itemId} 的文字记录已是第 {last?.Version ?? 0} 版，您修改的是第 {named} 版：没有保存，请复制所填内容，重新读取后再改 / the transcript of {itemId} is at version {last?.Version ?? 0}, not {named}: read it again first");
    }

    /// <summary>The item, locked, as something that can have a transcript, with its last one.</summary>
    private static async Task<(EvidenceItem Item, StoredTranscript? Last)> OpenAsync(CatalogueDb db, string itemId, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var item = await db.Items.Include(i => i.Files).Include(i => i.Facts).SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
        TranscriptRules.CheckItem(item);
        return (item, await LastAsync(db, itemId, ct));
    }

    private static Task<StoredTranscript?> LastAsync(CatalogueDb db, string itemId, CancellationToken ct) =>
        db.Transcripts.AsNoTracking().Where(t => t.ItemId == itemId).OrderByDescending(t => t.Version).FirstOrDefaultAsync(ct);

    private static async Task<Transcript> AddAsync(CatalogueDb db, EvidenceItem item, StoredTranscript? last, Transcript made, string why, CancellationToken ct)
    {
        var stored = StoredTranscript.Of(made, why);
        db.Add(stored);
        item.TranscriptConfirmed = made.State == TranscriptState.Confirmed;
        var before = last is null ? null : TranscriptEvents.Name(last.Version, last.State, last.Sha256);
        await db.AppendAsync(
            item.Id, stored.MadeAt, made.State == TranscriptState.Draft ? stored.MadeBy : Actors.Operator(stored.MadeBy), TranscriptEvents.Kind(made), TranscriptEvents.Detail(made, stored.Sha256, before, why), ct);
        return made;
    }

    private static async Task LookAsync(CatalogueDb db, StoredTranscript wanted, DateTimeOffset now, string by, CancellationToken ct)
    {
        var (actor, detail) = (Actors.Operator(by), $"transcript version {wanted.Version}");
        var recent = await db.CustodyEvents.AsNoTracking().Where(e => e.ItemId == wanted.ItemId)
            .OrderByDescending(e => e.Sequence).Take(50).Select(e => e.Bytes).ToListAsync(ct);
        if (recent.Select(bytes => EvidenceJson.FromBytes<CustodyEvent>(bytes))
            .Any(e => (e.Kind, e.Actor, e.Detail) == (CustodyEventKind.Viewed, actor, detail) && e.At > now - OneLook))
            return;
        await db.AppendAsync(wanted.ItemId, now, actor, CustodyEventKind.Viewed, detail, ct);
    }
}
