using System.Text.RegularExpressions;

namespace EvidenceIngest.Server.Transcription;

/// <summary>Which engine writes down which language.</summary>
public sealed partial class TranscriptionOptions
{
    /// <summary>Has <c>LANGUAGE/NAME</c> below it, as <c>models add</c> lays them out.</summary>
    public string ModelFolder { get; init; } = "models";

    /// <summary>Has libvosk.so, or libvosk.dll with the DLLs that it needs.</summary>
    public string EngineFolder { get; init; } = Path.Combine("models", "engine");

    /// <summary>Of items for which no person chose another. A site hears one language nearly always, and says here which.</summary>
    public string Language { get; init; } = "zh";

    /// <summary>By language; a language without an entry is Vosk's, once it has one model.</summary>
    public IReadOnlyDictionary<string, EngineChoice> Languages { get; init; } = new Dictionary<string, EngineChoice>();

    /// <summary>Words of less confidence are marked in answers.</summary>
    public double DoubtBelow { get; init; } = 0.6;

    /// <summary>Items at the same time. Each takes a core with Vosk.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>The most sound that an engine gets at once: what a killed job loses, what is held in memory, and 10 MB for an HTTP engine.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a model stays loaded without work, since it takes hundreds of megabytes.</summary>
    public TimeSpan ModelIdle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether it is a tag as settings, folders and items have it: the language in small letters, such as <c>zh</c> or <c>en-US</c>.</summary>
    public static bool IsLanguage(string text) => text.Length <= 35 && Tag().IsMatch(text);

    [GeneratedRegex(@"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\z")]
    private static partial Regex Tag();
}

/// <summary>What serves a language.</summary>
public abstract record EngineChoice;

/// <param name="Model">Name of its folder; null for the only one.</param>
public sealed record VoskChoice(string? Model) : EngineChoice;

/// <summary>The site's own recogniser, with the interface of OpenAI's <c>POST /v1/audio/transcriptions</c>.</summary>
/// <param name="Url">The whole address; https, or http on this machine.</param>
/// <param name="Model">As it calls its model; null leaves the choice to it.</param>
/// <param name="Token">Its bearer token; null for none.</param>
/// <param name="Limit">How long one window may take.</param>
public sealed record HttpChoice(Uri Url, string? Model, string? Token, TimeSpan Limit) : EngineChoice
{
    /// <summary>Why sound must not go to this address; null when it may.</summary>
    public static string? Fault(Uri url) =>
        url.Scheme is not ("https" or "http") ? "is neither https nor http"
        : url.Scheme == "http" && !url.IsLoopback ? "is another machine, and everybody between would hear the evidence: use https"
        : url.UserInfo.Length > 0 ? "has a password in it, which would be told in every transcript: use TokenFile"
        : null;

    // Records print their members, and logs print records.
    public override string ToString() => Url.Host;
}
