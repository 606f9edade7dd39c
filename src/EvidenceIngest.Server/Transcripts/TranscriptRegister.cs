using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transcripts;

/// <summary>Lets people write, correct and confirm what was said; every version stays, and the chain tells of each.</summary>
internal sealed partial class TranscriptRegister(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int MostSegments = 20_000;
    private const int LongestText = 5000;
    private const double LongestSeconds = 7 * 24 * 3600;

    /// <summary>All versions, the last one first.</summary>
    public async Task<IReadOnlyList<Transcript>> VersionsAsync(string itemId, CancellationToken ct)
    {
        if (!await catalogue.ReadAsync(db => db.Items.AnyAsync(i => i.Id == itemId, ct), ct))
            throw ItemRegister.NoItem(itemId);
        var versions = await catalogue.ReadAsync(db => db.Transcripts.Where(t => t.ItemId == itemId).OrderByDescending(t => t.Version).ToListAsync(ct), ct);
        return versions.ConvertAll(v => v.Transcript);
    }

    /// <exception cref="RequestRefusedException">404 when there is none.</exception>
    public async Task<Transcript> LastAsync(string itemId, CancellationToken ct) =>
        (await VersionsAsync(itemId, ct)).FirstOrDefault() ?? throw RequestRefusedException.NotFound($"item {itemId} has no transcript");

    /// <summary>Makes the next version. Whoever writes names the version that he read, so that two don't overwrite each other.</summary>
    public Task<Transcript> WriteAsync(string itemId, TranscriptRequest request, string by, CancellationToken ct)
    {
        Check(request);
        var now = time.GetUtcMilliseconds();
        return catalogue.WriteAsync(
            db => AddAsync(
                db, itemId, request.Follows, last => last is { } known && IsSame(known, request, by)
                    ? null
                    : new Transcript(0, request.Language, TranscriptState.Corrected, Transcript.ByPerson, request.Segments, now, by), ct),
            ct);
    }

    /// <summary>A person vouches for the last version.</summary>
    public Task<Transcript> ConfirmAsync(string itemId, TranscriptConfirmation request, string by, CancellationToken ct)
    {
        var now = time.GetUtcMilliseconds();
        return catalogue.WriteAsync(
            db => AddAsync(
                db, itemId, request.Version, last => last switch
                {
                    null => throw RequestRefusedException.NotFound($"item {itemId} has no transcript"),
                    { State: TranscriptState.Confirmed } => null,
                    var draft => draft with { State = TranscriptState.Confirmed, At = now, By = by },
                }, ct),
            ct);
    }

    private static bool IsSame(Transcript known, TranscriptRequest request, string by) =>
        known.By == by && known.State == TranscriptState.Corrected && known.Language == request.Language && known.Segments.SequenceEqual(request.Segments);

    private static void Check(TranscriptRequest request)
    {
        if (!Language().IsMatch(request.Language))
            throw RequestRefusedException.Invalid("language", "must be a language tag such as zh or en-US");
        if (request.Segments.Count is 0 or > MostSegments)
            throw RequestRefusedException.Invalid("segments", $"must be 1 to {MostSegments}");
        for (var i = 0; i < request.Segments.Count; i++)
        {
            var (start, end, speaker, text) = request.Segments[i];
            var field = string.Create(CultureInfo.InvariantCulture, $"segments[{i}]");
            Texts.Demand(text, field + ".text", LongestText);
            Texts.Allow(speaker, field + ".speaker", 100);
            if (start is < 0 or > LongestSeconds || end is < 0 or > LongestSeconds || end < start)
                throw RequestRefusedException.Invalid(field, "must have 0 <= start <= end, in seconds");
        }
    }

    /// <param name="db">In a transaction.</param>
    /// <param name="itemId">Whose.</param>
    /// <param name="seen">The version that the writer knows; 0 for none.</param>
    /// <param name="next">What is to follow the last version; null when that says it already.</param>
    /// <param name="ct">Ends it.</param>
    private static async Task<Transcript> AddAsync(CatalogueDb db, string itemId, int seen, Func<Transcript?, Transcript?> next, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var item = await db.Items.SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
        var last = (await db.Transcripts.AsNoTracking().Where(t => t.ItemId == itemId).OrderByDescending(t => t.Version).FirstOrDefaultAsync(ct))?.Transcript;
        if (next(last) is not { } made)
            return last!;
        var version = last?.Version ?? 0;
        if (seen != version)
            throw RequestRefusedException.Conflict($"the transcript of {itemId} is at version {version}, not {seen}: read it again first");
        made = made with { Version = version + 1 };
        db.Add(new StoredTranscript
        {
            ItemId = itemId, Version = made.Version, Language = made.Language, State = made.State, Source = made.Source, Segments = made.Segments, MadeAt = made.At, MadeBy = made.By,
        });
        item.TranscriptConfirmed = made.State == TranscriptState.Confirmed;
        var digest = Convert.ToHexStringLower(SHA256.HashData(EvidenceJson.ToBytes(made.Segments)));
        await db.AppendAsync(
            itemId, made.At, Actors.Operator(made.By), made.State == TranscriptState.Confirmed ? CustodyEventKind.TranscriptConfirmed : CustodyEventKind.TranscriptChanged,
            $"version {made.Version}, {made.Language}, {made.Segments.Count} segments, words by {made.Source}, sha256 of the segments {digest}", ct);
        return made;
    }

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    private static partial Regex Language();
}

/// <param name="Language">BCP 47, such as zh.</param>
/// <param name="Segments">The whole transcript, 1 to 20,000 segments.</param>
/// <param name="Follows">The version that it was made from; 0 for the first.</param>
public sealed record TranscriptRequest(string Language, IReadOnlyList<TranscriptSegment> Segments, int Follows);

/// <param name="Version">The version that is vouched for.</param>
public sealed record TranscriptConfirmation(int Version);
