using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcripts;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>The stage that makes drafts, with a recogniser whose words follow from what it hears: another window, another word.</summary>
public sealed class DraftTests(PrivateCluster cluster) : IAsyncLifetime
{
    private static readonly byte[] Sound = Speech.Wav(Speech.Reading());

    private Peer _peer = null!;
    private TestServer _server = null!;
    private HttpClient _custodian = null!;
    private TestDock _dock = null!;
    private string _models = null!;

    public async ValueTask InitializeAsync()
    {
        _peer = await Peer.StartAsync();
        _peer.Answer = (http, asked) => Peer.SayAsync(http, Saying(asked));
        _models = Directory.CreateTempSubdirectory("models-").FullName;
        _server = await TestServer.StartAsync(cluster, withJobs: false, transcription: Options());
        _server.Media.Sound = Sound;
        await _server.VaultIsProbedAsync();
        _custodian = await _server.PersonAsync("王芳", Role.Custodian);
        _dock = await _server.EnrolDockAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _custodian.Dispose();
        await _server.DisposeAsync();
        await _peer.DisposeAsync();
        Directory.Delete(_models, recursive: true);
    }

    [Fact]
    public async Task A_draft_names_its_engine_has_words_with_times_and_does_not_satisfy_article_27()
    {
        var item = await RenderedAsync();
        Assert.True(await RunAsync(item));

        var draft = await DraftAsync(item);
        Assert.Equal((1, TranscriptState.Draft, "en", "server:test"), (draft.Version, draft.State, draft.Language, draft.WrittenBy));
        Assert.Equal($"http {_peer.Url.Host}:{_peer.Url.Port}, model of its own choice, version not told", draft.Source);
        Assert.Equal(_peer.All.Select(Word), draft.Segments.Select(s => s.Text));
        Assert.Equal(draft.Segments.OrderBy(s => s.Start), draft.Segments);
        var detail = await DetailAsync(item);
        Assert.Contains(Requirement.Transcript, detail.Summary.Missing);
        Assert.Equal(StageState.Done, detail.Summary.Stages[3].State);
        var told = Assert.Single(await ChainAsync(item, CustodyEventKind.TranscriptChanged));
        Assert.Equal("server:test", told.Actor);
        Assert.StartsWith("version 1 (Draft), sha256 ", told.Detail, StringComparison.Ordinal);
        Assert.EndsWith("before: nothing; reason: 机器根据录音生成，未经人工核对", told.Detail, StringComparison.Ordinal);
        Assert.Equal(0, await KeptAsync());
    }

    [Fact]
    public async Task A_person_corrects_and_confirms_it_and_every_version_stays()
    {
        var item = await RenderedAsync();
        await RunAsync(item);
        var draft = await DraftAsync(item);
        // As a client does that changes one word and sends all back, with the engine's words in it.
        TranscriptSegment[] corrected = [draft.Segments[0] with { Text = "请出示证件" }, .. draft.Segments.Skip(1)];
        using var read = await _custodian.GetAsync(Path(item));
        using var request = new HttpRequestMessage(HttpMethod.Put, Path(item)) { Content = JsonContent.Create(new TranscriptRequest("en", corrected, 1, "逐句核听"), options: EvidenceJson.Options) };
        request.Headers.IfMatch.Add(read.Headers.ETag!);
        using var put = await _custodian.SendAsync(request);
        var written = await TestDock.ReadAsync<Transcript>(put);
        Assert.Equal((2, TranscriptState.Corrected, Transcript.ByPerson), (written.Version, written.State, written.Source));
        Assert.All(written.Segments, s => Assert.Null(s.Words));
        using var post = await _custodian.PostAsJsonAsync(Path(item) + "/confirm", new TranscriptConfirmation(2, "与录音一致"), EvidenceJson.Options);
        Assert.Equal(TranscriptState.Confirmed, (await TestDock.ReadAsync<Transcript>(post)).State);

        Assert.DoesNotContain(Requirement.Transcript, (await DetailAsync(item)).Summary.Missing);
        var stored = await _server.Catalogue.ReadAsync(db => db.Transcripts.OrderBy(t => t.Version).ToListAsync(), default);
        Assert.Equal([TranscriptState.Draft, TranscriptState.Corrected, TranscriptState.Confirmed], stored.Select(t => t.State));
        // A person's record is byte by byte what it was before there were engines.
        Assert.DoesNotContain("words", System.Text.Encoding.UTF8.GetString(stored[1].Record), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_the_engine_was_not_sure_of_are_marked_in_answers_and_not_in_the_record()
    {
        var item = await RenderedAsync();
        _peer.Answer = (http, _) => Peer.SayAsync(http, """
            {"segments":[{"start":0,"end":2,"text":"a b c"}],
             "words":[{"word":"a","start":0,"end":0.5,"probability":0.59},{"word":"b","start":0.5,"end":1,"probability":0.6},{"word":"c","start":1,"end":1.5}]}
            """);
        await RunAsync(item);

        var words = (await DraftAsync(item)).Segments[0].Words!;
        Assert.Equal([true, null, null], words.Select(w => w.Doubtful));
        var record = await _server.Catalogue.ReadAsync(db => db.Transcripts.Select(t => t.Record).SingleAsync(), default);
        Assert.DoesNotContain("doubtful", System.Text.Encoding.UTF8.GetString(record), StringComparison.Ordinal);
        using var srt = await _custodian.GetAsync(Path(item) + "?format=srt");
        Assert.StartsWith("1\n00:00:00,000 --> 00:00:02,000\n【机器初稿，未经人工核对】\na b c\n", await srt.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var text = await _custodian.GetAsync(Path(item) + "?format=text");
        Assert.StartsWith("【机器初稿，未经人工核对】\n", await text.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_step_it_goes_on_behind_the_last_window_and_ends_with_the_same_words()
    {
        var whole = await RenderedAsync();
        await RunAsync(whole);
        var undisturbed = Said(await DraftAsync(whole));
        var windows = _peer.All.Count;
        Assert.True(windows >= 3, $"{windows} windows");
        for (var step = 0; ; step++)
        {
            var item = await RenderedAsync();
            var before = _peer.All.Count;
            _server.Faults.KillAt(step);
            try
            {
                await _server.Get<Transcribing>().RunAsync(item, default);
            }
            catch (KilledException)
            {
                // As intended.
            }

            _server.Faults.Never();
            if (!_server.Faults.Struck)
            {
                Assert.True(step > 10, $"only {step} steps were seen");
                break;
            }

            Assert.True(await RunAsync(item));
            Assert.Equal(undisturbed, Said(await DraftAsync(item)));
            // At most the window during which it was killed is heard once more.
            Assert.InRange(_peer.All.Count - before, windows, windows + 1);
            Assert.Single(await ChainAsync(item, CustodyEventKind.TranscriptChanged));
            Assert.Equal(0, await KeptAsync());
        }
    }

    [Fact]
    public async Task Another_engine_another_language_or_another_sound_begins_anew()
    {
        var item = await RenderedAsync();
        await HearOneWindowAsync(item);
        Assert.Equal(1, await KeptAsync());
        var other = new DraftWork(item, "en", "another engine", "another sound");
        Assert.Equal(0, await _server.Get<DraftRecord>().BeginAsync(other, default));
        Assert.Equal(0, await KeptAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_person_wrote_meanwhile_stays_the_last_word(bool duringTheWork)
    {
        var item = await RenderedAsync();
        if (duringTheWork)
        {
            var answer = _peer.Answer;
            _peer.Answer = async (http, asked) =>
            {
                if (_peer.All.Count == 2)
                    await WriteAsync(item);
                await answer(http, asked);
            };
        }
        else
        {
            await WriteAsync(item);
        }

        Assert.True(await RunAsync(item));

        Assert.Equal(duringTheWork ? 2 : 0, _peer.All.Count);
        var last = await DraftAsync(item);
        Assert.Equal((1, TranscriptState.Corrected, "请出示证件"), (last.Version, last.State, last.Segments.Single().Text));
        Assert.Equal((StageState.Done, DraftRecord.PersonWrote), await StageAsync(item));
        Assert.Equal(0, await KeptAsync());
    }

    [Fact]
    public async Task A_person_and_an_engine_that_finish_at_once_leave_the_persons_words_on_top()
    {
        for (var round = 0; round < 6; round++)
        {
            var item = await RenderedAsync();
            var person = Task.Run(async () =>
            {
                await Task.Delay(round * 40);
                using var answer = await PutAsync(item, 0);
                return answer.StatusCode;
            });
            await RunAsync(item);
            var status = await person;
            var versions = await _server.Catalogue.ReadAsync(db => db.Transcripts.Where(t => t.ItemId == item).OrderBy(t => t.Version).Select(t => t.State).ToListAsync(), default);
            // Whoever came second read the first one's version or was told to.
            TranscriptState[] expected = status == HttpStatusCode.OK ? [TranscriptState.Corrected] : [TranscriptState.Draft];
            Assert.Equal(expected, versions);
        }
    }

    [Fact]
    public async Task Another_language_makes_a_new_draft_and_the_chain_says_who_chose_it()
    {
        var item = await RenderedAsync();
        await RunAsync(item);
        Assert.Equal("en", _peer.All[^1].Language);

        var chosen = await ChooseAsync(item, "ug");
        Assert.Equal(("ug", StageState.Due), (chosen.Language, chosen.Summary.Stages[3].State));
        await ChooseAsync(item, "ug");
        Assert.True(await RunAsync(item));

        Assert.Equal("ug", _peer.All[^1].Language);
        var draft = await DraftAsync(item);
        Assert.Equal((2, "ug", TranscriptState.Draft), (draft.Version, draft.Language, draft.State));
        var told = Assert.Single(await ChainAsync(item, CustodyEventKind.LanguageChosen));
        Assert.Equal(("operator:" + TestServer.Called("王芳"), "language: from en (the service's setting) to ug; reason: 当事人讲维吾尔语"), (told.Actor, told.Detail));
        // Said for certain what was taken for granted: nothing to do anew.
        await WriteAsync(item, 2);
        using var late = await LanguageAsync(item, "en");
        Assert.Contains("a person wrote the transcript", await TestDock.RefusedAsync(late, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal("ug", (await DetailAsync(item)).Language);
    }

    [Fact]
    public async Task A_language_chosen_while_the_engine_works_ends_that_work()
    {
        var item = await RenderedAsync();
        var answer = _peer.Answer;
        _peer.Answer = async (http, asked) =>
        {
            if (_peer.All.Count == 2)
                await ChooseAsync(item, "ug");
            await answer(http, asked);
        };
        Assert.True(await RunAsync(item));
        Assert.Equal((2, 0), (_peer.All.Count, await KeptAsync()));
        Assert.Equal((StageState.Due, null), await StageAsync(item));

        Assert.True(await RunAsync(item));
        Assert.Equal("ug", (await DraftAsync(item)).Language);
        Assert.All(_peer.All.Skip(2), a => Assert.Equal("ug", a.Language));
    }

    [Theory]
    [InlineData("ZH")]
    [InlineData("chinese")]
    [InlineData("zh\u202E")]
    [InlineData("../zh")]
    [InlineData("")]
    public async Task A_language_that_is_none_is_refused(string language)
    {
        var item = await RenderedAsync();
        using var answer = await LanguageAsync(item, language);
        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
        Assert.Empty(await ChainAsync(item, CustodyEventKind.LanguageChosen));
    }

    [Fact]
    public async Task An_engine_that_is_away_is_waited_for_and_what_was_heard_stays()
    {
        var item = await RenderedAsync();
        await HearOneWindowAsync(item);
        Assert.Equal(StageState.Due, (await StageAsync(item)).State);
        var before = _peer.All.Count;
        _peer.Answer = (http, asked) => Peer.SayAsync(http, Saying(asked));

        Assert.True(await RunAsync(item));

        Assert.Equal(StageState.Done, (await StageAsync(item)).State);
        Assert.NotEqual(_peer.All[0].Pcm, _peer.All[before].Pcm);
        Assert.Empty(await ChainAsync(item, CustodyEventKind.TranscriptionFailed));
    }

    [Fact]
    public async Task Sound_that_the_engine_can_t_do_is_given_up_with_an_event_and_a_person_may_try_again()
    {
        var item = await RenderedAsync();
        _peer.Answer = (http, _) => Peer.SayAsync(http, "{\"segments\":[{\"start\":9,\"end\":1,\"text\":\"x\"}]}");
        for (var attempt = 0; attempt < 4; attempt++)
            Assert.False(await RunAsync(item));
        Assert.Equal(StageState.Due, (await StageAsync(item)).State);
        await RunAsync(item);

        var (state, note) = await StageAsync(item);
        Assert.Equal(StageState.Failed, state);
        Assert.Contains("from 9 s to 1 s", note, StringComparison.Ordinal);
        Assert.StartsWith("Transcribe was given up: ", Assert.Single(await ChainAsync(item, CustodyEventKind.TranscriptionFailed)).Detail, StringComparison.Ordinal);
        _peer.Answer = (http, asked) => Peer.SayAsync(http, Saying(asked));
        await ChooseAsync(item, "en");
        Assert.True(await RunAsync(item));
        Assert.Equal(TranscriptState.Draft, (await DraftAsync(item)).State);
    }

    [Fact]
    public async Task Without_a_model_it_awaits_one_and_the_sweep_finds_it_without_a_restart()
    {
        var item = await RenderedAsync();
        await ChooseAsync(item, "zh");
        Assert.True(await RunAsync(item));
        Assert.Equal((StageState.Awaiting, "transcript: model for zh not installed"), await StageAsync(item));
        var english = await RenderedAsync();
        await ChooseAsync(english, "fr");
        await RunAsync(english);
        Assert.Equal(0, await _server.Get<AwaitedModels>().ReleaseAsync(default));

        await new Server.Transcription.SpeechModels.ModelIntake(_models, TimeProvider.System).AddAsync(Speech.MakersFolder, "zh", null, null, _ => Task.CompletedTask, default);

        Assert.Equal(1, await _server.Get<AwaitedModels>().ReleaseAsync(default));
        Assert.Equal(StageState.Due, (await StageAsync(item)).State);
        Assert.Equal((StageState.Awaiting, "transcript: model for fr not installed"), await StageAsync(english));
        Assert.True(await RunAsync(item));
        Assert.StartsWith("vosk, library sha256 ", (await DraftAsync(item)).Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_speaks_the_draft_says_so()
    {
        _server.Media.Sound = Speech.Wav(Speech.Silence(3));
        _peer.Answer = (http, _) => Peer.SayAsync(http, """{"text":"","segments":[]}""");
        var item = await RenderedAsync();
        await RunAsync(item);
        Assert.Equal(new TranscriptSegment(0, 3, null, "（未识别出语音）"), (await DraftAsync(item)).Segments.Single());
    }

    [Fact]
    public async Task Sound_that_changed_in_the_store_becomes_no_draft()
    {
        var item = await RenderedAsync();
        var stored = await _server.Catalogue.ReadAsync(db => db.Renditions.SingleAsync(r => r.ItemId == item && r.Name == "audio16k"), default);
        _server.Vault.Damage(new(stored.Bucket, stored.Key, stored.VersionId), b => [.. b[..^2], (byte)(b[^2] ^ 1), b[^1]]);
        for (var attempt = 0; attempt < 5; attempt++)
            await RunAsync(item);
        Assert.Equal(StageState.Failed, (await StageAsync(item)).State);
        Assert.Single(await ChainAsync(item, CustodyEventKind.FixityMismatch));
        Assert.Empty(await ChainAsync(item, CustodyEventKind.TranscriptChanged));
    }

    [Fact]
    public async Task Vosk_interrupted_in_the_middle_ends_with_the_words_of_an_undisturbed_run()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, transcription: new TranscriptionOptions
        {
            ModelFolder = await Speech.ModelFolderAsync(), EngineFolder = Speech.EngineFolder, Language = "en", Window = TimeSpan.FromSeconds(10),
        });
        server.Media.Sound = Sound;
        await server.VaultIsProbedAsync();
        var dock = await server.EnrolDockAsync();
        var whole = await RenderedAsync(server, dock);
        await server.RunAsync(whole, Stage.Transcribe);
        var undisturbed = await StoredAsync(server, whole);

        var item = await RenderedAsync(server, dock);
        using (var stop = new CancellationTokenSource())
        {
            var running = server.Get<Transcribing>().RunAsync(item, stop.Token);
            await Eventually.HoldsAsync(() => server.Catalogue.ReadAsync(db => db.HeardWindows.AnyAsync(), default), "the first window was kept");
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }

        Assert.True(await server.RunAsync(item, Stage.Transcribe));
        Assert.Equal(Said(undisturbed), Said(await StoredAsync(server, item)));
        string[] said = [.. Speech.Librivox().SelectMany(c => c.Words)];
        Assert.InRange(WordErrors.Rate(said, [.. undisturbed.Segments.SelectMany(s => s.Text.Split(' '))]), 0, 0.35);
    }

    [Fact]
    public async Task Through_the_queue_a_recording_gets_its_draft_by_itself()
    {
        await using var server = await TestServer.StartAsync(cluster, transcription: Options());
        server.Media.Sound = Sound;
        var dock = await server.EnrolDockAsync();
        var item = (await dock.DeliverAsync(Audio())).ItemId;
        await Eventually.HoldsAsync(async () => (await server.Get<ItemRegister>().FindAsync(item, default)).Summary.Done, "the pipeline is done", 60);
        Assert.Equal(TranscriptState.Draft, (await StoredAsync(server, item)).State);
    }

    /// <summary>What the words are follows from the sound, to the last sample.</summary>
    private static string Word(Asked asked) => "w" + Convert.ToHexStringLower(SHA256.HashData(asked.Pcm))[..12];

    private static string Saying(Asked asked) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"segments":[{"start":0.25,"end":{{asked.Seconds / 2}},"text":"{{Word(asked)}}"}],"words":[{"word":"{{Word(asked)}}","start":0.25,"end":1,"probability":0.5}]}""");

    private static string Said(Transcript transcript) => System.Text.Encoding.UTF8.GetString(EvidenceJson.ToBytes(transcript.Segments));

    private static Recording Audio()
    {
        var recording = TestDock.Record();
        return recording with { Manifest = recording.Manifest with { Recording = recording.Manifest.Recording with { Kind = MediaKind.Audio } } };
    }

    private static async Task<string> RenderedAsync(TestServer server, TestDock dock)
    {
        var item = (await dock.DeliverAsync(Audio())).ItemId;
        foreach (var stage in new[] { Stage.Seal, Stage.Inspect, Stage.Render })
            Assert.True(await server.RunAsync(item, stage));
        return item;
    }

    private static async Task<Transcript> StoredAsync(TestServer server, string item) =>
        (await server.Catalogue.ReadAsync(db => db.Transcripts.Where(t => t.ItemId == item).OrderByDescending(t => t.Version).FirstAsync(), default)).Read();

    private static string Path(string item) => $"/api/v1/items/{item}/transcript";

    private TranscriptionOptions Options() => new()
    {
        ModelFolder = _models, EngineFolder = Speech.EngineFolder, Language = "en", Window = TimeSpan.FromSeconds(10),
        Languages = new Dictionary<string, EngineChoice> { ["en"] = _peer.Choice(), ["ug"] = _peer.Choice() },
    };

    private Task<string> RenderedAsync() => RenderedAsync(_server, _dock);

    private Task<bool> RunAsync(string item) => _server.RunAsync(item, Stage.Transcribe);

    private async Task HearOneWindowAsync(string item)
    {
        var answer = _peer.Answer;
        _peer.Answer = (http, asked) =>
        {
            if (_peer.All.Count == 1)
                return answer(http, asked);
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        Assert.False(await RunAsync(item));
    }

    private async Task<Transcript> DraftAsync(string item)
    {
        using var answer = await _custodian.GetAsync(Path(item));
        return await TestDock.ReadAsync<Transcript>(answer);
    }

    private async Task<ItemDetail> DetailAsync(string item) => (await _custodian.GetFromJsonAsync<ItemDetail>($"/api/v1/items/{item}", EvidenceJson.Options))!;

    private async Task<(StageState State, string? Note)> StageAsync(string item) => (await DetailAsync(item)).Summary.Stages[3] is var stage ? (stage.State, stage.Note) : default;

    private Task<int> KeptAsync() => _server.Catalogue.ReadAsync(db => db.HeardWindows.CountAsync(), default);

    private async Task<List<CustodyEventView>> ChainAsync(string item, CustodyEventKind kind) =>
        [.. (await _server.Get<ItemRegister>().CustodyAsync(item, default)).Where(e => e.Kind == kind)];

    private Task<HttpResponseMessage> PutAsync(string item, int follows) =>
        _custodian.PutAsJsonAsync(Path(item), new TranscriptRequest("zh", [new(0, 1, null, "请出示证件")], follows, "听写"), EvidenceJson.Options);

    private async Task WriteAsync(string item, int follows = 0)
    {
        using var answer = await PutAsync(item, follows);
        await TestDock.ReadAsync<Transcript>(answer);
    }

    private Task<HttpResponseMessage> LanguageAsync(string item, string language) =>
        _custodian.PutAsJsonAsync($"/api/v1/items/{item}/language", new LanguageRequest(language, "当事人讲维吾尔语"), EvidenceJson.Options);

    private async Task<ItemDetail> ChooseAsync(string item, string language)
    {
        using var answer = await LanguageAsync(item, language);
        return await TestDock.ReadAsync<ItemDetail>(answer);
    }
}
