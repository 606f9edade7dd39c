using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;

namespace EvidenceIngest.Dock.Offload;

/// <summary>Carries a copy's progress to the bay's display, its marks to the journal, its bytes to the space promised to it.</summary>
internal sealed class CopyWatch(
    BayProgress bay, OffloadJournal offload, OffloadWork work, StagingSpace.Promise? room, TimeProvider time) : ICopyWatch, IDisposable
{
    private readonly BayProgress.FileInWork _file = bay.Begin(work.File.Path, work.File.Bytes);
    private readonly bool _isCopy = work is CopyWork;
    private long _position;

    public void Copied(long position)
    {
        room?.Written(Math.Max(0, position - _position));
        _position = position;
        _file.At(position);
    }

    public void Mark(long end, string prefixSha256)
    {
        if (_isCopy)
            offload.Hint(new ChunkMark(time.GetUtcNow(), work.Number, end, prefixSha256));
    }

    public void Done() => _file.Done();

    public void Dispose() => _file.Dispose();
}
