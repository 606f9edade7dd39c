using System.Security.Cryptography;
using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Hosting;
using Spectre.Console;

namespace EvidenceIngest.Packages;

/// <summary>Fetches a package into a folder, file by file, each compared with what was announced; goes on where it was interrupted.</summary>
internal static class FolderExport
{
    /// <summary>Remembers which package the folder is to become; gone when it is whole.</summary>
    private const string Unfinished = ".evidence-export";

    private const string Part = ".part";

    /// <returns>What the service says of the package.</returns>
    public static async Task<JsonElement> RunAsync(ServiceClient service, ExportRequest request, DirectoryInfo folder, CancellationToken ct)
    {
        folder.Create();
        var unfinished = Path.Combine(folder.FullName, Unfinished);
        if (!File.Exists(unfinished) && folder.EnumerateFileSystemInfos().Any())
            throw new ServiceException($"{folder.FullName} 不是空文件夹 / is not empty");
        var package = await request.FindOrMakeAsync(service, unfinished, ct);
        await FetchAllAsync(service, package, folder, ct);
        File.Delete(unfinished);
        return package;
    }

    private static async Task FetchAllAsync(ServiceClient service, JsonElement package, DirectoryInfo folder, CancellationToken ct)
    {
        var files = package.GetProperty("files").EnumerateArray().ToList();
        ExportSpace.Demand(folder.FullName, files.Sum(f => f.GetProperty("bytes").GetInt64()) - folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length));
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
