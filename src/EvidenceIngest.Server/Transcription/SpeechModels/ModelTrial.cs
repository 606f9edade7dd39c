using EvidenceIngest.Server.Transcription.Sound;
using EvidenceIngest.Server.Transcription.Vosk;

namespace EvidenceIngest.Server.Transcription.SpeechModels;

/// <summary>Loads a model and lets it hear its self-test.</summary>
public static class ModelTrial
{
    private const int LargestSound = 64 << 20;

    /// <param name="found">The model.</param>
    /// <param name="engineFolder">Where libvosk lies.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>Words of its self-test that it did not hear; empty when it heard all, or has none.</returns>
    /// <exception cref="ModelRefusedException">It can't be loaded, or its self-test is no sound.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(FoundModel found, string engineFolder, CancellationToken ct)
    {
        try
        {
            var library = VoskLibrary.Load(engineFolder);
            using var shared = new SharedModel(() => Task.FromResult(library.OpenModel(found.Folder) ?? throw NoModel()), TimeSpan.Zero, TimeProvider.System);
            using var transcriber = await VoskTranscriber.OpenAsync(library, shared, "self-test", ct);
            return found.Model?.SelfTest is { } test ? await MissedAsync(transcriber, Path.Combine(found.Folder, test.Sound), test.Words, ct) : [];
        }
        catch (Exception e) when (e is TranscriberUnavailableException or TranscriberFaultException)
        {
            throw new ModelRefusedException(e.Message, e);
        }
    }

    private static ModelRefusedException NoModel() => new("识别引擎无法载入该模型，文件可能不全或者不是 Vosk 模型 / the engine can't load the model");

    private static async Task<IReadOnlyList<string>> MissedAsync(VoskTranscriber transcriber, string file, IReadOnlyList<string> words, CancellationToken ct)
    {
        if (new FileInfo(file).Length > LargestSound)
            throw new ModelRefusedException($"自检录音超过 {LargestSound >> 20} MiB / the self-test's sound is too large");
        var content = await File.ReadAllBytesAsync(file, ct);
        var header = WavHeader.Read(content.AsSpan(0, Math.Min(content.Length, WavHeader.Most)), content.Length);
        var heard = await transcriber.TranscribeAsync(content.AsMemory((int)header.Begins, (int)header.Samples * WavHeader.SampleBytes), ct);
        // Chinese words are cut differently by every model.
        var text = Bare(string.Concat(heard.Select(s => s.Text)));
        return [.. words.Where(w => !text.Contains(Bare(w), StringComparison.OrdinalIgnoreCase))];
    }

    private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
