using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcription;

namespace EvidenceIngest.Server.Tests.Transcription;

public sealed class SpeechViewTests(PrivateCluster cluster) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evidence-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Damaged_models_are_told_and_secrets_of_recognisers_are_not()
    {
        var damaged = Directory.CreateDirectory(Path.Combine(_folder, "en", "small"));
        await File.WriteAllTextAsync(Path.Combine(damaged.FullName, "model.json"), "{ \"language\": ", TestContext.Current.CancellationToken);
        var options = new TranscriptionOptions
        {
            ModelFolder = _folder, EngineFolder = Path.Combine(_folder, "engine"), Language = "zh",
            Languages = new Dictionary<string, EngineChoice> { ["ug"] = new HttpChoice(new Uri("https://speech.agency.local/v1/secret-path"), "big", "secret-token", TimeSpan.FromMinutes(1)) },
        };
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, transcription: options);

        using var answer = await server.Operator.GetAsync("/api/v1/models");
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var speech = await TestDock.ReadAsync<SpeechView>(answer);

        Assert.Equal(("zh", "en ug zh"), (speech.Default, string.Join(' ', speech.Languages.Select(l => l.Language))));
        var (english, uyghur, chinese) = (speech.Languages[0], speech.Languages[1], speech.Languages[2]);
        Assert.NotNull(english.Trouble);
        Assert.NotNull(Assert.Single(english.Models).Trouble);
        Assert.Equal(("speech.agency.local", null), (uyghur.Engine, uyghur.Trouble));
        Assert.Equal(("vosk", 0), (chinese.Engine, chinese.Models.Count));
        Assert.Contains("not installed", chinese.Trouble, StringComparison.Ordinal);
    }
}
