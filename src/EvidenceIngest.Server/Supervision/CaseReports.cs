using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Supervision;

/// <summary>Says of a case which recording proves what, and what is missing, late or unconfirmed. Read anew each time; nothing is kept.</summary>
internal sealed class CaseReports(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    // Officials put several facts into one field.
    private static readonly char[] BetweenFacts = ['；', ';'];

    public Task<CaseReport> MakeAsync(string number, Caller by, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var known = await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct) ?? throw RequestRefusedException.NotFound($"没有案件 {number}，或者不在您的职责范围内 / there is no case {number}");
            var matter = known.MatterId is { } id ? await db.Matters.SingleOrDefaultAsync(m => m.Id == id, ct) : null;
            var items = await by.Reach.Of(db.Items).Include(i => i.Facts).Where(i => i.SidecarRole == null && db.CaseItems.Any(l => l.CaseNumber == number && l.ItemId == i.Id)).ToListAsync(ct);
            items.Sort((a, b) => (a.RecordedAt ?? DateTimeOffset.MaxValue, a.Id).CompareTo((b.RecordedAt ?? DateTimeOffset.MaxValue, b.Id)));
            var ids = items.ConvertAll(i => i.Id);
            var written = await db.Transcripts.Where(t => ids.Contains(t.ItemId)).GroupBy(t => t.ItemId).Select(g => g.Key).ToListAsync(ct);
            return Make(known, matter, items, [.. written], by.Name);
        },
        ct);

    /// <summary>Handing it out as a file is recorded first, as with the register.</summary>
    public Task RecordAsync(string number, Caller by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return catalogue.WriteAsync(
            db => db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.RegisterExported, $"completeness report of case {number}, as {by.Role}"), ct), ct);
    }

    private CaseReport Make(Case known, Matter? matter, List<EvidenceItem> items, HashSet<string> written, string by)
    {
        var now = time.GetUtcMilliseconds();
        var whole = Whole(known, matter, items);
        var shortcomings = new List<Shortcoming>();
        if (items.Count == 0)
            shortcomings.Add(new Shortcoming(ShortcomingKind.NoItems, null, "案件没有关联音像资料 / no recording belongs to the case"));
        if (matter is null)
            shortcomings.Add(new Shortcoming(ShortcomingKind.NoMatter, null, "案件未注明执法事项，无法判断是否须全过程音像记录 / the case names no matter: nobody can tell whether it had to be recorded from start to end"));
        if (matter is { WholeRecording: true })
            shortcomings.AddRange(LacksOf(whole));
        shortcomings.AddRange(items.SelectMany(i => Shortcomings(i, written.Contains(i.Id), now)));
        var facts = items.SelectMany(i => FactsOf(i).Select(fact => (Fact: fact, Item: i))).GroupBy(f => f.Fact, StringComparer.Ordinal)
            .Select(g => new ProvenFact(g.Key, [.. g.Select(f => f.Item.Id).Distinct()], g.Select(f => f.Item).Distinct().Count(IsAccepted)));
        return new CaseReport(
            known.Number, now, by, known.Agency, matter?.Name, matter?.Law, known.State == CaseState.Closed, known.ExecutedOn, [.. facts],
            [.. items.Select(i => new ReportedItem(i.Id, i.Kind, i.State.ToString(), InZone(i.RecordedAt), Seconds(i), i.Metadata(), i.OnTime))], whole, shortcomings);
    }

    private static IEnumerable<string> FactsOf(EvidenceItem item) =>
        (item.ObjectOfProof?.Value ?? "").Split(BetweenFacts, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal);

    private static bool IsAccepted(EvidenceItem item) =>
        item.State == ItemState.Sealed && Completeness.Missing(item.Kind, item.Metadata(), item.TranscriptConfirmed).Count == 0;

    private static double? Seconds(EvidenceItem item)
    {
        var known = item.Facts.Select(f => f.Facts.Duration).OfType<TimeSpan>().ToList();
        return known.Count == 0 ? null : known.Sum(d => d.TotalSeconds);
    }

    private DateTimeOffset? InZone(DateTimeOffset? at) => at is { } instant ? TimeZoneInfo.ConvertTime(instant, options.AgencyZone) : null;

    /// <summary>
    /// Recordings of pictures by anybody count together: one officer may film while another changes the card. Where the case doesn't say
    /// when the act was, only what lies between the first and the last can be judged.
    /// </summary>
    private WholeRecordingView Whole(Case known, Matter? matter, List<EvidenceItem> items)
    {
        var films = items.Where(i => i.Kind == MediaKind.Video && i.State is not ItemState.Disposed).ToList();
        var placed = films.Select(i => i.Span()).OfType<FootageSpan>().Where(s => s.Length > TimeSpan.Zero).ToList();
        var filmed = placed.Count == 0 ? null : new FootageSpan(placed.Min(s => s.From), placed.Max(s => s.To));
        var gaps = filmed is null ? [] : FootageCoverage.Gaps(known.Act() ?? filmed, placed, FootageCoverage.Tolerance);
        return new WholeRecordingView(
            matter?.WholeRecording, InZone(filmed?.From), InZone(filmed?.To),
            [.. gaps.Select(g => new RecordingGap(InZone(g.From)!.Value, InZone(g.To)!.Value, g.Length.TotalSeconds))],
            [.. films.Where(i => i.Span() is not { } span || span.Length == TimeSpan.Zero).Select(i => i.Id)]);
    }

    private static IEnumerable<Shortcoming> LacksOf(WholeRecordingView whole)
    {
        if (whole.From is null)
        {
            yield return new Shortcoming(
                ShortcomingKind.WholeRecording, null, "该事项须全过程音像记录，但没有时间明确的录像 / the matter has to be recorded from start to end, and there is no film whose time is known");
        }

        foreach (var gap in whole.Gaps)
        {
            yield return new Shortcoming(
                ShortcomingKind.WholeRecording, null,
                FormattableString.Invariant($"该事项须全过程音像记录，{gap.From:yyyy-MM-dd HH:mm:ss}至{gap.To:yyyy-MM-dd HH:mm:ss}无录像（{gap.Seconds:0}秒） / no film for {gap.Seconds:0} s, though the matter has to be recorded from start to end"));
        }
    }

    private static IEnumerable<Shortcoming> Shortcomings(EvidenceItem item, bool hasTranscript, DateTimeOffset now)
    {
        var state = item.State switch
        {
            ItemState.Quarantined => (ShortcomingKind.Quarantined, $"隔离中（{item.Reason}） / it is in quarantine"),
            ItemState.Disposed => (ShortcomingKind.Disposed, "已到期销毁 / it was disposed of after its term"),
            ItemState.Sealed => default((ShortcomingKind Kind, string Text)?),
            _ => (ShortcomingKind.NotSealed, "尚未封存入库 / it is not sealed yet"),
        };
        if (state is { } wrong)
            yield return new Shortcoming(wrong.Kind, item.Id, wrong.Text);
        var missing = Completeness.Missing(item.Kind, item.Metadata(), item.TranscriptConfirmed);
        foreach (var requirement in missing)
            yield return new Shortcoming(ShortcomingKind.Requirement, item.Id, $"缺少{EvidenceWords.Chinese(requirement)} / {requirement} is missing");
        if (hasTranscript && !item.TranscriptConfirmed && !missing.Contains(Requirement.Transcript))
            yield return new Shortcoming(ShortcomingKind.TranscriptUnconfirmed, item.Id, "声音内容的文字记录未经确认 / nobody has confirmed its transcript");
        if (item.OnTime == false || (item.SealedAt is null && item.DeadlineAt < now))
            yield return new Shortcoming(ShortcomingKind.Late, item.Id, "逾期入库（第二十八条） / it was stored late");
        if (item.DeadlineAt is null)
            yield return new Shortcoming(ShortcomingKind.TimeUncertain, item.Id, "制作时间不明，无法判断是否按期入库 / its time of recording is unknown, so nobody can tell whether it was stored in time");
        else if (item.Findings.Any(f => f.Code == FindingCode.CalendarMissing))
            yield return new Shortcoming(ShortcomingKind.TimeUncertain, item.Id, "入库期限为估算：缺少该年度工作日历 / its deadline is an estimate: the working-day calendar lacks a year");
    }
}
