using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Reviews;
using EvidenceIngest.Server.Supervision;
using EvidenceIngest.Server.Tests.Packages;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;
using EvidenceIngest.Server.Transparency;

namespace EvidenceIngest.Server.Tests.Month;

/// <summary>
/// February 2027 of an agency, around a Spring Festival with days moved: patrols, acts, forgotten recorders, a party, a sample, case
/// files. <see cref="Plan"/> counts by itself what must come out.
/// </summary>
public sealed class MonthOfEnforcementTests(PrivateCluster cluster)
{
    private readonly Plan _plan = new(seed: 20270201);
    private Agency _agency = null!;

    [Fact]
    public async Task A_month_of_enforcement()
    {
        await using var agency = await Agency.FoundAsync(cluster, Plan.At(new DateOnly(2027, 1, 29), 8));
        _agency = agency;
        await PrepareAsync();
        for (var day = new DateOnly(2027, 1, 29); day <= new DateOnly(2027, 3, 9); day = day.AddDays(1))
            await LiveThroughAsync(day);

        await FiguresAgreeAsync();
        await RegisterAgreesAsync();
        await FootageAgreesAsync();
        await CaseFilesAreMadeAsync();
        await PartyLooksAsync();
        await SampleIsReviewedAsync();
    }

    private async Task PrepareAsync()
    {
        await Agency.PutAsync(_agency.Server.Operator, "calendar/2027", new NoticeRequest(Plan.Notice, "国务院办公厅通知"));
        foreach (var (matter, whole) in new[] { ("xz", true), ("pt", false) })
            await Agency.PutAsync(_agency.Server.Operator, "matters/" + matter, new MatterRequest(matter, "行政处罚法", whole, null));
        foreach (var officer in _plan.Officers)
        {
            await _agency.EmployAsync(await _agency.AsAsync(Agency.Security), "jing" + officer.Number, officer.Name, officer.Number, Role.Officer, officer.Team);
            await Agency.PutAsync(
                await _agency.CustodianAsync(officer.Team), $"recorders/{officer.Recorder}/assignment",
                new AssignmentRequest(officer.Number, officer.Name, From: Plan.At(new DateOnly(2027, 1, 20), 0)));
        }
    }

    /// <summary>The case system registers acts in the morning, recorders are docked at six, custodians work until seven; then the service's own rounds.</summary>
    private async Task LiveThroughAsync(DateOnly day)
    {
        _agency.MoveTo(Plan.At(day, 9));
        foreach (var found in _plan.Cases.Where(c => DateOnly.FromDateTime(c.From.DateTime) == day))
            await SetAsync(found, CaseState.Open);

        _agency.MoveTo(Plan.At(day, 18));
        var docked = _plan.Recordings.Where(r => r.Docked == day).ToList();
        foreach (var recording in docked)
            recording.Item = await _agency.DockAsync(recording);
        foreach (var recording in docked)
            await FinishAsync(await _agency.CustodianAsync(recording.Officer.Team), recording);

        await KeepAsync();
    }

    /// <summary>What a custodian does about a recording, as far as the plan says that anybody does.</summary>
    private static async Task FinishAsync(HttpClient custodian, PlannedRecording recording)
    {
        var path = "items/" + recording.Item;
        if (recording.IsDescribed)
        {
            using var patch = JsonContent.Create(new MetadataPatch(null, null, null, "现场检查情况", "补录证明对象"), options: EvidenceJson.Options);
            using var answer = await custodian.PatchAsync("/api/v1/" + path + "/metadata", patch);
            await TestDock.ReadAsync<ItemDetail>(answer);
        }

        if (recording is { Kind: MediaKind.Audio, IsTranscribed: true })
        {
            await Agency.PutAsync(custodian, path + "/transcript", new TranscriptRequest("zh", [new TranscriptSegment(0, 3, "执法人员", "请出示证件。")], 0, "逐句听写"));
            await Agency.AskAsync<Transcript>(custodian, path + "/transcript/confirm", new TranscriptConfirmation(1, "与录音核对一致"));
        }

        if (recording.Case is { } found)
        {
            var proposed = await Agency.GetAsync<List<CaseProposal>>(custodian, CasePath(found) + "/proposals");
            Assert.Contains(recording.Item, proposed.Select(p => p.Item));
            await Agency.AskAsync<CaseView>(custodian, CasePath(found) + "/items", new CaseLinkRequest([recording.Item], "执法现场录像"));
        }

        if (recording.IsLate)
            await Agency.PutAsync(custodian, path + "/lateness", new LatenessRequest("外出办案，未能及时返回"));
    }

    /// <summary>What the service does by itself every few seconds or minutes, once.</summary>
    private async Task KeepAsync()
    {
        var server = _agency.Server;
        await server.Get<LogKeeper>().RunOnceAsync(default);
        foreach (var rounds in new Rounds[] { server.Get<FootageKeeper>(), server.Get<CaseFiles>(), server.Get<RecorderIssues>(), server.Get<DeadlineKeeper>(), server.Get<AccessKeeper>() })
        {
            while (await rounds.RunOnceAsync(default))
            {
            }
        }
    }

    private async Task FiguresAgreeAsync()
    {
        var supervisor = await _agency.AsAsync(Agency.Supervisor);
        foreach (var (by, key) in new (string, Func<PlannedRecording, string>)[]
        {
            ("unit", r => r.Officer.Team), ("officer", r => r.Officer.Number), ("dock", r => _agency.DockOf(r.Officer.Team)), ("month", _ => "2027-02"),
        })
        {
            var report = await Agency.GetAsync<SupervisionReport>(supervisor, $"supervision?from={Plan.First:yyyy-MM-dd}&to={Plan.Last:yyyy-MM-dd}&by={by}");
            var counted = _plan.OfTheMonth.GroupBy(key).Select(g => new SupervisionRow(
                g.Key, g.Count(), g.Count(), g.Count(r => !r.IsLate), g.Count(r => r.IsLate), g.Count(r => !r.IsComplete), g.Count(r => r.Case is null), g.Count(r => r.IsStranger)));
            Assert.Equal(counted.OrderBy(r => r.Key, StringComparer.Ordinal), report.Rows);
        }

        // A plan without any of these would prove nothing.
        Assert.All(
            new Func<PlannedRecording, bool>[] { r => r.IsLate, r => !r.IsLate, r => !r.IsComplete, r => r.Case is null, r => r.Kind == MediaKind.Audio, r => r.Day.Day is >= 5 and <= 11 },
            kind => Assert.True(_plan.OfTheMonth.Count(kind) > 2));
        Assert.True(_plan.OfTheMonth.Count() < _plan.Recordings.Count);
    }

    /// <summary>Every list behind a figure, every officer's own list, and every item's chain.</summary>
    private async Task RegisterAgreesAsync()
    {
        var supervisor = await _agency.AsAsync(Agency.Supervisor);
        var period = $"from={Plan.First:yyyy-MM-dd}&to={Plan.Last:yyyy-MM-dd}";
        foreach (var (filter, kind) in new (string, Func<PlannedRecording, bool>)[]
        {
            ("", _ => true), ("&lack=time", r => r.IsLate), ("&lack=requirement", r => !r.IsComplete), ("&lack=case", r => r.Case is null), ("&state=quarantined", r => r.IsStranger),
        })
        {
            var found = new List<string>();
            string? cursor = null;
            do
            {
                var page = await Agency.GetAsync<ItemPage>(supervisor, $"items?{period}{filter}&limit=7{(cursor is null ? "" : "&cursor=" + cursor)}");
                found.AddRange(page.Items.Select(i => i.Item));
                cursor = page.Next;
            }
            while (cursor is not null);
            Assert.Equal(_plan.OfTheMonth.Where(kind).Select(r => r.Item).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        }

        foreach (var officer in _plan.Officers)
        {
            var own = await Agency.GetAsync<ItemPage>(await _agency.AsAsync("jing" + officer.Number), "me/items?limit=200");
            Assert.Equal(_plan.Recordings.Count(r => r.Officer == officer), own.Items.Count);
        }

        foreach (var recording in _plan.Recordings)
            Assert.All(await Agency.GetAsync<List<CustodyEventView>>(supervisor, $"items/{recording.Item}/custody"), e => Assert.Null(e.Broken));
    }

    private async Task FootageAgreesAsync()
    {
        foreach (var found in _plan.Cases)
        {
            var minutes = _plan.Recordings.Where(r => r.Case == found).Select(r => (int)(r.At - found.From).TotalMinutes).ToList();
            var covered = Enumerable.Range(0, 10).Count(minute => minutes.Exists(begin => minute >= begin && minute < begin + PlannedRecording.Minutes));
            var expected = (found.IsWhole, covered) switch { (_, 0) => FootageState.Missing, (true, < 10) => FootageState.Gaps, _ => FootageState.Present };
            Assert.Equal((found.Number, expected), (found.Number, (await Agency.GetAsync<CaseView>(_agency.CaseSystem, CasePath(found))).Footage!.State));
        }
    }

    private async Task CaseFilesAreMadeAsync()
    {
        foreach (var found in _plan.Cases)
            await SetAsync(found, CaseState.Closed);
        await KeepAsync();
        foreach (var found in _plan.Cases)
        {
            var linked = _plan.Recordings.Where(r => r.Case == found).ToList();
            var closed = await Agency.GetAsync<CaseView>(_agency.CaseSystem, CasePath(found));
            Assert.Equal(Plan.At(found.ExecutedOn.AddDays(30), 23, 59).AddSeconds(59), closed.CaseFileDeadline);
            Assert.Equal(linked.Select(r => r.Item).Order(StringComparer.Ordinal), closed.Items);
            if (linked.Count == 0 || linked.Exists(r => !r.IsComplete))
                Assert.True(closed.CaseFile is { Package: null, Lacks.Count: > 0 }, $"{found.Number}: {closed.CaseFile}");
            else
                await IsProvenAsync(closed.CaseFile!.Package!, linked);
        }
    }

    private async Task IsProvenAsync(string id, List<PlannedRecording> linked)
    {
        var custodian = await _agency.CustodianAsync(linked[0].Officer.Team);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in (await Agency.GetAsync<PackageView>(custodian, "packages/" + id)).Files)
            files[file.Path] = await custodian.GetByteArrayAsync($"/api/v1/packages/{id}/files/{file.Path}");
        var key = new VerificationKey(_agency.Server.Get<ReceiptKey>().PublicPem);
        var verdict = await PackageVerifier.VerifyAsync(new MemoryPackage(files) { Id = id }, key, TimestampToken.Check, default);
        Assert.Equal((PackageOutcome.Proven, null), (verdict.Outcome, verdict.Failure));
        Assert.Equal(linked.Select(r => r.Item).Order(StringComparer.Ordinal), verdict.Statement!.Items);
    }

    private async Task PartyLooksAsync()
    {
        var asked = _plan.Recordings.First(r => r.Case is not null);
        var custodian = await _agency.CustodianAsync(asked.Officer.Team);
        var entry = new AccessRequestEntry(new AccessParty("赵某", Standing.Party, IdentityDocument.IdentityCard, "123X"), "核对现场经过", [asked.Item]);
        var request = await Agency.AskAsync<AccessRequestView>(custodian, "access-requests", entry);
        await Agency.AskAsync<AccessRequestView>(await _agency.AsAsync(Agency.Head), $"access-requests/{request.Request}/decide", new AccessDecision(AccessState.Agreed, "同意查阅"));
        await Agency.AskAsync<AccessRequestView>(custodian, $"access-requests/{request.Request}/open", new { });
        await KeepAsync();
        var link = await Agency.AskAsync<AccessLinkAnswer>(custodian, $"access-requests/{request.Request}/links", new AccessLinkRequest(asked.Item));

        Assert.StartsWith("赵某", System.Text.Encoding.UTF8.GetString(await _agency.Server.Anonymous.GetByteArrayAsync(link.Url)), StringComparison.Ordinal);

        Assert.True(link.Watermarked);
        var chain = await Agency.GetAsync<List<CustodyEventView>>(custodian, $"items/{asked.Item}/custody");
        Assert.Equal(
            [CustodyEventKind.AccessRequested, CustodyEventKind.AccessDecided, CustodyEventKind.AccessOpened],
            chain.Select(e => e.Kind).Where(k => k is CustodyEventKind.AccessRequested or CustodyEventKind.AccessDecided or CustodyEventKind.AccessOpened));
        Assert.Equal(CustodyEventKind.Viewed, chain[^1].Kind);
        Assert.Contains(request.Request, chain[^1].Detail, StringComparison.Ordinal);
    }

    private async Task SampleIsReviewedAsync()
    {
        var supervisor = await _agency.AsAsync(Agency.Supervisor);
        var review = await Agency.AskAsync<ReviewView>(supervisor, "reviews", new DrawRequest(new DateOnly(2027, 3, 1), new DateOnly(2027, 3, 31), 3, "一季度评查"));
        Assert.Equal((_plan.Cases.Count, 3), (review.PopulationSize, review.Cases.Count));
        var drawn = review.Cases[0].Number;
        var points = review.Criteria.ToDictionary(c => c.Id, c => c.Points - 1);
        await Agency.PutAsync(
            supervisor, $"reviews/{review.Review}/cases/{Uri.EscapeDataString(drawn)}", new ScoreRequest(points, [new NewFinding(review.Criteria[0].Id, "证明对象过于笼统")]));
        var custodian = await _agency.CustodianAsync(_plan.Cases.Single(c => c.Number == drawn).Officer.Team);
        var finding = Assert.Single(await Agency.GetAsync<List<ReviewFindingView>>(custodian, "review-findings"));
        await Agency.AskAsync<ReviewFindingView>(custodian, $"review-findings/{finding.Finding}/correct", new CorrectionRequest("已具体化"));
        var judged = await Agency.AskAsync<ReviewFindingView>(supervisor, $"review-findings/{finding.Finding}/judge", new VerdictRequest(true, "已核实"));
        Assert.Equal(ReviewFindingState.Closed, judged.State);
    }

    private Task SetAsync(PlannedCase found, CaseState state) => Agency.PutAsync(
        _agency.CaseSystem, CasePath(found),
        new CaseRequest(
            found.IsWhole ? "xz" : "pt", "综合行政执法局", null, state, state == CaseState.Closed ? found.ExecutedOn : null, found.Officer.Team, [found.Officer.Number], found.From, found.To, "光明路"));

    private static string CasePath(PlannedCase found) => "cases/" + Uri.EscapeDataString(found.Number);
}
