using System.Security.Cryptography;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;

namespace EvidenceIngest.Server.Transcription.SpeechModels;

/// <summary>
/// Takes a maker's folder in: copied, read again, and given its name once all of it is there. A copy that was interrupted has a
/// name that is none, and the next one sweeps it away.
/// </summary>
public sealed partial class ModelIntake(string folder, TimeProvider time)
{
    /// <summary>Sound of a maker's or a site's self-test, and words that have to be heard in it, separated by white space.</summary>
    public const string SelfTestSound = "self-test.wav";

    /// <inheritdoc cref="SelfTestSound"/>
    public const string SelfTestWords = "self-test.txt";

    private const string Half = ".half-";
    private const string LicenceName = "LICENCE";
    private const long MostBytes = 16L << 30;
    private const int MostFiles = 10_000;
    private const int MostDepth = 8;
    private const int LargestText = 1 << 20;

    private static readonly string[] LicenceNames = ["LICENSE", "LICENCE", "LICENSE.txt", "LICENCE.txt", "COPYING", "LICENSE.md"];

    // The one file that every Vosk model has, in either layout.
    private static readonly string[] Acoustic = ["am/final.mdl", "final.mdl"];

    /// <param name="source">The maker's folder; it stays as it is.</param>
    /// <param name="language">That it hears.</param>
    /// <param name="name">Null for the folder's own.</param>
    /// <param name="licence">Text of its licence; null for the one in the folder, if there is one.</param>
    /// <param name="accept">Tries the copy before it gets its name; throws where it is no good.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="ModelRefusedException">Nothing of it was kept.</exception>
    public async Task<FoundModel> AddAsync(string source, string language, string? name, string? licence, Func<FoundModel, Task> accept, CancellationToken ct)
    {
        name ??= Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));
        if (!TranscriptionOptions.IsLanguage(language))
            throw new ModelRefusedException($"“{language}”不是 zh、en-US 这样的语种代码 / is no language like zh or en-US");
        if (!IsName(name))
            throw new ModelRefusedException($"名称“{name}”只能用字母、数字和 . _ -，以字母或数字开头，最多 100 个字符 / is no name of a model: use --name");
        var target = Path.Combine(folder, language, name);
        var half = Path.Combine(folder, language, Half + Guid.NewGuid().ToString("N"));
        try
        {
            var files = Walk(source);
            Sweep(Path.GetDirectoryName(target)!);
            var copied = await CopyAsync(source, half, files, licence, ct);
            var model = new SpeechModel(language, name, LicenceOf(copied), SelfTestOf(half, copied), copied, time.GetUtcNow());
            // What differs is left to people: transcripts name models by their digests.
            if (Path.Exists(target))
            {
                var known = ModelStore.Read(target);
                return known.Model?.Digest() == model.Digest()
                    ? known
                    : throw new ModelRefusedException($"{target} 已存在且内容不同，未作改动；请用 --name 另取名称 / exists already and differs: use --name");
            }

            await accept(new FoundModel(half, model, null));
            await WriteAsync(Path.Combine(half, ModelStore.RecordName), EvidenceJson.ToBytes(model), ct);
            Directory.Move(half, target);
            return new FoundModel(target, model, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelRefusedException($"没有加入模型，未留下任何文件：{e.Message} / the model was not added", e);
        }
        finally
        {
            if (Directory.Exists(half))
                Directory.Delete(half, recursive: true);
        }
    }

    internal static bool IsName(string name) => name.Length <= 100 && Name().IsMatch(name);

    /// <summary>Whether a path with slashes stays below its folder.</summary>
    internal static bool IsInside(string path) =>
        path.Length is > 0 and <= 400 && !path.Contains('\\', StringComparison.Ordinal) && !path.Contains(':', StringComparison.Ordinal)
        && path.Split('/').All(part => part is not ("" or "." or ".."));

    /// <summary>Plain files alone, by their paths with slashes.</summary>
    private static List<string> Walk(string source)
    {
        var root = new DirectoryInfo(source);
        if (!root.Exists)
            throw new ModelRefusedException($"{source} 不是目录 / is no folder");
        var files = new List<string>();
        Walk(root, "", files, 0);
        var bytes = files.Sum(f => new FileInfo(Path.Combine(source, f)).Length);
        if (bytes > MostBytes)
            throw new ModelRefusedException($"模型有 {bytes >> 30} GiB，超过 {MostBytes >> 30} GiB / the model is larger than {MostBytes >> 30} GiB");
        if (!files.Any(Acoustic.Contains))
            throw new ModelRefusedException($"{source} 不是 Vosk 模型：缺少 am/final.mdl / is no Vosk model: am/final.mdl is missing");
        return files;
    }

    private static void Walk(DirectoryInfo current, string prefix, List<string> files, int depth)
    {
        if (depth > MostDepth)
            throw new ModelRefusedException($"目录层级超过 {MostDepth} / folders lie deeper than {MostDepth}");
        foreach (var entry in current.EnumerateFileSystemInfos())
        {
            var path = prefix + entry.Name;
            // A link may lead anywhere, also into files that are nobody's business.
            if (entry.LinkTarget is not null)
                throw new ModelRefusedException($"{path} 是链接，不能加入；请先用 cp -rL 复制出一份完整的目录 / is a link: make a whole copy with cp -rL first");
            if (entry is DirectoryInfo below)
                Walk(below, path + "/", files, depth + 1);
            else if (path != ModelStore.RecordName)
                files.Add(IsInside(path) ? path : throw new ModelRefusedException($"文件名“{path}”不能使用 / can't be a file's name"));
            if (files.Count > MostFiles)
                throw new ModelRefusedException($"文件超过 {MostFiles} 个 / has more than {MostFiles} files");
        }
    }

    private static async Task<IReadOnlyList<ModelFile>> CopyAsync(string source, string half, List<string> files, string? licence, CancellationToken ct)
    {
        Directory.CreateDirectory(half);
        var copied = new List<ModelFile>();
        foreach (var path in files.Where(f => licence is null || f != LicenceName))
            copied.Add(await CopyAsync(Path.Combine(source, path), half, path, ct));
        if (licence is not null)
            copied.Add(await CopyAsync(licence, half, LicenceName, ct));
        copied.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return copied;
    }

    private static async Task<ModelFile> CopyAsync(string from, string half, string path, CancellationToken ct)
    {
        var target = Path.Combine(half, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        await using (var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, useAsync: true))
        {
            // A pipe has no length, and opening it would wait for ever.
            if (new FileInfo(from).Length > 0)
            {
                await using var input = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
                var buffer = new byte[1 << 20];
                for (int read; (read = await input.ReadAsync(buffer, ct)) > 0; length += read)
                {
                    hash.AppendData(buffer, 0, read);
                    await output.WriteAsync(buffer.AsMemory(0, read), ct);
                }
            }

            output.Flush(flushToDisk: true);
        }

        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        return await ModelStore.Sha256Async(target, ct) == sha256
            ? new ModelFile(path, length, sha256)
            : throw new ModelRefusedException($"{path} 复制后内容不同，请检查磁盘 / read back differently: look after the disk");
    }

    private static string? LicenceOf(IReadOnlyList<ModelFile> files) =>
        files.Select(f => f.Path).FirstOrDefault(p => LicenceNames.Contains(p, StringComparer.OrdinalIgnoreCase));

    private static ModelSelfTest? SelfTestOf(string half, IReadOnlyList<ModelFile> files)
    {
        if (!files.Any(f => f.Path == SelfTestSound) || files.FirstOrDefault(f => f.Path == SelfTestWords) is not { Bytes: > 0 and <= LargestText })
            return null;
        var words = File.ReadAllText(Path.Combine(half, SelfTestWords)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 ? new ModelSelfTest(SelfTestSound, words) : null;
    }

    private static void Sweep(string languageFolder)
    {
        Directory.CreateDirectory(languageFolder);
        foreach (var left in Directory.GetDirectories(languageFolder, Half + "*"))
            Directory.Delete(left, recursive: true);
    }

    private static async Task WriteAsync(string file, byte[] content, CancellationToken ct)
    {
        await using var output = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, useAsync: true);
        await output.WriteAsync(content, ct);
        output.Flush(flushToDisk: true);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    private static partial Regex Name();
}
