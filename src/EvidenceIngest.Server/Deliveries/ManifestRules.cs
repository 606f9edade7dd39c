using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>
/// What a manifest must keep to. Docks stand in unlocked rooms and repeat what names on cards say, so nothing in it is
/// trusted; what merely looks odd (an impossible time, a strange name) is kept and noted, for refusing it would lose footage.
/// </summary>
internal static class ManifestRules
{
    public const int MaxBodyBytes = 8 << 20;
    public const int MaxFiles = 1000;
    public const int MaxEvents = 5000;

    // What S3 takes as one object.
    public const long MaxFileBytes = 5L << 40;

    private const int MaxFindings = 200;

    // 4,096 bytes of a path, each escaped as %XX.
    private const int MaxPath = 3 * 4096;

    /// <summary>Only what a dock itself can know; it can't claim that something was sealed or looked at.</summary>
    private static readonly CustodyEventKind[] DockKinds =
    [
        CustodyEventKind.Docked, CustodyEventKind.ClockMeasured, CustodyEventKind.Offloaded, CustodyEventKind.Resumed,
        CustodyEventKind.Repeated, CustodyEventKind.Cleared, CustodyEventKind.ClearingRefused,
        CustodyEventKind.ClockSet, CustodyEventKind.ClockNotSet, CustodyEventKind.Released,
    ];

    /// <exception cref="RequestRefusedException">Names the field and what is wrong with it.</exception>
    public static void Check(DeliveryManifest manifest)
    {
        Texts.Demand(manifest.OffloadId, "offloadId", 200);
        Texts.Demand(manifest.Recorder.RecorderId, "recorder.recorderId", 200);
        Texts.Demand(manifest.Recorder.Profile, "recorder.profile", 100);
        Texts.Allow(manifest.Recorder.Model, "recorder.model", 200);
        Texts.Demand(manifest.Recorder.Bay, "recorder.bay", 4096);
        Texts.Allow(manifest.Recorder.Holder?.OfficerNumber, "recorder.holder.officerNumber", 64);
        Texts.Allow(manifest.Recorder.Holder?.OfficerName, "recorder.holder.officerName", 100);
        Texts.Allow(manifest.Recorder.Holder?.UnitNumber, "recorder.holder.unitNumber", 64);
        Texts.Allow(manifest.Recorder.Holder?.UnitName, "recorder.holder.unitName", 200);
        Texts.Allow(manifest.Clock.Note, "clock.note", 1000);
        Texts.Allow(manifest.Recording.OfficerNumber, "recording.officerNumber", 64);
        Texts.Allow(manifest.Recording.DeviceNumber, "recording.deviceNumber", 64);
        Texts.Allow(manifest.Recording.Method, "recording.method", 200);
        Texts.Allow(manifest.Recording.Sidecar?.Of, "recording.sidecar.of", MaxPath);
        CheckFiles(manifest.Files);
        Count(manifest.Recording.Findings.Count, MaxFindings, "recording.findings");
        for (var i = 0; i < manifest.Recording.Findings.Count; i++)
        {
            var finding = manifest.Recording.Findings[i] ?? throw RequestRefusedException.Invalid($"recording.findings[{i}]", "is null");
            Texts.Allow(finding.Detail, $"recording.findings[{i}].detail", 4000);
        }

        CheckEvents(manifest.Events, "events");
    }

    public static void CheckEvents(IReadOnlyList<DockEvent> events, string field)
    {
        Count(events.Count, MaxEvents, field);
        for (var i = 0; i < events.Count; i++)
        {
            var told = events[i] ?? throw RequestRefusedException.Invalid($"{field}[{i}]", "is null");
            if (!DockKinds.Contains(told.Kind))
                throw RequestRefusedException.Invalid($"{field}[{i}].kind", $"a dock can't report {told.Kind}");
            Texts.Allow(told.Detail, $"{field}[{i}].detail", 4000);
        }
    }

    private static void CheckFiles(IReadOnlyList<ManifestFile> files)
    {
        if (files.Count == 0)
            throw RequestRefusedException.Invalid("files", "a recording has at least one file");
        Count(files.Count, MaxFiles, "files");
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < files.Count; i++)
        {
            var file = files[i] ?? throw RequestRefusedException.Invalid($"files[{i}]", "is null");
            Texts.Demand(file.RecorderPath, $"files[{i}].recorderPath", MaxPath);
            if (file.Bytes is < 0 or > MaxFileBytes)
                throw RequestRefusedException.Invalid($"files[{i}].bytes", $"must lie between 0 and {MaxFileBytes}");
            if (!seen.Add((file.RecorderPath, file.Digest.Sha256)))
                throw RequestRefusedException.Invalid($"files[{i}]", "stands in the manifest twice");
        }
    }

    private static void Count(int count, int max, string field)
    {
        if (count > max)
            throw RequestRefusedException.Invalid(field, $"has {count} entries, more than {max}");
    }
}
