using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Dock;

namespace EvidenceIngest.Running;

/// <summary>For pipes and logs: a line whenever a bay changes its state or its message, and one per finished item.</summary>
internal sealed class PlainLines(TextWriter output, TimeProvider time) : IRunView
{
    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);

    public void Show(IReadOnlyList<BaySnapshot> bays, DockBacklog backlog)
    {
        foreach (var bay in bays)
        {
            var line = $"{bay.Bay}  {BayWords.Of(bay.State)}  {bay.Recorder}  {bay.Reason}".TrimEnd();
            if (_said.TryGetValue(bay.Bay, out var before) && before == line)
                continue;
            _said[bay.Bay] = line;
            output.WriteLine($"{time.GetLocalNow():HH:mm:ss}  {line}");
        }
    }

    public void Finished(JsonElement item) => output.WriteLine(
        $"{time.GetLocalNow():HH:mm:ss}  {item.Text("item")}  {ItemWords.State(item)}  {ItemWords.Kind(item)}  {ItemWords.Reason(item)}".TrimEnd());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
