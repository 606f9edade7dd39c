using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Running;

/// <summary>Follows items through the server's pipeline by the public API, until it is done with each of them.</summary>
internal sealed class ItemFeed(ServiceClient service)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <summary>True when the pipeline is done with every item that was followed.</summary>
    public bool AllFinished => _open.Count == 0;

    /// <summary>True when each finished item is sealed, in quarantine or not.</summary>
    public bool AllSealed { get; private set; } = true;

    /// <summary>Looks at the items that are still open; an unreachable server is tried again at the next call.</summary>
    /// <returns>Those that the pipeline has finished since the last call.</returns>
    public async Task<IReadOnlyList<JsonElement>> LookAsync(IEnumerable<string> itemIds, CancellationToken ct)
    {
        foreach (var id in itemIds.Where(_known.Add))
            _open.Add(id);
        var finished = new List<JsonElement>();
        foreach (var id in _open.ToArray())
        {
            try
            {
                var item = (await service.GetAsync($"items/{Uri.EscapeDataString(id)}", ct)).GetProperty("summary");
                if (!item.GetProperty("done").GetBoolean())
                    continue;
                _open.Remove(id);
                AllSealed &= item.Text("state") is "sealed" or "quarantined";
                finished.Add(item);
            }
            catch (ServiceException)
            {
                return finished;
            }
        }

        return finished;
    }
}
