namespace EvidenceIngest.Dock.Offload;

/// <summary>Oldest deadline first; small files in batches that share their fsyncs.</summary>
internal static class WorkPlan
{
    private const long SmallFileBytes = 1 << 20;
    private const long MaxBatchBytes = 32 << 20;
    private const int MaxBatchFiles = 256;

    public static IEnumerable<IReadOnlyList<OffloadWork>> Batches(IEnumerable<OffloadWork> work)
    {
        var batch = new List<OffloadWork>();
        long bytes = 0;
        foreach (var one in InOrder(work))
        {
            var isSmall = one.File.Bytes <= SmallFileBytes;
            if (batch.Count > 0 && (!isSmall || batch.Count == MaxBatchFiles || bytes + one.File.Bytes > MaxBatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            if (isSmall)
            {
                batch.Add(one);
                bytes += one.File.Bytes;
            }
            else
            {
                yield return [one];
            }
        }

        if (batch.Count > 0)
            yield return batch;
    }

    public static IEnumerable<IReadOnlyList<OffloadWork>> Singles(IEnumerable<OffloadWork> work) =>
        InOrder(work).Select(w => (IReadOnlyList<OffloadWork>)[w]);

    private static IEnumerable<OffloadWork> InOrder(IEnumerable<OffloadWork> work) =>
        work.OrderBy(w => w.Deadline).ThenBy(w => w.Number);
}
