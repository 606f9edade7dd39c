using System.Runtime.CompilerServices;
using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Server.Transcription;

namespace EvidenceIngest.Tests.Commands;

/// <summary>The commands with the engine and the English model that scripts/setup --tests fetched.</summary>
public sealed class ModelsCommandTests : IDisposable
{
    private const string Clip = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav";

    private readonly string _models = Directory.CreateTempSubdirectory("models-").FullName;
    private readonly string _source = Directory.CreateTempSubdirectory("maker-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public ModelsCommandTests()
    {
        foreach (var file in Directory.GetFiles(Fetched("model-en"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_source, Path.GetRelativePath(Fetched("model-en"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        Directory.Delete(_models, recursive: true);
        Directory.Delete(_source, recursive: true);
    }

    [Fact]
    public async Task A_model_is_added_listed_and_checked_and_what_it_lacks_is_said()
    {
        Assert.Equal(0, await AddAsync());
        Assert.StartsWith("已加入 en 模型 android，sha256 ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("没有自检录音", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("没有许可文本", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, ModelsCommand.List(Options(), json: true, _output));
        var listed = JsonDocument.Parse(_output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.Equal(("en", "android", false), (listed.GetProperty("language").GetString(), listed.GetProperty("name").GetString(), listed.GetProperty("selfTest").GetBoolean()));
        Assert.Equal(0, await CheckAsync());
        Assert.Contains("en/android：完好", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_self_test_has_to_be_heard_before_it_is_added()
    {
        File.Copy(Clip, Path.Combine(_source, "self-test.wav"));
        await File.WriteAllTextAsync(Path.Combine(_source, "self-test.txt"), "young man elephant");
        Assert.Equal(1, await AddAsync());
        Assert.Contains("没有识别出：elephant；没有加入模型", _errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_models, "en")));

        await File.WriteAllTextAsync(Path.Combine(_source, "self-test.txt"), "young man");
        Assert.Equal(0, await AddAsync());
        Assert.Equal(0, await CheckAsync());
        Assert.DoesNotContain("没有自检录音", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_changed_is_named_with_its_file_and_not_loaded()
    {
        Assert.Equal(0, await AddAsync());
        var file = Path.Combine(_models, "en/android/am/final.mdl");
        await using (var content = new FileStream(file, FileMode.Open))
            content.SetLength(content.Length / 2);
        Assert.Equal(1, await CheckAsync());
        Assert.Contains("en/android：am/final.mdl 与加入时不同", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_only_looks_like_a_model_is_refused_by_the_engine()
    {
        foreach (var folder in new[] { "conf", "graph", "ivector" })
            Directory.Delete(Path.Combine(_source, folder), recursive: true);
        Assert.Equal(1, await AddAsync());
        Assert.Contains("识别引擎无法载入该模型", _errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_models, "en")));
    }

    [Fact]
    public async Task Without_the_engine_or_with_another_library_in_its_place_that_is_said()
    {
        var empty = Directory.CreateTempSubdirectory("engine-").FullName;
        Assert.Equal(1, await AddAsync(engine: empty));
        Assert.Contains("libvosk.so can't be loaded", _errors.ToString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(empty, "libvosk.so"), "no library");
        Assert.Equal(1, await AddAsync(engine: empty));
        File.Copy("/usr/lib/x86_64-linux-gnu/libusb-1.0.so.0", Path.Combine(empty, "libvosk.so"), overwrite: true);
        Assert.Equal(1, await AddAsync(engine: empty));
        Assert.Contains("vosk_model_new", _errors.ToString(), StringComparison.Ordinal);
        Directory.Delete(empty, recursive: true);
    }

    private Task<int> AddAsync(string? engine = null) => ModelsCommand.AddAsync(Options(engine), _source, "en", "android", null, _output, _errors, default);

    private Task<int> CheckAsync() => ModelsCommand.CheckAsync(Options(), _output, _errors, default);

    private TranscriptionOptions Options(string? engine = null) => new() { ModelFolder = _models, EngineFolder = engine ?? Fetched("engine") };

    private static string Fetched(string name, [CallerFilePath] string here = "")
    {
        var folder = Path.Combine(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../..")), "artifacts/speech", name);
        Assert.True(Directory.Exists(folder), $"{folder} is missing: run scripts/setup --tests");
        return folder;
    }
}
