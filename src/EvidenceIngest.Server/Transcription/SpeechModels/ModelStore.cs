using System.Text.Json;
using EvidenceIngest.Domain;
using System.Security.Cryptography;

namespace EvidenceIngest.Server.Transcription.SpeechModels;

/// <summary>The models of this machine: <c>LANGUAGE/NAME</c> below one folder, each with its record.</summary>
public sealed class ModelStore(string folder)
{
    internal const string RecordName = "model.json";

    private const int LargestRecord = 8 << 20;

    /// <summary>Every model, also such whose record is damaged; half-copied ones don't count.</summary>
    public IReadOnlyList<FoundModel> List() =>
    [
        .. Folders(folder).Where(f => TranscriptionOptions.IsLanguage(Path.GetFileName(f))).SelectMany(Folders)
            .Where(f => ModelIntake.IsName(Path.GetFileName(f))).Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Languages that have a model, or something that should be one.</summary>
    public IReadOnlyList<string> Languages() => [.. List().Select(f => Path.GetFileName(Path.GetDirectoryName(f.Folder)!)).Distinct()];

    /// <returns>The model of that name, or the only one of its language; else why there is none.</returns>
    public (FoundModel? Model, string? Trouble) Find(string language, string? name)
    {
        var found = Folders(Path.Combine(folder, language)).Where(f => ModelIntake.IsName(Path.GetFileName(f)) && (name is null || Path.GetFileName(f) == name)).Select(Read).ToList();
        return found switch
        {
            [] when name is not null => (null, $"model {name} for {language} not installed"),
            [] => (null, $"model for {language} not installed"),
            [{ Trouble: null } only] => (only, null),
            [var damaged] => (null, $"model for {language}: {damaged.Trouble}"),
            _ => (null, $"{found.Count} models for {language} installed: Transcription:Languages:{language}:Model has to name one"),
        };
    }

    /// <summary>Reads all of a model again.</summary>
    /// <returns>What is not as it was when it was added; empty when everything is.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(FoundModel found, CancellationToken ct)
    {
        if (found.Model is not { } model)
            return [found.Trouble!];
        var troubles = new List<string>();
        foreach (var file in model.Files)
        {
            try
            {
                var info = new FileInfo(Path.Combine(found.Folder, file.Path));
                if (!info.Exists || info.LinkTarget is not null)
                    troubles.Add($"{file.Path} 不见了 / is missing");
                else if (info.Length != file.Bytes || await Sha256Async(info.FullName, ct) != file.Sha256)
                    troubles.Add($"{file.Path} 与加入时不同 / is not as it was added");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                troubles.Add($"{file.Path} 无法读取 / can't be read: {e.Message}");
            }
        }

        return troubles;
    }

    internal static async Task<string> Sha256Async(string file, CancellationToken ct)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
    }

    internal static FoundModel Read(string model)
    {
        try
        {
            var file = new FileInfo(Path.Combine(model, RecordName));
            if (!file.Exists)
                return new FoundModel(model, null, $"{RecordName} 不见了，请用 models add 加入 / has no {RecordName}");
            if (file.Length > LargestRecord)
                return new FoundModel(model, null, $"{RecordName} 过大 / is too large");
            var read = EvidenceJson.FromBytes<SpeechModel>(File.ReadAllBytes(file.FullName));
            // Its record names where files are read: a path out of the folder is nobody's honest mistake.
            if (read.Name != Path.GetFileName(model) || read.Language != Path.GetFileName(Path.GetDirectoryName(model)) || read.Files.Any(f => f is null || !ModelIntake.IsInside(f.Path))
                || (read.SelfTest is { } test && read.Files.All(f => f.Path != test.Sound)))
                return new FoundModel(model, null, $"{RecordName} 与目录不符 / speaks of another folder");
            return new FoundModel(model, read, null);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return new FoundModel(model, null, $"{RecordName} 无法读取 / can't be read: {e.Message}");
        }
    }

    private static IReadOnlyList<string> Folders(string parent)
    {
        try
        {
            return Directory.Exists(parent) ? Directory.GetDirectories(parent) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
