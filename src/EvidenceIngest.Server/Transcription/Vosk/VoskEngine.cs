using System.Collections.Concurrent;
using EvidenceIngest.Server.Transcription.SpeechModels;

namespace EvidenceIngest.Server.Transcription.Vosk;

/// <summary>Vosk's models of this machine, each loaded once. A model is read again before it is loaded: what changed is not used.</summary>
internal sealed class VoskEngine(TranscriptionOptions options, TimeProvider time) : IDisposable
{
    private readonly ModelStore _store = new(options.ModelFolder);
    private readonly ConcurrentDictionary<(string Folder, string Digest), SharedModel> _models = new();
    private readonly Lock _lock = new();
    private VoskLibrary? _library;

    /// <summary>Languages that have a model.</summary>
    public IReadOnlyList<string> Languages() => _store.Languages();

    /// <returns>Why it does not serve a language; null when it does.</returns>
    public string? Missing(string language, string? model) =>
        _store.Find(language, model).Trouble ?? (File.Exists(Path.Combine(options.EngineFolder, VoskLibrary.FileName)) ? null : $"speech engine {VoskLibrary.FileName} not installed");

    /// <exception cref="TranscriberUnavailableException">The library or the model is missing or damaged.</exception>
    public async Task<ITranscriber> OpenAsync(string language, string? name, CancellationToken ct)
    {
        var (found, trouble) = _store.Find(language, name);
        if (found?.Model is not { } model)
            throw new TranscriberUnavailableException(trouble!);
        var (library, digest) = (Library(), model.Digest());
        var shared = _models.GetOrAdd((found.Folder, digest), _ => new SharedModel(() => LoadAsync(library, found), options.ModelIdle, time));
        return await VoskTranscriber.OpenAsync(library, shared, $"vosk, library sha256 {library.Sha256}, model {model.Name}, sha256 {digest}", ct);
    }

    public void Dispose()
    {
        foreach (var model in _models.Values)
            model.Dispose();
    }

    private VoskLibrary Library()
    {
        lock (_lock)
            return _library ??= VoskLibrary.Load(options.EngineFolder);
    }

    private static async Task<VoskModel> LoadAsync(VoskLibrary library, FoundModel found)
    {
        // The library trusts what it reads and ends the whole process at some damage.
        if (await ModelStore.CheckAsync(found, CancellationToken.None) is [var trouble, ..])
            throw new TranscriberUnavailableException($"model {found.Model!.Name}: {trouble}");
        return await Task.Run(() => library.OpenModel(found.Folder)) ?? throw new TranscriberUnavailableException($"model {found.Model!.Name} can't be loaded by this speech engine");
    }
}
