using EvidenceIngest.Server.Transcription.Remote;
using EvidenceIngest.Server.Transcription.Vosk;

namespace EvidenceIngest.Server.Transcription;

/// <summary>Which engine writes down which language. Looked up anew each time: models come and go without a restart.</summary>
internal sealed class Transcribers(TranscriptionOptions options, VoskEngine vosk, HttpClient http)
{
    /// <summary>Languages that are served at the moment.</summary>
    public IReadOnlyList<string> Served() => [.. options.Languages.Keys.Union(vosk.Languages()).Where(language => Missing(language) is null)];

    /// <returns>Why nobody serves the language; null when somebody does.</returns>
    public string? Missing(string language) => ChoiceOf(language) is VoskChoice choice ? vosk.Missing(language, choice.Model) : null;

    /// <exception cref="TranscriberUnavailableException">Worth a retry.</exception>
    public async Task<ITranscriber> OpenAsync(string language, CancellationToken ct) => ChoiceOf(language) switch
    {
        VoskChoice choice => await vosk.OpenAsync(language, choice.Model, ct),
        HttpChoice choice => new HttpTranscriber(http, choice, language),
        var other => throw new InvalidOperationException($"no engine for {other}"),
    };

    private EngineChoice ChoiceOf(string language) => options.Languages.GetValueOrDefault(language) ?? new VoskChoice(null);
}
