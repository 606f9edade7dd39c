using System.Text;
using EvidenceIngest.Server.Transcription;
using Microsoft.AspNetCore.Http;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>A recogniser that is away, slow, wrong or hostile.</summary>
public sealed class HttpTranscriberTests : IAsyncLifetime
{
    private static readonly byte[] Window = new byte[10 * 32_000];

    private Peer _peer = null!;

    public async ValueTask InitializeAsync() => _peer = await Peer.StartAsync();

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    [Fact]
    public async Task It_is_told_the_language_and_asked_for_words_with_their_times()
    {
        using var transcriber = _peer.Open(_peer.Choice(token: "s3cret", model: "whisper-1"), "zh-CN");
        await transcriber.TranscribeAsync(Window, default);

        var asked = Assert.Single(_peer.All);
        Assert.Equal(("zh", "whisper-1", "verbose_json", "Bearer s3cret"), (asked.Language, asked.Model, asked.Format, asked.Authorization));
        Assert.Equal(["word", "segment"], asked.Granularities);
        Assert.Equal(Window, asked.Pcm);
        Assert.DoesNotContain("s3cret", transcriber.Source + _peer.Choice(token: "s3cret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(401, true)]
    [InlineData(404, true)]
    [InlineData(302, true)]
    [InlineData(204, true)]
    [InlineData(400, false)]
    [InlineData(413, false)]
    [InlineData(415, false)]
    [InlineData(422, false)]
    public async Task Its_troubles_are_waited_for_and_what_it_says_of_the_sound_is_not(int status, bool isPassing)
    {
        _peer.Answer = async (http, _) =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "http://169.254.169.254/";
            if (status != 204)
                await http.Response.WriteAsync("no\u0000 luck\u202E\n" + new string('x', 1 << 20));
        };
        var failure = await FailureAsync();
        Assert.Equal(isPassing, failure is TranscriberUnavailableException);
        Assert.StartsWith($"the recogniser answered {status}", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 1, 300);
        Assert.Null(EvidenceIngest.Server.Access.Texts.Fault(failure.Message));
        Assert.Single(_peer.All);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_hangs_is_given_up_in_time(bool afterTheHeaders)
    {
        _peer.Answer = async (http, _) =>
        {
            if (afterTheHeaders)
            {
                await http.Response.WriteAsync("{\"text\":");
                await http.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var transcriber = _peer.Open(_peer.Choice(seconds: 1));
        Assert.IsType<TranscriberUnavailableException>(await FailureAsync(transcriber));
    }

    [Fact]
    public async Task Whoever_stops_it_is_not_told_that_it_is_away()
    {
        using var stop = new CancellationTokenSource();
        _peer.Answer = async (http, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var transcriber = _peer.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transcriber.TranscribeAsync(Window, stop.Token));
    }

    [Fact]
    public async Task One_that_breaks_off_is_asked_again_later()
    {
        _peer.Answer = async (http, _) =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("{\"text\":\"half");
            await http.Response.Body.FlushAsync();
            http.Abort();
        };
        Assert.IsType<TranscriberUnavailableException>(await FailureAsync());
        await _peer.DisposeAsync();
        _peer = await Peer.StartAsync();
        using var nobody = _peer.Open(_peer.Choice() with { Url = new Uri("http://127.0.0.1:1/") });
        Assert.IsType<TranscriberUnavailableException>(await FailureAsync(nobody));
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_the_end()
    {
        var sent = 0L;
        _peer.Answer = async (http, _) =>
        {
            var piece = new byte[1 << 20];
            Array.Fill(piece, (byte)' ');
            for (; !http.RequestAborted.IsCancellationRequested && sent < 1L << 30; sent += piece.Length)
            {
                await http.Response.Body.WriteAsync(piece, http.RequestAborted);
                // The server hears of the other's end beside its writing.
                await Task.Delay(1);
            }
        };
        Assert.IsType<TranscriberFaultException>(await FailureAsync());
        Assert.InRange(Interlocked.Read(ref sent), 0, 64L << 20);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"segments\":7}")]
    [InlineData("{\"segments\":[null]}")]
    [InlineData("{\"segments\":[{\"start\":0,\"end\":1,\"text\":7}]}")]
    [InlineData("{\"segments\":[{\"start\":NaN,\"end\":1,\"text\":\"a\"}]}")]
    [InlineData("{\"segments\":[{\"start\":\"0\",\"end\":1,\"text\":\"a\"}]}")]
    [InlineData("{\"segments\":[{\"start\":0,\"end\":1e999,\"text\":\"a\"}]}")]
    [InlineData("{\"segments\":[{\"start\":-5,\"end\":1,\"text\":\"a\"}]}")]
    [InlineData("{\"segments\":[{\"start\":50,\"end\":51,\"text\":\"a\"}]}")]
    [InlineData("{\"segments\":[{\"start\":3,\"end\":2,\"text\":\"a\"}]}")]
    [InlineData("{\"segments\":[{\"end\":2,\"text\":\"a\"}]}")]
    [InlineData("{\"text\":\"a\",\"words\":[{\"word\":\"a\",\"start\":0}]}")]
    [InlineData("{\"text\":\"a\",\"words\":[{\"word\":\"a\",\"start\":0,\"end\":-1e999}]}")]
    [InlineData("{\"text\":\"half")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public async Task What_can_t_be_true_is_refused_as_a_whole(string json)
    {
        _peer.Answer = (http, _) => Peer.SayAsync(http, json);
        Assert.IsType<TranscriberFaultException>(await FailureAsync());
    }

    [Fact]
    public async Task Bytes_that_are_no_utf_8_are_refused()
    {
        _peer.Answer = (http, _) => Peer.SayAsync(http, [.. "{\"text\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8]);
        Assert.IsType<TranscriberFaultException>(await FailureAsync());
        // Chinese as Windows writes it.
        _peer.Answer = (http, _) => Peer.SayAsync(http, [.. "{\"segments\":[{\"start\":0,\"end\":1,\"text\":\""u8, 0xC4, 0xE3, 0xBA, 0xC3, .. "\"}]}"u8]);
        Assert.IsType<TranscriberFaultException>(await FailureAsync());
    }

    [Fact]
    public async Task More_than_anybody_says_is_refused()
    {
        foreach (var json in new[]
        {
            $$"""{"segments":[{{string.Join(',', Enumerable.Repeat("""{"start":0,"end":1,"text":"a"}""", 5001))}}]}""",
            $$"""{"segments":[{"start":0,"end":1,"text":"{{new string('话', 5001)}}"}]}""",
        })
        {
            _peer.Answer = (http, _) => Peer.SayAsync(http, json);
            Assert.IsType<TranscriberFaultException>(await FailureAsync());
        }
    }

    [Fact]
    public async Task Disorder_padding_and_what_can_t_be_seen_are_put_right()
    {
        _peer.Answer = (http, _) => Peer.SayAsync(http, """
            {"segments":[{"start":4,"end":31.5,"text":" 后\u202E说\n的 ","speaker":"SPEAKER_01"},{"start":1,"end":1,"text":"先说的"},{"start":2,"end":3,"text":" \u0007 "}],
             "words":[{"word":"先说的","start":1,"end":1,"probability":7},{"word":"后说的","start":4,"end":31,"probability":null}]}
            """);
        using var transcriber = _peer.Open();

        var heard = await HearAsync(transcriber);

        Assert.Equal([(301.0, 301.001, null, "先说的"), (304, 310, "SPEAKER_01", "后说 的")], heard.Select(s => (s.Start!.Value, s.End!.Value, s.Speaker, s.Text)));
        Assert.Null(Assert.Single(heard[0].Words!).Confidence);
        Assert.Equal(("后说的", 304, 310), heard[1].Words!.Select(w => (w.Text, w.Start, w.End)).Single());
    }

    [Fact]
    public async Task Text_without_segments_is_of_the_whole_window()
    {
        _peer.Answer = (http, _) => Peer.SayAsync(http, Encoding.UTF8.GetBytes("""{"text":"请出示证件。"}"""));
        using var transcriber = _peer.Open();
        Assert.Equal((300, 310, "请出示证件。"), (await HearAsync(transcriber)).Select(s => (s.Start!.Value, s.End!.Value, s.Text)).Single());
    }

    private static async Task<IReadOnlyList<Domain.Transcripts.TranscriptSegment>> HearAsync(ITranscriber transcriber) =>
        HeardSpeech.Place(await transcriber.TranscribeAsync(Window, default), 300, 10);

    private async Task<Exception> FailureAsync(ITranscriber? given = null)
    {
        using var transcriber = given ?? _peer.Open();
        return await Assert.ThrowsAnyAsync<Exception>(() => HearAsync(transcriber));
    }
}
