using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>transcript show|versions|write|confirm|language</c>: the written text that sound carries (article 27).</summary>
internal static class TranscriptCommand
{
    // As many as fit on a screen.
    private const int MostDoubts = 50;

    public static Command Create() => new("transcript", "声音内容的文字记录 / transcripts of sound") { Show(), Versions(), Write(), Confirm(), Language() };

    private static Argument<string> Item() => new("item") { Description = "音像资料编号 / id of the item" };

    private static Option<string> Why(string description) => new("--why") { Description = description, Required = true };

    private static string Path(string item) => $"items/{Uri.EscapeDataString(item)}/transcript";

    private static Command Show()
    {
        var item = Item();
        var version = new Option<int?>("--number") { Description = "查看第几版，默认最新 / which version, the last one by default" };
        var json = CommandLine.Json();
        var command = new Command("show", "查看文字记录，查看行为写入保管链 / read a transcript; reading enters the chain") { item, version, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var found = await service.GetAsync(Path(parsed.GetRequiredValue(item)) + (parsed.GetValue(version) is { } wanted ? $"?version={wanted}" : ""), ct);
            if (parsed.GetValue(json))
            {
                CommandLine.WriteJson(found);
                return;
            }

            var transcript = found.Deserialize<Transcript>(EvidenceJson.Options)!;
            // Apart from the words, which may go into a file to be corrected there.
            await Console.Error.WriteLineAsync(Head(transcript));
            Console.Out.Write(TranscriptLines.Write(transcript.Segments));
            await Console.Error.WriteAsync(Doubts(transcript));
        });
        return command;
    }

    private static string Head(Transcript transcript) =>
        $"第{transcript.Version}版  {transcript.Language}  {EvidenceWords.Chinese(transcript.State)}  整理：{transcript.WrittenBy} {transcript.WrittenAt:O}"
        + (transcript.ConfirmedBy is { } by ? $"  确认：{by} {transcript.ConfirmedAt:O}" : "");

    private static string Doubts(Transcript transcript)
    {
        var doubts = transcript.Segments.SelectMany(s => s.Words ?? []).Where(w => w.Doubtful == true).ToList();
        return doubts.Count == 0 ? "" : $"识别把握不大的词 {doubts.Count} 处，请着重核听 / words that the engine was not sure of: "
            + string.Join('、', doubts.Take(MostDoubts).Select(w => $"{TranscriptText.Clock(w.Start, withMilliseconds: false)} {w.Text}")) + (doubts.Count > MostDoubts ? "……" : "") + Environment.NewLine;
    }

    private static Command Versions()
    {
        var item = Item();
        var json = CommandLine.Json();
        var command = new Command("versions", "列出各版本，新的在前 / all versions, newest first") { item, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("版本", "状态", "时间", "经办", "原因", "SHA-256");
            foreach (var version in (await service.GetAsync(Path(parsed.GetRequiredValue(item)) + "/versions", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(version);
                else
                    table.Add(
                        version.Text("version"), Enum.TryParse<TranscriptState>(version.Text("state"), out var state) ? EvidenceWords.Chinese(state) : version.Text("state"),
                        version.Text("at"), version.Text("by"), version.Text("why"), version.Text("sha256"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Write()
    {
        var item = Item();
        var file = new Argument<FileInfo>("file") { Description = "UTF-8 文本文件，每行一段，可写作 [00:01:05-00:01:09] 张三：请出示证件 / a UTF-8 text file, a segment a line" };
        var language = new Option<string>("--language") { Description = "语言 / language", DefaultValueFactory = _ => "zh" };
        var follows = new Option<int>("--follows") { Description = "在第几版基础上修改；首次为 0 / the version that it corrects; 0 for the first" };
        var why = Why("整理或修改的原因，写入保管链 / why it is written or corrected; enters the chain");
        var command = new Command("write", "录入或修改文字记录；修改后须重新确认 / write or correct a transcript; it has to be confirmed anew") { item, file, language, follows, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var segments = await ReadAsync(parsed.GetRequiredValue(file), ct);
            var saved = await service.SendAsync(
                HttpMethod.Put, Path(parsed.GetRequiredValue(item)),
                new { language = parsed.GetValue(language), segments, follows = parsed.GetValue(follows), why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"已保存第{saved.Text("version")}版，经人确认后方符合第二十七条 / saved as version {saved.Text("version")}; article 27 is met once a person confirms it");
        });
        return command;
    }

    private static async Task<IReadOnlyList<TranscriptSegment>> ReadAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            return TranscriptLines.Parse(await TextFile.ReadLinesAsync(file, ct));
        }
        catch (FormatException e)
        {
            throw new ServiceException($"无法读取文字记录：{e.Message} / the transcript can't be read");
        }
    }

    private static Command Confirm()
    {
        var item = Item();
        var version = new Argument<int>("version") { Description = "所确认的版本，须为最新版 / the version that is vouched for; it has to be the last one" };
        var why = Why("核对方式，如 与录音逐句核对一致；写入保管链 / how it was compared with the sound; enters the chain");
        var command = new Command("confirm", "确认文字记录与录音一致 / vouch for a transcript") { item, version, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var confirmed = await service.SendAsync(
                HttpMethod.Post, Path(parsed.GetRequiredValue(item)) + "/confirm", new { version = parsed.GetRequiredValue(version), why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"已由{confirmed.Text("confirmedBy")}确认，存为第{confirmed.Text("version")}版 / confirmed, kept as version {confirmed.Text("version")}");
        });
        return command;
    }

    private static Command Language()
    {
        var item = Item();
        var language = new Argument<string>("language") { Description = "录音所用语种，如 zh / in which language it is spoken" };
        var why = Why("选定的依据，写入保管链 / why; enters the chain");
        var command = new Command("language", "选定录音的语种；语种改变后机器重新生成初稿 / say in which language it is spoken; another one makes a new draft") { item, language, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var chosen = await service.SendAsync(
                HttpMethod.Put, $"items/{Uri.EscapeDataString(parsed.GetRequiredValue(item))}/language",
                new { language = parsed.GetRequiredValue(language), why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"语种已选定为 {chosen.Text("language")} / the language is now {chosen.Text("language")}");
        });
        return command;
    }
}
