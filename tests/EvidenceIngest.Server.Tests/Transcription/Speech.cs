using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcription.Sound;
using EvidenceIngest.Server.Transcription.SpeechModels;
using EvidenceIngest.Server.Transcription.Vosk;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>What scripts/setup --tests fetched: Vosk, an English model; and real speech with its words, of Debian's pocketsphinx-testdata.</summary>
internal static partial class Speech
{
    public const string English = "en";

    private const string Clips = "/usr/share/pocketsphinx/test/data";

    private static readonly Lazy<Task<string>> Models = new(AddAsync);
    private static readonly Lazy<VoskEngine> Shared = new(() => new VoskEngine(new TranscriptionOptions { ModelFolder = Models.Value.Result, EngineFolder = EngineFolder }, TimeProvider.System));

    public static string EngineFolder => Fetched("engine");

    /// <summary>As its maker hands it out.</summary>
    public static string MakersFolder => Fetched("model-en");

    /// <summary>Has the English model, added as a site would.</summary>
    public static Task<string> ModelFolderAsync() => Models.Value;

    public static async Task<ITranscriber> OpenAsync()
    {
        await Models.Value;
        return await Shared.Value.OpenAsync(English, null, CancellationToken.None);
    }

    /// <summary>A reader of Austen, sentence by sentence.</summary>
    public static IReadOnlyList<Clip> Librivox() => Read("librivox", "transcription");

    /// <summary>Playing cards.</summary>
    public static IReadOnlyList<Clip> Cards() => Read("cards", "cards.transcription");

    /// <summary>All sentences one after the other, with a second of silence behind each.</summary>
    public static byte[] Reading() => [.. Librivox().SelectMany(c => c.Pcm.Concat(Silence(1)))];

    public static byte[] Silence(double seconds) => new byte[(int)(seconds * WavHeader.Rate) * WavHeader.SampleBytes];

    public static byte[] Wav(byte[] pcm) => [.. WavHeader.Write(pcm.Length), .. pcm];

    private static IReadOnlyList<Clip> Read(string folder, string transcription) =>
    [
        .. File.ReadLines(Path.Combine(Clips, folder, transcription)).Select(line => Line().Match(line)).Where(m => m.Success).Select(m =>
        {
            var wav = File.ReadAllBytes(Path.Combine(Clips, folder, m.Groups["name"].Value + ".wav"));
            var header = WavHeader.Read(wav.AsSpan(0, WavHeader.Most), wav.Length);
            return new Clip(m.Groups["name"].Value, wav.AsSpan((int)header.Begins, (int)header.Samples * WavHeader.SampleBytes).ToArray(), m.Groups["words"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }),
    ];

    private static async Task<string> AddAsync()
    {
        var folder = Directory.CreateTempSubdirectory("evidence-models-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        await new ModelIntake(folder, TimeProvider.System).AddAsync(Quiet(), English, "android-en", null, _ => Task.CompletedTask, CancellationToken.None);
        return folder;
    }

    // Vosk adds a little noise to what it hears, and so two runs differ in the second digit of their confidence, unless its model says otherwise.
    private static string Quiet()
    {
        var folder = Directory.CreateTempSubdirectory("evidence-maker-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        foreach (var file in Directory.GetFiles(MakersFolder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(MakersFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.AppendAllText(Path.Combine(folder, "conf/mfcc.conf"), "\n--dither=0\n");
        return folder;
    }

    private static string Fetched(string name, [CallerFilePath] string here = "")
    {
        var folder = Path.Combine(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../..")), "artifacts/speech", name);
        Assert.True(Directory.Exists(folder), $"{folder} is missing: run scripts/setup --tests");
        return folder;
    }

    [GeneratedRegex(@"^<s> (?<words>.*?) *</s> \((?<name>[^)]+)\)$")]
    private static partial Regex Line();
}

/// <param name="Name">Of its file.</param>
/// <param name="Pcm">Its sound.</param>
/// <param name="Words">That are said in it.</param>
internal sealed record Clip(string Name, byte[] Pcm, string[] Words);
