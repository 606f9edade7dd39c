using System.Net;
using System.Security.Cryptography;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Transcripts;

public sealed class TranscriptTests(PrivateCluster cluster) : TranscriptFixture(cluster)
{
    [Fact]
    public async Task A_recording_of_sound_is_complete_only_with_a_transcript_that_a_person_confirmed()
    {
        Assert.Contains(Requirement.Transcript, (await DetailAsync()).Summary.Missing);
        await WriteAsync(0, Words);
        Assert.Contains(Requirement.Transcript, (await DetailAsync()).Summary.Missing);

        var confirmed = await ConfirmAsync(1);

        Assert.Equal((2, TranscriptState.Confirmed, TestServer.Called("王芳"), TestServer.Called("王芳")), (confirmed.Version, confirmed.State, confirmed.WrittenBy, confirmed.ConfirmedBy));
        Assert.DoesNotContain(Requirement.Transcript, (await DetailAsync()).Summary.Missing);
        // Who corrects what was confirmed has to have it confirmed again.
        var corrected = await WriteAsync(2, Words[0]);
        Assert.Equal((TranscriptState.Corrected, null, null), (corrected.State, corrected.ConfirmedAt, corrected.ConfirmedBy));
        Assert.Contains(Requirement.Transcript, (await DetailAsync()).Summary.Missing);
        Assert.Equal([3, 2, 1], (await VersionsAsync(Custodian)).Select(v => v.Version));
    }

    [Fact]
    public async Task The_chain_tells_of_every_version_what_was_before_who_and_why()
    {
        await WriteAsync(0, Words);
        await ConfirmAsync(1);

        var versions = await VersionsAsync(Custodian);
        var written = Assert.Single(await ChainAsync(CustodyEventKind.TranscriptChanged));
        var confirmed = Assert.Single(await ChainAsync(CustodyEventKind.TranscriptConfirmed));
        Assert.Equal(("operator:" + TestServer.Called("王芳"), "operator:" + TestServer.Called("王芳")), (written.Actor, confirmed.Actor));
        Assert.Equal($"version 1 (Corrected), sha256 {versions[1].Sha256}, zh, 2 segments, words by person; before: nothing; reason: 首次整理", written.Detail);
        Assert.Equal(
            $"version 2 (Confirmed), sha256 {versions[0].Sha256}, zh, 2 segments, words by person; before: version 1 (Corrected), sha256 {versions[1].Sha256}; reason: 与录音逐句核对一致",
            confirmed.Detail);
        var stored = await Server.Catalogue.ReadAsync(db => db.Transcripts.OrderBy(t => t.Version).ToListAsync(), default);
        Assert.Equal(stored.Select(t => Convert.ToHexStringLower(SHA256.HashData(t.Record))), versions.Reverse().Select(v => v.Sha256));
    }

    [Fact]
    public async Task Two_people_don_t_overwrite_each_other()
    {
        using var other = await Server.PersonAsync("李强", Role.Custodian);
        HttpClient[] people = [Custodian, other];
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PutAsync(0, [new(i, i + 1, null, $"第{i}人")], people[i % 2])));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        foreach (var late in answers.Where(a => a.StatusCode != HttpStatusCode.OK))
            Assert.Contains("is at version 1, not 0: read it again first", await TestDock.RefusedAsync(late, HttpStatusCode.Conflict), StringComparison.Ordinal);
        foreach (var answer in answers)
            answer.Dispose();
        Assert.Single(await VersionsAsync(Custodian));
    }

    [Fact]
    public async Task Nobody_vouches_for_words_that_were_changed_meanwhile_or_confirmed_by_another()
    {
        await WriteAsync(0, Words);
        await WriteAsync(1, Words[0]);
        foreach (var version in new[] { -1, 0, 1, 3, int.MaxValue })
        {
            using var stale = await PostAsync(version);
            Assert.Contains($"is at version 2, not {version}", await TestDock.RefusedAsync(stale, HttpStatusCode.Conflict), StringComparison.Ordinal);
        }

        Assert.Empty(await ChainAsync(CustodyEventKind.TranscriptConfirmed));
        await ConfirmAsync(2);
        using var other = await Server.PersonAsync("李强", Role.Custodian);
        using var again = await PostAsync(3, other);
        Assert.Contains("was confirmed already, by 王芳", await TestDock.RefusedAsync(again, HttpStatusCode.Conflict), StringComparison.Ordinal);
        // Long after, the first confirmation is no confirmation of what came since.
        await WriteAsync(3, Words);
        await ConfirmAsync(4);
        using var old = await PostAsync(2);
        await TestDock.RefusedAsync(old, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task The_same_request_again_makes_no_other_version()
    {
        await WriteAsync(0, Words);
        Assert.Equal(1, (await WriteAsync(0, Words)).Version);
        await ConfirmAsync(1);
        Assert.Equal(2, (await ConfirmAsync(1)).Version);

        Assert.Single(await ChainAsync(CustodyEventKind.TranscriptChanged));
        Assert.Single(await ChainAsync(CustodyEventKind.TranscriptConfirmed));
        // The same words again, after the confirmation, are a new version that nobody has confirmed.
        Assert.Equal((3, TranscriptState.Corrected), ((await WriteAsync(2, Words)).Version, (await VersionsAsync(Custodian))[0].State));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Killed_before_or_after_the_commit_and_asked_again_there_is_one_version_and_one_event(int step)
    {
        var register = Server.Get<TranscriptRegister>();
        var request = new TranscriptRequest("zh", Words, 0, "首次整理");
        Server.Faults.KillAt(step);
        await Assert.ThrowsAsync<KilledException>(() => register.WriteAsync(Item, request, "王芳", default));
        Assert.Equal(1, (await register.WriteAsync(Item, request, "王芳", default)).Version);
        Server.Faults.KillAt(step);
        await Assert.ThrowsAsync<KilledException>(() => register.ConfirmAsync(Item, new TranscriptConfirmation(1, "核对一致"), "王芳", default));
        Assert.Equal(2, (await register.ConfirmAsync(Item, new TranscriptConfirmation(1, "核对一致"), "王芳", default)).Version);

        Assert.Equal(2, (await VersionsAsync(Custodian)).Count);
        Assert.Single(await ChainAsync(CustodyEventKind.TranscriptChanged));
        Assert.Single(await ChainAsync(CustodyEventKind.TranscriptConfirmed));
        Assert.DoesNotContain(Requirement.Transcript, (await DetailAsync()).Summary.Missing);
    }

    [Theory]
    [InlineData(Role.Supervisor)]
    [InlineData(Role.Auditor)]
    [InlineData(Role.SecurityAdministrator)]
    public async Task Who_lacks_the_right_neither_writes_nor_confirms_nor_reads_the_words(Role role)
    {
        await WriteAsync(0, Words);
        using var person = await Server.PersonAsync("赵某", role);

        using var write = await PutAsync(1, Words, person);
        using var confirm = await PostAsync(1, person);
        using var read = await person.GetAsync(Path());
        foreach (var answer in new[] { write, confirm, read })
            await TestDock.RefusedAsync(answer, HttpStatusCode.Forbidden);
        using var versions = await person.GetAsync(Path("/versions"));
        Assert.Equal(role is Role.Supervisor ? HttpStatusCode.OK : HttpStatusCode.Forbidden, versions.StatusCode);
        Assert.Equal(TranscriptState.Corrected, Assert.Single(await VersionsAsync(Custodian)).State);
    }

    [Fact]
    public async Task A_head_reads_the_words_and_leaves_them_alone()
    {
        await WriteAsync(0, Words);
        using var head = await Server.PersonAsync("李强", Role.Head);

        using var read = await head.GetAsync(Path());
        using var write = await PutAsync(1, Words, head);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        await TestDock.RefusedAsync(write, HttpStatusCode.Forbidden);
        Assert.Equal("operator:" + TestServer.Called("李强"), Assert.Single(await ChainAsync(CustodyEventKind.Viewed)).Actor);
    }

    [Fact]
    public async Task Who_reads_the_words_is_in_the_chain_once_per_look()
    {
        await WriteAsync(0, Words);
        await WriteAsync(1, Words[0]);
        foreach (var rest in new[] { "?format=text", "?version=1&format=vtt", "", "?version=2" })
        {
            using var answer = await Custodian.GetAsync(Path(rest));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(
            [("operator:" + TestServer.Called("王芳"), "transcript version 2"), ("operator:" + TestServer.Called("王芳"), "transcript version 1")],
            (await ChainAsync(CustodyEventKind.Viewed)).Select(e => (e.Actor, e.Detail)));
        Server.Clock.Shift = TimeSpan.FromMinutes(6);
        using var later = await Custodian.GetAsync(Path());
        Assert.Equal(3, (await ChainAsync(CustodyEventKind.Viewed)).Count);
        Assert.Equal(Words[0], (await TestDock.ReadAsync<Transcript>(later)).Segments.Single());
    }

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        using var none = await Custodian.GetAsync(Path());
        Assert.Contains("has no transcript", await TestDock.RefusedAsync(none, HttpStatusCode.NotFound), StringComparison.Ordinal);
        using var confirm = await PostAsync(0);
        await TestDock.RefusedAsync(confirm, HttpStatusCode.NotFound);
        using var unknown = await PutAsync(0, Words, item: "ev-20261120-0000000000");
        await TestDock.RefusedAsync(unknown, HttpStatusCode.NotFound);
        await WriteAsync(0, new TranscriptSegment(null, null, null, "没有时间"));
        foreach (var (rest, status) in new[]
        {
            ("?version=2", HttpStatusCode.NotFound), ("?version=-1", HttpStatusCode.BadRequest), ("?version=x", HttpStatusCode.BadRequest),
            ("?format=ass", HttpStatusCode.BadRequest), ("?format=vtt", HttpStatusCode.Conflict), ("?format=srt", HttpStatusCode.Conflict),
        })
        {
            using var answer = await Custodian.GetAsync(Path(rest));
            await TestDock.RefusedAsync(answer, status);
        }
    }

    [Fact]
    public async Task Versions_are_append_only_also_for_the_tables_owner()
    {
        await WriteAsync(0, Words);
        await using var owner = NpgsqlDataSource.Create(PrivateCluster.AsOwner(Server.Database));
        foreach (var change in new[] { "update transcripts set state = 'Confirmed'", "delete from transcripts", "truncate transcripts" })
        {
            await using var command = owner.CreateCommand(change);
            await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        }
    }

    [Fact]
    public async Task Only_what_has_sound_and_can_be_heard_has_a_transcript()
    {
        foreach (var kind in new[] { MediaKind.Photo, MediaKind.Other })
        {
            using var silent = await PutAsync(0, Words, item: await SealedAsync(kind));
            Assert.Contains("has no sound", await TestDock.RefusedAsync(silent, HttpStatusCode.Conflict), StringComparison.Ordinal);
        }

        using var video = await PutAsync(0, Words, item: await SealedAsync(MediaKind.Video));
        Assert.Equal(HttpStatusCode.OK, video.StatusCode);
        var unsealed = await AnnouncedAsync(MediaKind.Audio);
        using var early = await PutAsync(0, Words, item: unsealed);
        Assert.Contains("is not sealed yet", await TestDock.RefusedAsync(early, HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quarantine_keeps_nobody_from_writing_and_disposal_everybody()
    {
        await SetStateAsync(ItemState.Quarantined);
        await WriteAsync(0, Words);
        await SetStateAsync(ItemState.Disposed);

        using var write = await PutAsync(1, Words);
        Assert.Contains("was disposed of", await TestDock.RefusedAsync(write, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using var confirm = await PostAsync(1);
        await TestDock.RefusedAsync(confirm, HttpStatusCode.Conflict);
        using var read = await Custodian.GetAsync(Path());
        await TestDock.RefusedAsync(read, HttpStatusCode.Gone);
        Assert.Single(await VersionsAsync(Custodian));
    }

    private Task SetStateAsync(ItemState state) => Server.Catalogue.WriteAsync(
        async db =>
        {
            var item = await db.Items.SingleAsync(i => i.Id == Item);
            item.State = state;
        },
        default);
}
