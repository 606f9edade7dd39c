using System.Globalization;
using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tracks;

namespace EvidenceIngest.Server.Items;

/// <summary>Where an item stands. Quarantined items are sealed as well: quarantine is about acceptance, not safety.</summary>
public enum ItemState
{
    /// <summary>Announced; bytes are arriving.</summary>
    Receiving,

    /// <summary>All bytes are in the vault; they are read back and locked.</summary>
    Sealing,

    /// <summary>Locked, proven, accepted.</summary>
    Sealed,

    /// <summary>Locked and proven, but not accepted; the reason says why.</summary>
    Quarantined,

    /// <summary>Its term was over and two people decided: the media are gone, metadata, digests and chain stay.</summary>
    Disposed,
}

/// <summary>音像资料: one recording with everything that is known about it.</summary>
internal sealed class EvidenceItem : IOfUnit
{
    /// <summary>What keeps a sealed item from being accepted.</summary>
    private static readonly FindingCode[] Quarantining =
    [
        FindingCode.Foreign, FindingCode.Damaged, FindingCode.RecorderUnassigned, FindingCode.RecorderDisputed, FindingCode.RecorderDigestMismatch,
    ];

    // What tools say of damaged files can be years.
    private static readonly TimeSpan LongestRecording = TimeSpan.FromDays(7);

    public required string Id { get; init; }

    public required string RecorderId { get; init; }

    public ItemState State { get; set; }

    /// <summary>Whose evidence it is: the unit of its officer, or else of its dock.</summary>
    public string UnitId { get; set; } = Unit.Root;

    /// <summary>Number of the officer who recorded it, as the recorder's assignment says, or else the file name.</summary>
    public string? ProducerNumber { get; set; }

    /// <summary>Why it is quarantined, or will be.</summary>
    public string? Reason { get; set; }

    public MediaKind Kind { get; set; }

    public AttachmentKind Attachment { get; init; }

    public DateTime? RecorderTime { get; init; }

    public DateTimeOffset? RecordedAt { get; set; }

    public string? OfficerNumber { get; init; }

    public string? DeviceNumber { get; init; }

    public bool KeyMarked { get; init; }

    /// <summary>Null for recordings.</summary>
    public SidecarRole? SidecarRole { get; init; }

    /// <summary>Path on the recorder of the recording's file that it accompanies.</summary>
    public string? SidecarOf { get; init; }

    // The database counts whatever is there; a value of spaces says nothing and is not kept.
    public MetadataValue? MethodOfProduction { get; set => field = Said(value); }

    public MetadataValue? TimeOfProduction { get; set => field = Said(value); }

    public MetadataValue? Producer { get; set => field = Said(value); }

    public MetadataValue? ObjectOfProof { get; set => field = Said(value); }

    /// <summary>What the law protects in it.</summary>
    public Secrecy Secrecy { get; set; }

    /// <summary>A person vouches for its last transcript.</summary>
    public bool TranscriptConfirmed { get; set; }

    /// <summary>In which language it is spoken, as a person said; null where nobody did, and the service's setting counts.</summary>
    public string? Language { get; set; }

    public IReadOnlyList<Finding> Findings { get; set; } = [];

    public DateTimeOffset AnnouncedAt { get; init; }

    /// <summary>When it was made as far as is known, for figures and filters; kept by the database.</summary>
    public DateTimeOffset MadeAt { get; private set; }

    /// <summary>It lacks something that article 27 demands; kept by the database, as <see cref="Completeness"/> says.</summary>
    public bool Incomplete { get; private set; }

    /// <summary>Some of the places where it was made, in order; null where no receiver told.</summary>
    public IReadOnlyList<GeoPoint>? Positions { get; set; }

    public DateTimeOffset? DeadlineAt { get; set; }

    public DateTimeOffset? SealedAt { get; set; }

    public bool? OnTime { get; set; }

    /// <summary>Why it came late, in a person's words.</summary>
    public string? LateReason { get; set; }

    /// <summary>What a person saw in it (article 12); null until somebody watched it.</summary>
    public SceneReview? Scene { get; set; }

    /// <summary>The calendar changed: its deadline is to be counted anew.</summary>
    public bool DeadlineDue { get; set; }

    /// <summary>A class that a person gave it, besides those of the site, its matter and its cases.</summary>
    public string? RetentionClass { get; set; }

    /// <summary>The last end that the rules ever named for it; null before the first look.</summary>
    public DateTimeOffset? RetainUntil { get; set; }

    /// <summary>Held, of an open case, or of a class without end.</summary>
    public bool RetainWithoutEnd { get; set; }

    /// <summary>The earliest lock among its masters.</summary>
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>When its rules and its locks are compared next; null: not before something changes.</summary>
    public DateTimeOffset? RetentionDueAt { get; set; }

    /// <summary>Since when the locks don't follow the rules; null when the last try succeeded.</summary>
    public DateTimeOffset? RetentionPendingSince { get; set; }

    /// <summary>Why the locks don't follow the rules.</summary>
    public string? RetentionTrouble { get; set; }

    public List<MasterFile> Files { get; init; } = [];

    public List<ItemStage> Stages { get; init; } = [];

    public List<StoredRendition> Renditions { get; init; } = [];

    public List<StoredFacts> Facts { get; init; } = [];

    public EvidenceMetadata Metadata() => new(MethodOfProduction, TimeOfProduction, Producer, ObjectOfProof);

    /// <summary>
    /// From when to when it was recorded; null when nobody knows. Facts have to be loaded. Where a person states the time of
    /// production, the recorder's clock was wrong.
    /// </summary>
    public FootageSpan? Span()
    {
        var stated = TimeOfProduction is { Source: MetadataSource.Person } value && DateTimeOffset.TryParse(value.Value, CultureInfo.InvariantCulture, out var at) ? at : RecordedAt;
        return stated is { } from ? new FootageSpan(from, from + Duration()) : null;
    }

    public bool IsSealed => State is ItemState.Sealed or ItemState.Quarantined;

    /// <summary>Adds findings that are not there yet; true when that changed whether the item is accepted.</summary>
    public bool Note(IEnumerable<Finding> findings)
    {
        Findings = [.. Findings.Union(findings)];
        return Judge();
    }

    /// <summary>Drops a finding that no longer holds; the chain keeps that it did.</summary>
    public bool Settle(FindingCode code)
    {
        Findings = [.. Findings.Where(f => f.Code != code)];
        return Judge();
    }

    /// <summary>How its deadline is counted; null without a time of recording. Facts have to be loaded where there are any.</summary>
    public StorageDeadline? Deadline(WorkingDayCalendar calendar, TimeZoneInfo zone)
    {
        // The two working days run from the end of the last chapter, which is known once it was inspected.
        return RecordedAt is { } at ? StorageDeadline.For(at + Duration(), calendar, zone) : null;
    }

    /// <summary>Counts it anew.</summary>
    public StorageDeadline? SetDeadline(WorkingDayCalendar calendar, TimeZoneInfo zone)
    {
        var deadline = Deadline(calendar, zone);
        DeadlineAt = deadline?.At;
        OnTime = deadline is null || SealedAt is not { } sealedAt ? null : deadline.IsMetBy(sealedAt);
        Findings = [.. Findings.Where(f => f.Code != FindingCode.CalendarMissing)];
        if (deadline is { CalendarMissing: true })
            Findings = [.. Findings, new Finding(FindingCode.CalendarMissing, "the working-day calendar lacks a year: weekends alone were counted")];
        return deadline;
    }

    private static MetadataValue? Said(MetadataValue? value) => string.IsNullOrWhiteSpace(value?.Value) ? null : value;

    private TimeSpan Duration()
    {
        var duration = Facts.Aggregate(TimeSpan.Zero, (sum, f) => sum + (f.Facts.Duration ?? TimeSpan.Zero));
        return duration > TimeSpan.Zero && duration < LongestRecording ? duration : TimeSpan.Zero;
    }

    private bool Judge()
    {
        var before = Reason is null;
        var blocking = Findings.Where(f => Quarantining.Contains(f.Code)).Select(f => $"{f.Code}: {f.Detail}").ToList();
        Reason = blocking.Count == 0 ? null : string.Join("; ", blocking);
        if (IsSealed)
            State = Reason is null ? ItemState.Sealed : ItemState.Quarantined;
        return before != (Reason is null);
    }
}
