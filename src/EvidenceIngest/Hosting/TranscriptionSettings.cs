using System.Globalization;
using EvidenceIngest.Server.Transcription;
using Microsoft.Extensions.Configuration;

namespace EvidenceIngest.Hosting;

/// <summary>The settings below <c>Transcription</c>: which engine writes down which language.</summary>
internal static class TranscriptionSettings
{
    private const string Section = "Transcription";

    /// <exception cref="SettingsException">One is wrong, or would let others hear the evidence.</exception>
    public static TranscriptionOptions Read(EvidenceHome home, IConfiguration values)
    {
        var defaults = new TranscriptionOptions();
        return new TranscriptionOptions
        {
            ModelFolder = Path.GetFullPath(values[Section + ":ModelFolder"] ?? home.ModelFolder, home.Root),
            EngineFolder = Path.GetFullPath(values[Section + ":EngineFolder"] ?? Path.Combine(home.ModelFolder, "engine"), home.Root),
            Language = Language(Section + ":Language", values[Section + ":Language"] ?? defaults.Language),
            Languages = values.GetSection(Section + ":Languages").GetChildren().ToDictionary(c => Language(c.Path, c.Key), c => Engine(home, c)),
            DoubtBelow = Share(values[Section + ":DoubtBelow"], defaults.DoubtBelow),
            Concurrency = Number(values, "Concurrency", defaults.Concurrency, 1, 64),
            Window = TimeSpan.FromSeconds(Number(values, "WindowSeconds", (int)defaults.Window.TotalSeconds, 10, 1800)),
            ModelIdle = TimeSpan.FromMinutes(Number(values, "ModelIdleMinutes", (int)defaults.ModelIdle.TotalMinutes, 1, 24 * 60)),
        };
    }

    private static EngineChoice Engine(EvidenceHome home, IConfigurationSection chosen) => chosen["Engine"] switch
    {
        "vosk" when chosen["Url"] is null => new VoskChoice(chosen["Model"]),
        "http" => new HttpChoice(
            Url(chosen.Path + ":Url", chosen["Url"]), chosen["Model"],
            chosen["TokenFile"] is { } file ? Token(home.ReadSecret(file, chosen.Path + ":TokenFile"), chosen.Path + ":TokenFile") : null,
            TimeSpan.FromSeconds(Number(chosen, "Seconds", 600, 1, 7200))),
        "vosk" => throw new SettingsException($"{chosen.Path}: vosk runs in this service and has no Url; for a recogniser of your own set Engine to http"),
        var other => throw new SettingsException($"{chosen.Path}:Engine: '{other}' is neither vosk nor http"),
    };

    private static Uri Url(string key, string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw new SettingsException($"{key}: '{text}' is no address like https://asr.agency.local/v1/audio/transcriptions");
        return HttpChoice.Fault(url) is { } fault ? throw new SettingsException($"{key}: {url.Host} {fault}") : url;
    }

    // It becomes a header: a line break in it would be another one.
    private static string Token(string token, string key) =>
        token.Length > 0 && token.All(c => c is > ' ' and <= '~') ? token : throw new SettingsException($"{key}: the file has no token of visible ASCII characters in one line");

    private static string Language(string key, string text) =>
        TranscriptionOptions.IsLanguage(text) ? text : throw new SettingsException($"{key}: '{text}' is no language tag such as zh or en-US");

    private static double Share(string? text, double otherwise)
    {
        if (text is null)
            return otherwise;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw new SettingsException($"{Section}:DoubtBelow: '{text}' is no number from 0 to 1");
    }

    private static int Number(IConfiguration values, string name, int otherwise, int least, int most)
    {
        var key = values is IConfigurationSection ? name : $"{Section}:{name}";
        if (values[key] is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new SettingsException($"{(values as IConfigurationSection)?.Path ?? Section}:{name}: '{text}' is not a whole number from {least} to {most}");
    }
}
