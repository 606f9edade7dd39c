using System.Globalization;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// Brings a fresh listing and what the journal knows together: new files get numbers and a journal line, known ones are to
/// be confirmed, half-copied ones to be continued. Repeating it with the same listing adds nothing.
/// </summary>
internal sealed class OffloadIntake(KnownContent known, TimeZoneInfo zone, TimeSpan driftLimit, TimeProvider time)
{
    public async Task<IReadOnlyList<OffloadWork>> TakeAsync(
        OffloadJournal offload, RecorderListing listing, HardwareProfile profile, ClockReading clock, IReadOnlySet<int> confirmed)
    {
        var owners = listing.Recordings.SelectMany(r => r.Files.Select(f => (f.Path, Recording: r)))
            .ToDictionary(f => f.Path, f => f.Recording, StringComparer.Ordinal);
        var drift = DriftOf(clock);
        var groups = listing.Recordings
            .Select((r, i) => (Facts: FactsOf(r, profile, [.. drift, .. i == 0 ? listing.Findings : []]), r.Files, r.Start))
            .Concat(listing.Sidecars.Select(s => SidecarOf(s, owners, profile)))
            .Concat(listing.Strangers.Select(f => (Facts: FactsOf(f), Files: (IReadOnlyList<RecorderFile>)[f], Start: (DateTime?)null)));
        var facts = new List<JournalFact>();
        var work = new List<OffloadWork>();
        var (number, recording) = offload.Read(l => (l.Files.Count, l.Recordings.Count));
        foreach (var (recordingFacts, files, start) in groups)
        {
            var deadline = DeadlineOf(files, start, clock);
            var added = new List<ListedFile>();
            foreach (var file in files)
            {
                if (offload.Read(l => l.Find(file.Path, file.Bytes, file.ModifiedAt)) is { } entry)
                {
                    if (!confirmed.Contains(entry.Number) || !entry.IsSafe)
                        work.Add(WorkOn(entry, file));
                    continue;
                }

                var listed = new ListedFile(++number, file.Path, file.Bytes, file.ModifiedAt);
                added.Add(listed);
                var earlier = offload.Read(l => known.Find(l.Opened.Recorder.RecorderId, profile.Name, listed));
                work.Add(earlier is null
                    ? new CopyWork(file, listed.Number, deadline)
                    : new ConfirmWork(file, listed.Number, deadline, earlier.Digest, earlier));
            }

            if (added.Count > 0)
                facts.Add(new Listed(time.GetUtcNow(), ++recording, recordingFacts, deadline, added));
        }

        await offload.RecordAsync(facts);
        return work;
    }

    /// <summary>The same place with other content than before: a recording of its own.</summary>
    public async Task<CopyWork> TakeAsNewAsync(OffloadJournal offload, ConfirmWork work)
    {
        if (work.Earlier is not null)
            return new CopyWork(work.File, work.Number, work.Deadline);
        var (number, recording, facts) = offload.Read(l => (l.Files.Count + 1, l.Recordings.Count + 1, l.File(work.Number).Recording.Listed.Facts));
        var listed = new ListedFile(number, work.File.Path, work.File.Bytes, work.File.ModifiedAt);
        await offload.RecordAsync(new Listed(time.GetUtcNow(), recording, facts, work.Deadline, [listed]));
        return new CopyWork(work.File, number, work.Deadline);
    }

    private static OffloadWork WorkOn(FileEntry entry, RecorderFile file)
    {
        var deadline = entry.Recording.Listed.Deadline;
        return entry.Digest is { } digest
            ? new ConfirmWork(file, entry.Number, deadline, digest, Earlier: null)
            : new CopyWork(file, entry.Number, deadline);
    }

    private Finding[] DriftOf(ClockReading clock) => clock.Offset is { } offset && offset.Duration() > driftLimit
        ? [new Finding(
            FindingCode.ClockDrift,
            string.Create(CultureInfo.InvariantCulture, $"the recorder's clock was {offset.TotalSeconds:+0;-0} s off trusted time, more than {driftLimit.TotalSeconds:0} s"))]
        : [];

    private static RecordingFacts FactsOf(Recording recording, HardwareProfile profile, IEnumerable<Finding> ofRecorder) => new(
        recording.Kind,
        recording.Start,
        recording.TimeSource,
        recording.OfficerNumber,
        recording.DeviceNumber,
        recording.KeyMarked,
        profile.Method.GetValueOrDefault(recording.Kind),
        [.. recording.Findings, .. ofRecorder]);

    /// <summary>
    /// A companion is delivered by itself, as the server takes every file of a recording for a chapter of it. It carries what
    /// is known of its recording, so that both are found together.
    /// </summary>
    private static (RecordingFacts Facts, IReadOnlyList<RecorderFile> Files, DateTime? Start) SidecarOf(
        Sidecar sidecar, Dictionary<string, Recording> owners, HardwareProfile profile)
    {
        var recording = sidecar.Of is { } owner ? owners[owner.Path] : null;
        return (
            new RecordingFacts(
                MediaKind.Other,
                recording?.Start,
                recording?.TimeSource ?? MetadataSource.Unknown,
                recording?.OfficerNumber,
                recording?.DeviceNumber,
                recording?.KeyMarked ?? false,
                profile.Method.GetValueOrDefault(MediaKind.Other),
                [],
                new SidecarFacts(sidecar.Role, sidecar.Of?.Path)),
            [sidecar.File],
            recording?.Start);
    }

    private static RecordingFacts FactsOf(RecorderFile stranger) => new(
        MediaKind.Other,
        RecorderTime: null,
        MetadataSource.Unknown,
        OfficerNumber: null,
        DeviceNumber: null,
        KeyMarked: false,
        Method: null,
        [new Finding(FindingCode.Foreign, $"{stranger.Path}: no recording by the profile's names")]);

    /// <summary>Article 28; the last chapter's end counts. A recording without any time is as urgent as one made now.</summary>
    private DateTimeOffset DeadlineOf(IReadOnlyList<RecorderFile> files, DateTime? start, ClockReading clock)
    {
        var now = time.GetUtcNow();
        var made = files[^1].ModifiedAt;
        // Names can say anything; a time before recorders existed is not worth an overflow.
        if (start is { Year: > 1970 and < 9000 } local)
        {
            var corrected = DateTime.SpecifyKind(clock.Correct(local), DateTimeKind.Unspecified);
            made = new DateTimeOffset(corrected, zone.GetUtcOffset(corrected));
        }

        if (files[^1].ModifiedAt is { } end && end > made)
            made = end;
        // A recorder whose clock ran away must not put its footage behind everybody else's.
        return StorageDeadline.For(made is { } known && known < now ? known : now, WorkingDayCalendar.Shipped, zone).At;
    }
}
