using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Dock;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EvidenceIngest.Running;

/// <summary>For terminals: a bar per bay and per file that is being copied, redrawn in place; finished items scroll above.</summary>
internal sealed class LiveTable : IRunView
{
    private const int BarWidth = 24;
    private const int FilesShown = 4;

    private readonly IAnsiConsole _console;
    private readonly string _address;
    private readonly Queue<JsonElement> _finished = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;
    private IRenderable _now = new Text("");
    private int _sealed;
    private int _quarantined;

    public LiveTable(IAnsiConsole console, Uri address)
    {
        _console = console;
        _address = address.ToString();
        _drawing = DrawAsync();
    }

    public void Show(IReadOnlyList<BaySnapshot> bays, DockBacklog backlog)
    {
        var table = new Table().Border(TableBorder.Rounded).Expand();
        foreach (var column in new[] { "采集口", "记录仪", "状态", "进度", "文件", "说明" })
            table.AddColumn(column);
        foreach (var bay in bays)
        {
            table.AddRow(
                new Text(Short(bay.Bay)), new Text(bay.Recorder ?? ""), new Text(BayWords.Of(bay.State)),
                new Text($"{Bar(bay.BytesDone, bay.BytesTotal)} {BayWords.Size(bay.BytesDone)} {BayWords.TimeLeft(bay)}"),
                new Text($"{bay.FilesDone}/{bay.FilesTotal}"), new Text(bay.Reason ?? ""));
            foreach (var file in bay.Files.Take(FilesShown))
                table.AddRow(new Text(""), new Text(""), new Text(""), new Text(Bar(file.BytesDone, file.Bytes)), new Text(""), new Text(Short(file.Path)));
        }

        var footer = new Text(
            $"服务器 {_address} {BayWords.Of(backlog.Link)}　待入库 {backlog.FilesToDeliver} 个文件 {BayWords.Size(backlog.BytesToDeliver)}　"
            + $"已入库 {_sealed} 件　隔离 {_quarantined} 件　按 Ctrl-C 停止");
        _now = new Rows(table, footer);
    }

    public void Finished(JsonElement item)
    {
        if (item.Text("state") == "sealed")
            _sealed++;
        else
            _quarantined++;
        lock (_finished)
            _finished.Enqueue(item);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        // The last picture is drawn before the terminal is given back, within one pause of the drawing.
        await _drawing;
        _end.Dispose();
    }

    private async Task DrawAsync() => await _console.Live(new Text("正在启动…")).StartAsync(async live =>
    {
        while (!_end.IsCancellationRequested)
        {
            Redraw(live);
            await Task.Delay(250, CancellationToken.None);
        }

        Redraw(live);
    });

    private void Redraw(LiveDisplayContext live)
    {
        var rows = new List<IRenderable>();
        lock (_finished)
        {
            // Only the latest are shown: the register has them all.
            while (_finished.Count > 8)
                _finished.Dequeue();
            rows.AddRange(_finished.Select(i => new Text(
                string.Join("  ", new[] { i.Text("item"), ItemWords.State(i), ItemWords.Kind(i), ItemWords.Reason(i), "缺少：" + ItemWords.Missing(i) }
                    .Where(part => part.Length > 0)))));
        }

        rows.Add(_now);
        live.UpdateTarget(new Rows(rows));
    }

    private static string Bar(long done, long total)
    {
        var filled = total <= 0 ? 0 : (int)(BarWidth * Math.Min(done, total) / total);
        return new string('█', filled) + new string('░', BarWidth - filled);
    }

    private static string Short(string text) => text.Length <= 36 ? text : "…" + text[^35..];
}
