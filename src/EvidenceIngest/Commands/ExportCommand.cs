using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Hosting;
using EvidenceIngest.Packages;

namespace EvidenceIngest.Commands;

/// <summary>
/// <c>export --item ID… --out DIR</c>, <c>export --case NUMBER --out DIR</c>: fetches an evidence package, goes on where it was interrupted, and verifies it; with
/// <c>--encrypt</c> into one encrypted file.
/// </summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var items = new Option<string[]>("--item") { Description = "音像资料编号，可多次给出 / id of an item; may be repeated", AllowMultipleArgumentsPerToken = true };
        var ofCase = new Option<string?>("--case") { Description = "案号，导出案件全部资料；已形成案卷的导出案卷 / a case: its case file, or all of its items" };
        var renditions = new Option<string[]>("--rendition") { Description = "一并导出的衍生件，如 proxy / renditions besides the masters", AllowMultipleArgumentsPerToken = true };
        var why = new Option<string?>("--why") { Description = "用途和接收单位，写入保管链 / for whom and what for; enters the chain" };
        var target = new Option<string>("--out") { Description = "空文件夹，或上次中断的文件夹；加密时为文件名 / an empty folder, or the one of an interrupted export; with --encrypt a file", Required = true };
        var password = new Option<FileInfo?>("--encrypt") { Description = "密码文件（第一行），导出为一个加密文件 / file whose first line is a password: makes one encrypted file" };
        var command = new Command("export", "导出可离线核验的数据包 / fetch an evidence package that anybody can verify offline") { items, ofCase, renditions, why, target, password };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var home = EvidenceHome.FromEnvironment();
            using var service = ServiceClient.For(home, Settings.Load(home));
            var request = new ExportRequest(parsed.GetValue(items) ?? [], parsed.GetValue(renditions) ?? [], parsed.GetValue(why), parsed.GetValue(ofCase));
            // Paths are compared with it, and a shell's completion ends a folder with a separator.
            var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetRequiredValue(target)));
            try
            {
                if (parsed.GetValue(password) is not { } secret)
                {
                    var folder = new DirectoryInfo(path);
                    Tell(await FolderExport.RunAsync(service, request, folder, ct));
                    return await PackageVerification.RunAsync(() => new PackageDirectory(folder), null, Console.Out, ct);
                }

                var archive = new FileInfo(path);
                var phrase = PackageCipher.ReadPassword(secret);
                Tell(await EncryptedExport.RunAsync(service, request, archive, phrase, ct));
                return await PackageVerification.RunAsync(() => new EncryptedPackage(archive, phrase), null, Console.Out, ct);
            }
            catch (InvalidDataException e)
            {
                throw new ServiceException(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ServiceException(
                    $"无法写入目标文件夹：{e.Message}\n已下载部分保留，排除问题后重新运行同一命令即可续传 / the target can't be written; what arrived is kept, run the same command again");
            }
        }));
        return command;
    }

    /// <summary>What could not be put in.</summary>
    private static void Tell(JsonElement? package)
    {
        if (package is not { } made || !made.TryGetProperty("notes", out var notes))
            return;
        foreach (var note in notes.EnumerateArray())
            Console.Out.WriteLine("! " + note.GetString());
    }
}
