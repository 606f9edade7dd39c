using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;

namespace EvidenceIngest.Server.Tests.Redaction;

public sealed class RedactedSoundTests(PrivateCluster cluster)
{
    private const string Rich = "-f lavfi -i anoisesrc=d=8:c=pink:a=0.5:seed=3";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a.wav", "-c:a pcm_s16le -ar 44100 -ac 2")]
    [InlineData("b.mp3", "-c:a libmp3lame -ar 16000 -ac 1")]
    [InlineData("c.wav", "-c:a pcm_alaw -ar 8000 -ac 1")]
    public async Task Muted_stretches_are_silent_and_bleeped_ones_hold_the_tone_alone(string name, string form)
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.MakeAsync(name, $"{Rich} {form}"));

        var (file, stored) = await site.MakeAsync(item, new RedactionPlan(Sounds: [new HushedSound(HushMode.Mute, 1.013, 2.507), new HushedSound(HushMode.Bleep, 4, 5.25), new HushedSound(HushMode.Mute, 7.5)]));

        Assert.Equal("audio/mp4", stored.ContentType);
        var sound = await site.SoundAsync(file);
        // MP3 says it lasts some frames longer.
        Assert.InRange(sound.Length / 48_000.0, 7.9, 8.2);
        Assert.All(sound[At(1.013)..At(2.507)], s => Assert.InRange(s, -64, 64));
        Assert.All(sound[At(7.5)..], s => Assert.InRange(s, -64, 64));
        foreach (var (from, to) in new[] { (0.0, 0.9), (2.7, 3.8), (5.5, 7.3) })
            Assert.True(Level(sound, from, to) > 500, $"{from} to {to}: {Level(sound, from, to)}");
        // The tone is loud; what is left when it is taken away is not.
        var bleep = sound[At(4)..At(5.25)];
        Assert.InRange(Level(sound, 4, 5.25), 4000, 7000);
        Assert.True(BesideTone(bleep) < 300, $"{BesideTone(bleep)}");
        Assert.True(BesideTone(sound[At(5.5)..At(6.5)]) > 500);
    }

    [Fact]
    public async Task All_of_the_sound_can_go_while_the_pictures_stay()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.FilmAsync("a.mp4", 3, "320x180"));
        var (file, _) = await site.MakeAsync(item, new RedactionPlan(Sounds: [new HushedSound(HushMode.Mute)]));
        Assert.All(await site.SoundAsync(file), s => Assert.InRange(s, -64, 64));
        Assert.Equal(90, (await site.FramesAsync(file)).Frames.Count);
    }

    [Fact]
    public async Task Chosen_words_are_gone_from_the_sound_and_from_the_words()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.MakeAsync("a.wav", $"{Rich} -c:a pcm_s16le"));
        TranscriptWord[] words = [new("他", 1, 1.2, 0.9), new("叫", 1.2, 1.5, 0.9), new("赵敏", 2, 2.6, 0.9), new("住在", 3.2, 3.6, 0.9), new("东路", 3.6, 4, 0.9)];
        await site.Server.Catalogue.WriteAsync(
            db => Task.FromResult(db.Add(StoredTranscript.Of(
                new Transcript(item, 1, "zh", TranscriptState.Draft, "engine", [new TranscriptSegment(1, 4, "赵敏", "他叫赵敏住在东路") { Words = words }, new TranscriptSegment(6, 7, null, "好的")], site.Server.Clock.GetUtcNow(), "server:test", null, null), "试"))),
            Ct);

        var (file, _) = await site.MakeAsync(item, new RedactionPlan(Transcript: 1, Words: [new HushedWords(HushMode.Bleep, 0, 2), new HushedWords(HushMode.Mute, 1)]));

        var sound = await site.SoundAsync(file);
        Assert.True(BesideTone(sound[At(1.85)..At(2.75)]) < 300);
        Assert.All(sound[At(6)..At(7)], s => Assert.InRange(s, -64, 64));
        var text = await File.ReadAllTextAsync((await site.FetchAsync(item, "redacted-1-text")).File, Ct);
        Assert.Contains("他叫■■住在东路", text, StringComparison.Ordinal);
        Assert.DoesNotContain("赵敏", text, StringComparison.Ordinal);
        Assert.DoesNotContain("好的", text, StringComparison.Ordinal);
    }

    /// <summary>The proof has to find whatever the masking leaves.</summary>
    [Fact]
    public async Task The_proof_hears_a_tenth_of_a_second_that_was_left()
    {
        var loud = new byte[48_000 * 2 * 4];
        new Random(4).NextBytes(loud);
        foreach (var mode in Enum.GetValues<HushMode>())
        {
            HushedSpan[] wanted = [new(mode, 1, 3)];
            Assert.Null(await Record.ExceptionAsync(() => ProveAsync(loud, wanted, wanted)));
            foreach (var left in new HushedSpan[][] { [], [new(mode, 1.2, 3)], [new(mode, 1, 2), new(mode, 2.3, 3)], [new(1 - mode, 1, 3)] })
                Assert.True(await Record.ExceptionAsync(() => ProveAsync(loud, left, wanted)) is RenditionFailedException, $"{mode}: {string.Join<HushedSpan>(", ", left)}");
        }
    }

    private static async Task ProveAsync(byte[] pcm, IReadOnlyList<HushedSpan> masked, IReadOnlyList<HushedSpan> wanted)
    {
        using var target = new MemoryStream();
        using (var source = new MemoryStream(pcm))
            await SoundMasker.CopyAsync(source, target, 1, 0, 48_000 * 4, masked, Ct);
        target.Position = 0;
        await SoundProof.CheckAsync(target, 1, wanted, Ct);
    }

    private static int At(double seconds) => (int)(seconds * 48_000);

    private static double Level(short[] sound, double from, double to) => Math.Sqrt(sound[At(from)..At(to)].Average(s => (double)s * s));

    private static double BesideTone(short[] sound)
    {
        double sine = 0, cosine = 0, power = 0;
        var count = sound.Length / 48 * 48;
        for (var i = 0; i < count; i++)
        {
            sine += sound[i] * Math.Sin(2 * Math.PI * i / 48);
            cosine += sound[i] * Math.Cos(2 * Math.PI * i / 48);
            power += (double)sound[i] * sound[i];
        }

        return Math.Sqrt(Math.Max(0, power - (2 * ((sine * sine) + (cosine * cosine)) / count)) / count);
    }
}
