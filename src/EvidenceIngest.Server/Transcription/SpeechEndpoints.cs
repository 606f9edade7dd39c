using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Transcription.SpeechModels;

namespace EvidenceIngest.Server.Transcription;

/// <param name="Default">Language of items for which nobody chose another.</param>
/// <param name="Languages">That are set, or that a model is there for.</param>
public sealed record SpeechView(string Default, IReadOnlyList<SpeechLanguageView> Languages);

/// <param name="Language">Such as <c>zh</c>.</param>
/// <param name="Engine">vosk, or the host of the site's own recogniser.</param>
/// <param name="Trouble">Why nobody writes it down; null when somebody does.</param>
/// <param name="Models">On the server that answers.</param>
public sealed record SpeechLanguageView(string Language, string Engine, string? Trouble, IReadOnlyList<SpeechModelView> Models);

/// <param name="Name">Of its folder.</param>
/// <param name="Digest">SHA-256 over the digests of its files; null when its record can't be read.</param>
/// <param name="Bytes">Of its files.</param>
/// <param name="AddedAt">UTC.</param>
/// <param name="HasSelfTest">Whether its maker gave sound with the words that have to be heard in it.</param>
/// <param name="HasLicence">Whether its licence lies beside it.</param>
/// <param name="Trouble">What is wrong with its record; null when nothing is.</param>
public sealed record SpeechModelView(string Name, string? Digest, long Bytes, DateTimeOffset? AddedAt, bool HasSelfTest, bool HasLicence, string? Trouble);

internal static class SpeechEndpoints
{
    public static void MapSpeech(this IEndpointRouteBuilder api) =>
        api.MapGet("/models", (Transcribers transcribers, TranscriptionOptions options) => TypedResults.Ok(View(transcribers, options)))
            .RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System).Concerns(Data.Everybodys).WithTags("Transcripts");

    private static SpeechView View(Transcribers transcribers, TranscriptionOptions options)
    {
        var models = new ModelStore(options.ModelFolder).List().ToLookup(found => Path.GetFileName(Path.GetDirectoryName(found.Folder)!));
        var languages = options.Languages.Keys.Append(options.Language).Union(models.Select(m => m.Key)).Order(StringComparer.Ordinal);
        return new SpeechView(options.Language, [.. languages.Select(language => new SpeechLanguageView(
            language, options.Languages.GetValueOrDefault(language) is HttpChoice remote ? remote.Url.Host : "vosk", transcribers.Missing(language), [.. models[language].Select(View)]))]);
    }

    private static SpeechModelView View(FoundModel found) => new(
        Path.GetFileName(found.Folder), found.Model?.Digest(), found.Model?.Files.Sum(f => f.Bytes) ?? 0, found.Model?.AddedAt, found.Model?.SelfTest is not null,
        found.Model?.LicenceFile is not null, found.Trouble);
}
