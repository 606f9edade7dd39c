using System.Collections.Concurrent;
using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// What finished offloads hold receipts for, by place on the recorder. It only says what a file might be: its content on
/// the recorder decides.
/// </summary>
internal sealed class KnownContent
{
    private readonly ConcurrentDictionary<(string Recorder, string Profile, string Path, long Bytes, DateTimeOffset? ModifiedAt), KnownFile> _files = [];

    public int Count => _files.Count;

    public void Add(string offloadId, OffloadLedger ledger)
    {
        var recorder = ledger.Opened.Recorder;
        foreach (var file in ledger.Files)
        {
            // A part of a file is no reason to leave the whole on the card.
            if (file.Cleared || file.Receipt is null || file.Digest is not { } digest || file.Bytes != file.Listed.Bytes)
                continue;
            _files[(recorder.RecorderId, recorder.Profile, file.Listed.Path, file.Listed.Bytes, file.Listed.ModifiedAt)] =
                new KnownFile(offloadId, file.Number, digest);
        }
    }

    public void Forget(string offloadId)
    {
        foreach (var (place, _) in _files.Where(f => f.Value.OffloadId == offloadId))
            _files.TryRemove(place, out _);
    }

    public KnownFile? Find(string recorderId, string profile, ListedFile file) =>
        _files.GetValueOrDefault((recorderId, profile, file.Path, file.Bytes, file.ModifiedAt));
}

/// <param name="OffloadId">The finished offload that has its receipt.</param>
/// <param name="File">Its number there.</param>
/// <param name="Digest">What the content must have to be the same.</param>
internal sealed record KnownFile(string OffloadId, int File, ContentDigest Digest);
