namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// A staged copy that no longer has its digest is renamed, never deleted: it may be all that is left. Its file counts as
/// not copied from then on.
/// </summary>
internal sealed class SpoiledCopy(TimeProvider time)
{
    /// <param name="offload">The offload.</param>
    /// <param name="file">The file's number.</param>
    /// <param name="deliveryId">The open delivery that can't go on without it, or null.</param>
    /// <param name="reason">What was found.</param>
    public async Task SetAsideAsync(OffloadJournal offload, int file, string? deliveryId, string reason)
    {
        var now = time.GetUtcNow();
        // Renamed first: after a power loss in between, the missing file says the same as the fact would.
        var path = offload.StagedPath(file);
        if (File.Exists(path))
            File.Move(path, $"{path}.spoiled-{now.ToUnixTimeMilliseconds()}");
        await offload.RecordAsync(deliveryId is null
            ? [new Spoiled(now, file, reason)]
            : [new Spoiled(now, file, reason), new Withdrawn(now, deliveryId, "a staged file is spoiled")]);
    }

    /// <summary>After a start: what the journal calls staged must be there at its full length.</summary>
    public async Task CheckPresenceAsync(OffloadJournal offload)
    {
        foreach (var file in offload.Read(l => l.Files.Where(f => f is { Staged: not null, Receipt: null }).ToList()))
        {
            var staged = new FileInfo(offload.StagedPath(file.Number));
            if (!staged.Exists || staged.Length != file.Bytes)
            {
                await SetAsideAsync(offload, file.Number, file.Delivery?.Id, staged.Exists
                    ? $"{staged.Length} bytes are staged, {file.Bytes} were"
                    : "the staged file is gone");
            }
        }
    }
}
