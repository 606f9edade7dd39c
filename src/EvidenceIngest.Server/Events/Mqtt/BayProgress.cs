using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events.Mqtt;

/// <summary>
/// How far bays are with offloading: no event, but a message for screens that may be lost. Sent when it moved, at a bounded rate.
/// Only the one server that publishes runs it.
/// </summary>
internal sealed class BayProgress(EvidenceCatalogue catalogue, EventsOptions options, TimeProvider time)
{
    private const string Offloading = "Offloading";

    private Dictionary<string, long> _sent = [];
    private long? _looked;

    public async Task<IReadOnlyList<(string Topic, byte[] Body)>> DueAsync(EventTopics topics, CancellationToken ct)
    {
        if (options.Mqtt is null || (_looked is { } last && time.GetElapsedTime(last) < options.Mqtt.ProgressInterval))
            return [];
        _looked = time.GetTimestamp();
        var since = time.GetUtcNow() - options.DockSilence;
        var docks = await catalogue.ReadAsync(db => db.Docks.Where(d => d.LastSeenAt > since).ToListAsync(ct), ct);
        var due = new List<(string, byte[])>();
        var sent = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (dock, bay) in docks.SelectMany(d => d.Bays.Where(b => b.State == Offloading).Select(b => (d, b))))
        {
            var topic = topics.Progress(dock.Id, bay.Bay);
            sent[topic] = bay.BytesDone;
            if (_sent.TryGetValue(topic, out var before) && before == bay.BytesDone)
                continue;
            due.Add((topic, EvidenceJson.ToBytes(new
            {
                dock = dock.Id, bay = bay.Bay, recorder = bay.Recorder, at = dock.LastSeenAt, filesDone = bay.FilesDone, filesTotal = bay.FilesTotal,
                bytesDone = bay.BytesDone, bytesTotal = bay.BytesTotal,
            })));
        }

        _sent = sent;
        return due;
    }
}
