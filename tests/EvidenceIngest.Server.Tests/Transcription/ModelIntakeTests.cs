using EvidenceIngest.Server.Transcription.SpeechModels;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>Folders that people found somewhere, and models that lay on a disk for years.</summary>
public sealed class ModelIntakeTests : IDisposable
{
    private readonly string _models = Directory.CreateTempSubdirectory("models-").FullName;
    private readonly string _source = Path.Combine(Directory.CreateTempSubdirectory("maker-").FullName, "vosk-model-x");

    public ModelIntakeTests()
    {
        Write("am/final.mdl", "acoustic");
        Write("conf/model.conf", "--beam=10");
    }

    public void Dispose()
    {
        Directory.Delete(_models, recursive: true);
        Directory.Delete(Path.GetDirectoryName(_source)!, recursive: true);
    }

    [Fact]
    public async Task A_model_is_copied_as_it_is_and_found_under_its_language()
    {
        Write("LICENSE", "Apache-2.0");
        Write("self-test.wav", "RIFF");
        Write("self-test.txt", "请出示 证件\n");
        var added = await AddAsync();

        Assert.Equal(Path.Combine(_models, "zh", "vosk-model-x"), added.Folder);
        Assert.Equal("acoustic", await File.ReadAllTextAsync(Path.Combine(added.Folder, "am/final.mdl")));
        var found = new ModelStore(_models).Find("zh", null).Model!.Model!;
        Assert.Equal(("LICENSE", "self-test.wav", added.Model!.Digest()), (found.LicenceFile, found.SelfTest!.Sound, found.Digest()));
        Assert.Equal(["请出示", "证件"], found.SelfTest.Words);
        Assert.Empty(await ModelStore.CheckAsync(added, default));
        Assert.Contains("model for en not installed", new ModelStore(_models).Find("en", null).Trouble, StringComparison.Ordinal);
        // What sha256sum prints of the files is what is hashed.
        Assert.Equal(5, found.Files.Count);
        Assert.Matches("^[0-9a-f]{64}$", found.Digest());
    }

    [Fact]
    public async Task Added_again_it_is_the_same_and_another_of_its_name_is_refused()
    {
        var first = await AddAsync();
        Assert.Equal(first.Model!.AddedAt, (await AddAsync()).Model!.AddedAt);
        Write("am/final.mdl", "another");
        Assert.Contains("已存在且内容不同", await RefusedAsync(), StringComparison.Ordinal);
        Assert.Equal("acoustic", await File.ReadAllTextAsync(Path.Combine(first.Folder, "am/final.mdl")));
        await AddAsync(name: "second");
        Assert.Contains("2 models for zh installed", new ModelStore(_models).Find("zh", null).Trouble, StringComparison.Ordinal);
        Assert.Equal("second", new ModelStore(_models).Find("zh", "second").Model!.Model!.Name);
    }

    [Theory]
    [InlineData("am/stolen", "/etc/passwd")]
    [InlineData("all", "/etc")]
    [InlineData("self", ".")]
    [InlineData("dangling", "/nowhere")]
    public async Task Links_are_refused_wherever_they_lead(string name, string target)
    {
        File.CreateSymbolicLink(Path.Combine(_source, name), target);
        Assert.Contains($"{name} 是链接", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh/../..", "是 zh、en-US 这样的语种代码")]
    [InlineData("ZH", "是 zh、en-US 这样的语种代码")]
    [InlineData("", "是 zh、en-US 这样的语种代码")]
    public async Task A_language_that_is_none_is_refused(string language, string why) => Assert.Contains(why, await RefusedAsync(language: language), StringComparison.Ordinal);

    [Theory]
    [InlineData("../x")]
    [InlineData("..")]
    [InlineData(".half-x")]
    [InlineData("模型")]
    [InlineData("-x")]
    [InlineData("a/b")]
    public async Task A_name_that_is_no_folder_s_is_refused(string name) => Assert.Contains("只能用字母", await RefusedAsync(name: name), StringComparison.Ordinal);

    [Fact]
    public async Task What_is_no_model_too_deep_too_many_or_not_there_is_refused()
    {
        File.Move(Path.Combine(_source, "am/final.mdl"), Path.Combine(_source, "am/other.mdl"));
        Assert.Contains("不是 Vosk 模型", await RefusedAsync(), StringComparison.Ordinal);
        Assert.Contains("不是目录", await RefusedAsync(source: Path.Combine(_source, "nothing")), StringComparison.Ordinal);
        Write("am/final.mdl", "acoustic");
        Write("a/b/c/d/e/f/g/h/i/j", "deep");
        Assert.Contains("层级超过", await RefusedAsync(), StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_source, "a"), recursive: true);
        Write("back\\slash", "x");
        Assert.Contains("不能使用", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_larger_than_any_model_is_refused_before_it_is_copied()
    {
        await using (var huge = new FileStream(Path.Combine(_source, "huge"), FileMode.CreateNew))
            huge.SetLength(17L << 30);
        Assert.Contains("超过 16 GiB", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_source, "pipe")]))
            await made.WaitForExitAsync();
        var added = await AddAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, added.Model!.Files.Single(f => f.Path == "pipe").Bytes);
    }

    [Fact]
    public async Task A_copy_that_is_refused_or_was_interrupted_leaves_nothing_that_counts()
    {
        await Assert.ThrowsAsync<ModelRefusedException>(() => AddAsync(accept: _ => throw new ModelRefusedException("no")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_models, "zh")));
        // As a killed copy leaves it.
        var half = Path.Combine(_models, "zh", ".half-0123");
        Directory.CreateDirectory(Path.Combine(half, "am"));
        await File.WriteAllTextAsync(Path.Combine(half, "am/final.mdl"), "hal");
        Assert.Empty(new ModelStore(_models).List());
        Assert.Contains("not installed", new ModelStore(_models).Find("zh", null).Trouble, StringComparison.Ordinal);
        await AddAsync();
        Assert.False(Directory.Exists(half));
    }

    [Fact]
    public async Task A_model_that_somebody_copied_by_hand_or_only_half_is_told_and_not_used()
    {
        Directory.CreateDirectory(Path.Combine(_models, "zh", "by-hand", "am"));
        var (model, trouble) = new ModelStore(_models).Find("zh", null);
        Assert.Null(model);
        Assert.Contains("model.json 不见了", trouble, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_models, "zh", "by-hand"), recursive: true);

        var added = await AddAsync();
        var file = Path.Combine(added.Folder, "am/final.mdl");
        foreach (var (damage, said) in new (Action, string)[]
        {
            (() => File.WriteAllText(file, "acousti"), "与加入时不同"), (() => File.WriteAllText(file, "Acoustic"), "与加入时不同"), (() => File.Delete(file), "不见了"),
            (() => File.CreateSymbolicLink(file, "/etc/passwd"), "不见了"),
        })
        {
            damage();
            Assert.Contains(said, Assert.Single(await ModelStore.CheckAsync(added, default)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"language":"zh","name":"evil","licenceFile":null,"selfTest":null,"files":[{"path":"../../../etc/passwd","bytes":1,"sha256":"x"}],"addedAt":"2026-11-20T00:00:00Z"}""")]
    [InlineData("""{"language":"zh","name":"evil","licenceFile":null,"selfTest":null,"files":[{"path":"/etc/passwd","bytes":1,"sha256":"x"}],"addedAt":"2026-11-20T00:00:00Z"}""")]
    [InlineData("""{"language":"zh","name":"evil","licenceFile":null,"selfTest":null,"files":[null],"addedAt":"2026-11-20T00:00:00Z"}""")]
    [InlineData("""{"language":"en","name":"evil","licenceFile":null,"selfTest":null,"files":[],"addedAt":"2026-11-20T00:00:00Z"}""")]
    [InlineData("""{"language":"zh","name":"evil","licenceFile":null,"selfTest":{"sound":"../x.wav","words":["a"]},"files":[],"addedAt":"2026-11-20T00:00:00Z"}""")]
    public async Task A_record_that_was_tampered_with_is_not_followed(string json)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_models, "zh", "evil")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "model.json"), json);
        var found = Assert.Single(new ModelStore(_models).List());
        Assert.Null(found.Model);
        Assert.StartsWith("model.json", Assert.Single(await ModelStore.CheckAsync(found, default)), StringComparison.Ordinal);
    }

    private Task<FoundModel> AddAsync(string language = "zh", string? name = null, string? source = null, Func<FoundModel, Task>? accept = null) =>
        new ModelIntake(_models, TimeProvider.System).AddAsync(source ?? _source, language, name, null, accept ?? (_ => Task.CompletedTask), default);

    private async Task<string> RefusedAsync(string language = "zh", string? name = null, string? source = null)
    {
        var before = Directory.GetFileSystemEntries(_models, "*", SearchOption.AllDirectories).Where(f => !Directory.Exists(f)).Order().ToList();
        var refused = await Assert.ThrowsAsync<ModelRefusedException>(() => AddAsync(language, name, source));
        Assert.Equal(before, Directory.GetFileSystemEntries(_models, "*", SearchOption.AllDirectories).Where(f => !Directory.Exists(f)).Order());
        return refused.Message;
    }

    private void Write(string path, string content)
    {
        var file = Path.Combine(_source, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
