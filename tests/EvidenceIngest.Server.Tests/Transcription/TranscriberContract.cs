using System.Diagnostics;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Transcription;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>What <see cref="ITranscriber"/> promises. Every engine derives from it and hears real speech.</summary>
public abstract class TranscriberContract
{
    internal abstract Task<ITranscriber> OpenAsync();

    [Fact]
    public async Task It_hears_the_words_in_their_order_with_times_within_the_window()
    {
        using var transcriber = await OpenAsync();
        var clip = Speech.Librivox().Single(c => c.Name.EndsWith("0880", StringComparison.Ordinal));

        var heard = HeardSpeech.Place(await transcriber.TranscribeAsync(clip.Pcm, default), 100, clip.Seconds());

        Assert.InRange(WordErrors.Rate(clip.Words, Words(heard)), 0, 0.4);
        Assert.All(heard, s => Assert.True(s.Start >= 100 && s.Start < s.End && s.End <= 100 + clip.Seconds() + 0.001, $"{s}"));
        var words = heard.SelectMany(s => s.Words!).ToList();
        Assert.Equal(words.OrderBy(w => w.Start), words);
        Assert.All(words, w => Assert.InRange(w.Confidence!.Value, 0, 1));
        Assert.Equal(Words(heard), words.Select(w => w.Text));
    }

    [Fact]
    public async Task Where_nobody_speaks_it_hears_nothing()
    {
        using var transcriber = await OpenAsync();
        Assert.Empty(await transcriber.TranscribeAsync(Speech.Silence(5), default));
        Assert.Empty(await transcriber.TranscribeAsync(ReadOnlyMemory<byte>.Empty, default));
        // Shorter than a frame of any engine.
        Assert.Empty(await transcriber.TranscribeAsync(new byte[2], default));
    }

    [Fact]
    public async Task The_same_sound_gives_the_same_words_also_after_another_and_beside_another()
    {
        using var transcriber = await OpenAsync();
        var clips = Speech.Librivox();
        var alone = await transcriber.TranscribeAsync(clips[1].Pcm, default);

        var beside = await Task.WhenAll(clips.Select(c => transcriber.TranscribeAsync(c.Pcm, default)));
        var after = await transcriber.TranscribeAsync(clips[1].Pcm, default);

        Assert.Equal(Json(alone), Json(beside[1]));
        Assert.Equal(Json(alone), Json(after));
    }

    [Fact]
    public async Task It_ends_soon_when_it_is_told_to_and_serves_the_next()
    {
        using var transcriber = await OpenAsync();
        byte[] hour = [.. Enumerable.Repeat(Speech.Reading(), 20).SelectMany(p => p)];
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var begin = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transcriber.TranscribeAsync(hour, stop.Token));

        Assert.InRange(begin.Elapsed.TotalSeconds, 0, 10);
        Assert.NotEmpty(await transcriber.TranscribeAsync(Speech.Cards()[0].Pcm, default));
    }

    [Fact]
    public async Task It_says_what_made_the_words()
    {
        using var transcriber = await OpenAsync();
        Assert.Matches("^[a-z]+[ ,].*model ", transcriber.Source);
        Assert.Null(EvidenceIngest.Server.Access.Texts.Fault(transcriber.Source));
    }

    private static string Json(IReadOnlyList<TranscriptSegment> heard) => JsonSerializer.Serialize(heard, EvidenceJson.Options);

    private protected static string[] Words(IEnumerable<TranscriptSegment> heard) => [.. heard.SelectMany(s => s.Text.Split(' '))];
}

public sealed class VoskTranscriberTests : TranscriberContract
{
    internal override Task<ITranscriber> OpenAsync() => Speech.OpenAsync();
}

/// <summary>The peer lets Vosk hear: what differs is the way there and back.</summary>
public sealed class HttpTranscriberContractTests : TranscriberContract, IAsyncLifetime
{
    private Peer _peer = null!;

    public async ValueTask InitializeAsync()
    {
        _peer = await Peer.StartAsync();
        _peer.Answer = async (http, asked) =>
        {
            using var vosk = await Speech.OpenAsync();
            var heard = await vosk.TranscribeAsync(asked.Pcm, http.RequestAborted);
            await Peer.SayAsync(http, JsonSerializer.Serialize(new
            {
                task = "transcribe", language = "english", duration = asked.Seconds, text = string.Join(' ', heard.Select(s => s.Text)),
                segments = heard.Select((s, id) => new { id, seek = 0, start = s.Start, end = s.End, text = " " + s.Text, avg_logprob = -0.2 }),
                words = heard.SelectMany(s => s.Words!).Select(w => new { word = w.Text, start = w.Start, end = w.End, probability = w.Confidence }),
            }));
        };
    }

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    internal override Task<ITranscriber> OpenAsync() => Task.FromResult(_peer.Open());
}
