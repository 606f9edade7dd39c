using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Hosting;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcription.SpeechModels;

namespace EvidenceIngest.Commands;

/// <summary><c>models list|add|check</c>: the speech models of this machine. None needs a running server, and a running one finds a new model by itself.</summary>
internal static class ModelsCommand
{
    private const int Fine = 0;
    private const int Refused = 1;

    private const string NoSelfTest = "该模型没有自检录音，能否识别语音未经验证 / it has no self-test: whether it hears anything is not known";
    private const string NoLicence = "没有许可文本，请确认有权使用，并用 --licence 补上 / it has no licence text: make sure that you may use it";

    public static Command Create() => new("models", "语音识别模型 / speech models") { List(), Add(), Check() };

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出已加入的模型 / models that were added") { json };
        command.SetAction((parsed, _) => CommandLine.GuardAsync(() => Task.FromResult(List(Options(), parsed.GetValue(json), Console.Out))));
        return command;
    }

    internal static int List(TranscriptionOptions options, bool json, TextWriter output)
    {
        foreach (var (folder, model, trouble) in new ModelStore(options.ModelFolder).List())
        {
            var (language, name) = (Path.GetFileName(Path.GetDirectoryName(folder)!), Path.GetFileName(folder));
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(
                    new { language, name, bytes = model?.Files.Sum(f => f.Bytes), sha256 = model?.Digest(), licence = model?.LicenceFile, selfTest = model?.SelfTest is not null, addedAt = model?.AddedAt, trouble },
                    EvidenceJson.Options));
            }
            else
            {
                output.WriteLine(model is null
                    ? $"{language}\t{name}\t{trouble}"
                    : $"{language}\t{name}\t{model.Files.Sum(f => f.Bytes) >> 20} MiB\tsha256 {model.Digest()}\t{model.LicenceFile ?? "无许可文本"}\t{(model.SelfTest is null ? "无自检录音" : "有自检录音")}");
            }
        }

        return Fine;
    }

    private static Command Add()
    {
        var source = new Argument<DirectoryInfo>("folder") { Description = "解压后的 Vosk 模型目录 / the unpacked folder of a Vosk model" };
        var language = new Option<string>("--language") { Description = "模型识别的语种，如 zh / the language that it hears", Required = true };
        var name = new Option<string?>("--name") { Description = "名称，默认为目录名 / its name, the folder's by default" };
        var licence = new Option<FileInfo?>("--licence") { Description = "许可文本 / text of its licence" };
        var command = new Command("add", "校验、试载并加入一个模型；服务不必重启 / verify, try and add a model; no restart is needed") { source, language, name, licence };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(() => AddAsync(
            Options(), parsed.GetRequiredValue(source).FullName, parsed.GetRequiredValue(language), parsed.GetValue(name), parsed.GetValue(licence)?.FullName, Console.Out, Console.Error, ct)));
        return command;
    }

    internal static async Task<int> AddAsync(
        TranscriptionOptions options, string source, string language, string? name, string? licence, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        try
        {
            var added = await new ModelIntake(options.ModelFolder, TimeProvider.System).AddAsync(source, language, name, licence, found => TryAsync(found, options, ct), ct);
            await output.WriteLineAsync($"已加入 {language} 模型 {added.Model!.Name}，sha256 {added.Model.Digest()} / added");
            await WarnAsync(added.Model, errors);
            return Fine;
        }
        catch (ModelRefusedException e)
        {
            await errors.WriteLineAsync(e.Message);
            return Refused;
        }
    }

    private static async Task TryAsync(FoundModel found, TranscriptionOptions options, CancellationToken ct)
    {
        if (await ModelTrial.RunAsync(found, options.EngineFolder, ct) is { Count: > 0 } missed)
            throw new ModelRefusedException($"自检录音中应识别出而没有识别出：{string.Join('、', missed)}；没有加入模型 / its self-test was not heard, so it was not added");
    }

    private static Command Check()
    {
        var command = new Command("check", "重新校验全部模型并做自检；有问题时退出码为 1 / hash all models again and run their self-tests");
        command.SetAction((_, ct) => CommandLine.GuardAsync(() => CheckAsync(Options(), Console.Out, Console.Error, ct)));
        return command;
    }

    internal static async Task<int> CheckAsync(TranscriptionOptions options, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        var code = Fine;
        foreach (var found in new ModelStore(options.ModelFolder).List())
        {
            var name = Path.GetRelativePath(options.ModelFolder, found.Folder);
            var troubles = await TroublesAsync(found, options, ct);
            foreach (var trouble in troubles)
                await errors.WriteLineAsync($"{name}：{trouble}");
            if (troubles.Count > 0)
            {
                code = Refused;
                continue;
            }

            await output.WriteLineAsync($"{name}：完好 / whole");
            await WarnAsync(found.Model!, errors);
        }

        return code;
    }

    private static async Task<IReadOnlyList<string>> TroublesAsync(FoundModel found, TranscriptionOptions options, CancellationToken ct)
    {
        try
        {
            // The engine ends the whole process at some damage: what changed is not loaded.
            if (await ModelStore.CheckAsync(found, ct) is { Count: > 0 } changed)
                return changed;
            await TryAsync(found, options, ct);
            return [];
        }
        catch (ModelRefusedException e)
        {
            return [e.Message];
        }
    }

    private static async Task WarnAsync(SpeechModel model, TextWriter errors)
    {
        if (model.SelfTest is null)
            await errors.WriteLineAsync($"{model.Name}：{NoSelfTest}");
        if (model.LicenceFile is null)
            await errors.WriteLineAsync($"{model.Name}：{NoLicence}");
    }

    private static TranscriptionOptions Options()
    {
        var home = EvidenceHome.FromEnvironment();
        return Settings.Load(home).Transcription();
    }
}
