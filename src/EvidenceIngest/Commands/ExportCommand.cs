using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using EvidenceIngest.Hosting;
using Spectre.Console;

namespace EvidenceIngest.Commands;

/// <summary><c>export --item ID… --out DIR</c>: fetches an evidence package, goes on where it was interrupted, and verifies it.</summary>
internal static class ExportCommand
{
    /// <summary>Remembers which package the folder is to become; gone when it is whole.</summary>
    private const string Unfinished = ".evidence-export";

    private const string Part = ".part";

    public static Command Create()
    {
        var items = new Option<string[]>("--item") { Description = "音像资料编号，可多次给出 / id of an item; may be repeated", AllowMultipleArgumentsPerToken = true };
        var renditions = new Option<string[]>("--rendition") { Description = "一并导出的衍生件，如 proxy / renditions besides the masters", AllowMultipleArgumentsPerToken = true };
        var why = new Option<string?>("--why") { Description = "用途和接收单位，写入保管链 / for whom and what for; enters the chain" };
        var target = new Option<DirectoryInfo>("--out") { Description = "空文件夹，或上次中断的文件夹 / an empty folder, or the one of an interrupted export", Required = true };
        var command = new Command("export", "导出可离线核验的数据包 / fetch an evidence package that anybody can verify offline") { items, renditions, why, target };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var home = EvidenceHome.FromEnvironment();
            using var service = ServiceClient.For(home, Settings.Load(home));
            // Paths in it are compared with its own, which a shell's completion ends with a separator.
            var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(target).FullName));
            try
            {
                folder.Create();
                var package = await FindOrMakeAsync(service, folder, parsed.GetValue(items) ?? [], parsed.GetValue(renditions) ?? [], parsed.GetValue(why), ct);
                await FetchAllAsync(service, package, folder, ct);
                File.Delete(Path.Combine(folder.FullName, Unfinished));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ServiceException(
                    $"无法写入目标文件夹：{e.Message}\n已下载部分保留，排除问题后重新运行同一命令即可续传 / the folder can't be written; what arrived is kept, run the same command again");
            }

            return await PackageVerification.RunAsync(folder, null, Console.Out, ct);
        }));
        return command;
    }

    private static async Task<JsonElement> FindOrMakeAsync(
        ServiceClient service, DirectoryInfo folder, string[] items, string[] renditions, string? why, CancellationToken ct)
    {
        var unfinished = Path.Combine(folder.FullName, Unfinished);
        if (File.Exists(unfinished))
            return await service.GetAsync("packages/" + Uri.EscapeDataString((await File.ReadAllTextAsync(unfinished, ct)).Trim()), ct);
        if (folder.EnumerateFileSystemInfos().Any())
            throw new ServiceException($"{folder.FullName} 不是空文件夹 / is not empty");
        if (items.Length == 0 || string.IsNullOrWhiteSpace(why))
            throw new ServiceException("请用 --item 指定音像资料，用 --why 说明用途 / name items with --item and the reason with --why");
        var package = await service.SendAsync(HttpMethod.Post, "packages", new { items, renditions, why }, ct);
        await File.WriteAllTextAsync(unfinished, package.Text("package"), ct);
        return package;
    }

    private static async Task FetchAllAsync(ServiceClient service, JsonElement package, DirectoryInfo folder, CancellationToken ct)
    {
        var files = package.GetProperty("files").EnumerateArray().ToList();
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask(package.Text("package"), maxValue: Math.Max(1, files.Sum(f => f.GetProperty("bytes").GetInt64())));
            foreach (var file in files)
                await FetchAsync(service, package.Text("package"), file, folder, bytes => task.Increment(bytes), ct);
            task.Value = task.MaxValue;
        });
    }

    private static async Task FetchAsync(
        ServiceClient service, string package, JsonElement file, DirectoryInfo folder, Action<long> told, CancellationToken ct)
    {
        var (path, bytes) = (file.Text("path"), file.GetProperty("bytes").GetInt64());
        var target = Path.GetFullPath(path, folder.FullName);
        if (!target.StartsWith(folder.FullName + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ServiceException($"服务器给出的路径不在目标文件夹内 / the service named a path outside of the folder: {path}");
        if (File.Exists(target))
        {
            told(bytes);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using (var part = new FileStream(target + Part, FileMode.OpenOrCreate, FileAccess.ReadWrite))
        {
            if (part.Length > bytes)
                part.SetLength(0);
            told(part.Length);
            if (part.Length < bytes)
                await service.DownloadAsync($"packages/{Uri.EscapeDataString(package)}/files/{path}", part, told, ct);
            part.Seek(0, SeekOrigin.Begin);
            var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(part, ct));
            if (found != file.Text("sha256"))
            {
                // Kept, it would be taken for a beginning.
                part.SetLength(0);
                throw new ServiceException($"{path} 下载后校验不一致，已弃置，请重新运行 / is not what was announced and was thrown away: run the command again ({found})");
            }

            part.Flush(flushToDisk: true);
        }

        File.Move(target + Part, target);
    }
}
