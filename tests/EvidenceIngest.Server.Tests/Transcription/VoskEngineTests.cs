using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcription.SpeechModels;
using EvidenceIngest.Server.Transcription.Vosk;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>Models in memory, and engines and models that are not there or not whole.</summary>
public sealed class VoskEngineTests : IDisposable
{
    private readonly string _models = Directory.CreateTempSubdirectory("models-").FullName;

    public void Dispose() => Directory.Delete(_models, recursive: true);

    [Fact]
    public async Task Many_share_one_model_and_it_goes_when_nobody_has_used_it_for_a_while()
    {
        var library = VoskLibrary.Load(Speech.EngineFolder);
        var loads = 0;
        using var shared = new SharedModel(
            () =>
            {
                Interlocked.Increment(ref loads);
                return LoadAsync(library);
            },
            TimeSpan.FromMilliseconds(300), TimeProvider.System);

        var transcribers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => VoskTranscriber.OpenAsync(library, shared, "test", default)));
        Assert.Equal(1, loads);
        foreach (var transcriber in transcribers.Skip(1))
            transcriber.Dispose();
        await Task.Delay(1000);
        Assert.True(shared.IsLoaded);
        // Twice given back is once.
        transcribers[1].Dispose();
        await transcribers[0].TranscribeAsync(Speech.Cards()[0].Pcm, default);
        transcribers[0].Dispose();
        await Eventually.HoldsAsync(() => Task.FromResult(!shared.IsLoaded), "the model was given back");
        using var again = await VoskTranscriber.OpenAsync(library, shared, "test", default);
        Assert.NotEmpty(await again.TranscribeAsync(Speech.Cards()[0].Pcm, default));
        Assert.Equal(2, loads);
    }

    [Fact]
    public async Task A_model_taken_away_while_it_is_heard_with_ends_nothing()
    {
        var library = VoskLibrary.Load(Speech.EngineFolder);
        var shared = new SharedModel(() => LoadAsync(library), TimeSpan.Zero, TimeProvider.System);
        using var transcriber = await VoskTranscriber.OpenAsync(library, shared, "test", default);
        var hearing = transcriber.TranscribeAsync(Speech.Reading(), default);
        await Task.Delay(500);
        shared.Dispose();
        Assert.NotEmpty(await hearing);
    }

    [Fact]
    public async Task A_load_that_failed_is_tried_again()
    {
        var library = VoskLibrary.Load(Speech.EngineFolder);
        var loads = 0;
        using var shared = new SharedModel(FailOnceAsync, TimeSpan.FromMinutes(1), TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(() => shared.AcquireAsync(default));
        using var lease = await shared.AcquireAsync(default);
        Assert.False(lease.Model.IsInvalid);

        async Task<VoskModel> FailOnceAsync() => ++loads > 1 ? await LoadAsync(library) : throw new IOException("disk");
    }

    [Fact]
    public async Task What_is_missing_or_damaged_is_said_and_never_loaded()
    {
        using var engine = new VoskEngine(new TranscriptionOptions { ModelFolder = _models, EngineFolder = Speech.EngineFolder }, TimeProvider.System);
        Assert.Equal("model for en not installed", engine.Missing("en", null));
        Assert.Equal("model large for en not installed", engine.Missing("en", "large"));
        var added = await new ModelIntake(_models, TimeProvider.System).AddAsync(Speech.MakersFolder, "en", null, null, _ => Task.CompletedTask, default);
        Assert.Null(engine.Missing("en", null));
        Assert.Equal(["en"], engine.Languages());
        using var without = new VoskEngine(new TranscriptionOptions { ModelFolder = _models, EngineFolder = _models }, TimeProvider.System);
        Assert.Equal("speech engine libvosk.so not installed", without.Missing("en", null));

        var file = Path.Combine(added.Folder, "am/final.mdl");
        await using (var content = new FileStream(file, FileMode.Open))
        {
            content.Position = content.Length / 2;
            content.WriteByte((byte)(content.ReadByte() ^ 1));
        }

        var refused = await Assert.ThrowsAsync<TranscriberUnavailableException>(() => engine.OpenAsync("en", null, default));
        Assert.Contains("model-en: am/final.mdl", refused.Message, StringComparison.Ordinal);
        File.Copy(Path.Combine(Speech.MakersFolder, "am/final.mdl"), file, overwrite: true);
        using var mended = await engine.OpenAsync("en", null, default);
        Assert.Matches($"^vosk, library sha256 [0-9a-f]{{64}}, model model-en, sha256 {added.Model!.Digest()}$", mended.Source);
    }

    private static async Task<VoskModel> LoadAsync(VoskLibrary library) => await Task.Run(() => library.OpenModel(Speech.MakersFolder)!);
}
