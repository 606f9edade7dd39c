using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Dock;

namespace EvidenceIngest.Running;

/// <summary>For programs: one JSON line per evidence item on standard output and nothing else.</summary>
internal sealed class JsonLines : IRunView
{
    public void Show(IReadOnlyList<BaySnapshot> bays, DockBacklog backlog)
    {
    }

    public void Finished(JsonElement item) => CommandLine.WriteJson(item);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
