using System.CommandLine;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Commands;

/// <summary><c>transcript show|write|confirm</c>: the written text that sound carries (article 27).</summary>
internal static class TranscriptCommand
{
    public static Command Create() => new("transcript", "文字说明 / transcripts") { Show(), Write(), Confirm() };

    private static Argument<string> Item() => new("item") { Description = "音像资料编号 / id of the item" };

    private static string Path(string item) => $"items/{Uri.EscapeDataString(item)}/transcript";

    private static Command Show()
    {
        var item = Item();
        var json = CommandLine.Json();
        var command = new Command("show", "查看最新文字说明 / the last transcript") { item, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var last = await service.GetAsync(Path(parsed.GetRequiredValue(item)), ct);
            if (parsed.GetValue(json))
            {
                CommandLine.WriteJson(last);
                return;
            }

            var state = last.Text("state") switch { nameof(TranscriptState.Draft) => "机器初稿", nameof(TranscriptState.Corrected) => "人工整理", _ => "已确认" };
            Console.Out.WriteLine($"第{last.Text("version")}版  {last.Text("language")}  {state}  {last.Text("by")}  {last.Text("at")}");
            foreach (var segment in last.GetProperty("segments").EnumerateArray())
                Console.Out.WriteLine(string.Join("\t", segment.Text("start"), segment.Text("end"), segment.Text("speaker"), segment.Text("text")));
        });
        return command;
    }

    private static Command Write()
    {
        var item = Item();
        var file = new Argument<FileInfo>("file") { Description = "文本文件，每行一段，可写作 [00:01:05-00:01:09] 张三：请出示证件 / a text file, a segment a line" };
        var language = new Option<string>("--language") { Description = "语言 / language", DefaultValueFactory = _ => "zh" };
        var follows = new Option<int>("--follows") { Description = "在第几版基础上修改；首次为 0 / the version that it corrects; 0 for the first" };
        var command = new Command("write", "录入或修改文字说明 / write or correct a transcript") { item, file, language, follows };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            IReadOnlyList<TranscriptSegment> segments;
            try
            {
                segments = TranscriptLines.Parse(await File.ReadAllLinesAsync(parsed.GetRequiredValue(file).FullName, ct));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                throw new Hosting.ServiceException($"无法读取文字说明 / the transcript can't be read: {e.Message}");
            }

            var saved = await service.SendAsync(
                HttpMethod.Put, Path(parsed.GetRequiredValue(item)), new { language = parsed.GetValue(language), segments, follows = parsed.GetValue(follows) }, ct);
            Console.Out.WriteLine($"已保存第{saved.Text("version")}版，确认后方可归档 / saved; it counts once it is confirmed");
        });
        return command;
    }

    private static Command Confirm()
    {
        var item = Item();
        var version = new Argument<int>("version") { Description = "所确认的版本 / the version that is vouched for" };
        var command = new Command("confirm", "确认文字说明与录音一致 / vouch for a transcript") { item, version };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var confirmed = await service.SendAsync(HttpMethod.Post, Path(parsed.GetRequiredValue(item)) + "/confirm", new { version = parsed.GetRequiredValue(version) }, ct);
            Console.Out.WriteLine($"第{confirmed.Text("version")}版已由{confirmed.Text("by")}确认 / confirmed");
        });
        return command;
    }
}
