using System.Text.Json;
using EvidenceIngest.Dock;

namespace EvidenceIngest.Running;

/// <summary>What <c>run</c> shows while it runs.</summary>
internal interface IRunView : IAsyncDisposable
{
    /// <summary>Called several times a second.</summary>
    void Show(IReadOnlyList<BaySnapshot> bays, DockBacklog backlog);

    /// <summary>Called once for every item that the pipeline is done with.</summary>
    void Finished(JsonElement item);
}
