using EvidenceIngest.Dock.Journal;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>Counts what waits for the server, for screens and for <c>--once</c>.</summary>
internal sealed class DockBacklogCount(StagingFolder staging, DeliveryQueue queue, ServerLinkState link)
{
    public DockBacklog Count()
    {
        var (files, bytes, deliveries, events) = (0, 0L, 0, 0);
        var problems = new List<DockProblem>(queue.Problems);
        foreach (var offload in staging.Offloads)
        {
            var notCopied = offload.Read(l =>
            {
                foreach (var file in l.Files.Where(f => f is { Staged: not null, Receipt: null }))
                    (files, bytes) = (files + 1, bytes + file.Bytes);
                deliveries += l.OpenDeliveries.Count;
                events += l.Later.PendingCount;
                return l.Files.Count(f => !f.IsSettled);
            });
            if (notCopied > 0 && !offload.InBay)
                problems.Add(new DockProblem(offload.Id, $"the recorder left before {notCopied} of its files were copied", 0));
        }

        problems.AddRange(staging.SetAside.Select(s => new DockProblem(s.Key, "set aside: " + s.Value, 0)));
        return new DockBacklog(Ready: true, files, bytes, deliveries, events, link.Current, link.Reason, problems);
    }
}
