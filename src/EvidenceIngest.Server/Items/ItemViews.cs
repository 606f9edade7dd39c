using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Items;

/// <summary>One line of <c>items list --json</c>.</summary>
/// <param name="Item">Id of the evidence item.</param>
/// <param name="State">receiving, sealing, sealed, quarantined or disposed.</param>
/// <param name="Reason">Why it is quarantined, or will be; null otherwise.</param>
/// <param name="Recorder">Where it comes from.</param>
/// <param name="Kind">video, audio, photo or other.</param>
/// <param name="Files">Masters in playing order.</param>
/// <param name="RecordedAt">With the agency's offset; null when nobody knows.</param>
/// <param name="Deadline">Article 28, with the agency's offset; null when the time of recording is unknown.</param>
/// <param name="CalendarMissing">The deadline is an estimate: the working-day calendar lacks a year.</param>
/// <param name="SealedAt">UTC.</param>
/// <param name="OnTime">Sealed before the deadline; null before sealing and without a deadline.</param>
/// <param name="Missing">What article 27 still demands.</param>
/// <param name="Renditions">Names for <c>items link</c>.</param>
/// <param name="Stages">Where the pipeline stands.</param>
/// <param name="Done">The pipeline has nothing left to do, or waits for what this version can't do.</param>
/// <param name="Producer">制作人; null where nobody is known.</param>
/// <param name="ObjectOfProof">证明对象; null until a person says it.</param>
/// <param name="Unit">Whose it is.</param>
public sealed record ItemSummary(
    string Item,
    string State,
    string? Reason,
    string Recorder,
    string Kind,
    IReadOnlyList<ItemFile> Files,
    DateTimeOffset? RecordedAt,
    DateTimeOffset? Deadline,
    bool CalendarMissing,
    DateTimeOffset? SealedAt,
    bool? OnTime,
    IReadOnlyList<Requirement> Missing,
    IReadOnlyList<string> Renditions,
    IReadOnlyList<StageProgress> Stages,
    bool Done,
    string? Producer,
    string? ObjectOfProof,
    string Unit);

/// <param name="Name">Path on the recorder.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Sha256">As announced and, once sealed, read back.</param>
/// <param name="Sm3">Where the machines have it.</param>
/// <param name="Bucket">Null until sealed.</param>
/// <param name="Key">Null until sealed.</param>
/// <param name="VersionId">Null until sealed.</param>
/// <param name="LockedUntil">UTC, as read back; null until sealed.</param>
public sealed record ItemFile(
    string Name, long Bytes, string Sha256, string? Sm3, string? Bucket, string? Key, string? VersionId, DateTimeOffset? LockedUntil);

/// <param name="Stage">Which.</param>
/// <param name="State">How far.</param>
/// <param name="Attempts">Failed ones since it became due.</param>
/// <param name="Note">Why it waits or failed.</param>
public sealed record StageProgress(Stage Stage, StageState State, int Attempts, string? Note);

/// <summary>Everything about one item.</summary>
/// <param name="Summary">As in the list.</param>
/// <param name="DeliveryId">The delivery that brought it.</param>
/// <param name="RecorderTime">As the recorder's clock had it, without zone.</param>
/// <param name="OfficerNumber">警号 in the file name.</param>
/// <param name="DeviceNumber">The recorder's own number in the file name.</param>
/// <param name="KeyMarked">The officer pressed the key-mark button.</param>
/// <param name="Sidecar">What it is, when it accompanies a recording (positions, digest, log …) and is none itself.</param>
/// <param name="Metadata">The four mandatory fields with their sources.</param>
/// <param name="DeadlineDays">How the deadline is counted, day by day; null without a time of recording.</param>
/// <param name="LateReason">Why it came late, in a person's words; null when nobody said.</param>
/// <param name="Scene">What it shows of the scene (article 12); null until a person watched it.</param>
/// <param name="Findings">What was noticed.</param>
/// <param name="Facts">Of every file, once inspected.</param>
/// <param name="Renditions">With recipe and digest.</param>
/// <param name="AnnouncedAt">UTC.</param>
/// <param name="Secrecy">What the law protects in it.</param>
/// <param name="Language">In which it is spoken, as a person said; null where nobody did, and the service's setting counts.</param>
public sealed record ItemDetail(
    ItemSummary Summary,
    string DeliveryId,
    DateTime? RecorderTime,
    string? OfficerNumber,
    string? DeviceNumber,
    bool KeyMarked,
    SidecarFacts? Sidecar,
    EvidenceMetadata Metadata,
    IReadOnlyList<DeadlineDay>? DeadlineDays,
    string? LateReason,
    SceneReview? Scene,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<MediaFacts> Facts,
    IReadOnlyList<RenditionView> Renditions,
    DateTimeOffset AnnouncedAt,
    Secrecy Secrecy,
    string? Language);

/// <param name="Name">proxy, poster, audio16k.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Sha256">Its own digest.</param>
/// <param name="Bucket">Where it lies.</param>
/// <param name="Key">Where it lies.</param>
/// <param name="Recipe">How it was made.</param>
public sealed record RenditionView(
    string Name, string ContentType, long Bytes, string Sha256, string Bucket, string Key, RenditionRecipe Recipe);

/// <param name="Items">Newest first.</param>
/// <param name="Next">Cursor of the next page; null on the last one.</param>
public sealed record ItemPage(IReadOnlyList<ItemSummary> Items, string? Next);

/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="At">UTC.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">Facts.</param>
/// <param name="PreviousHash">Of the event before it.</param>
/// <param name="Hash">SHA-256(0x00 || bytes), lower-case hexadecimal.</param>
/// <param name="Bytes">As hashed; base64 in JSON.</param>
/// <param name="Broken">Why the chain does not hold from here on; null in a whole chain.</param>
public sealed record CustodyEventView(
    int Sequence, DateTimeOffset At, string Actor, CustodyEventKind Kind, string Detail, string PreviousHash, string Hash, byte[] Bytes,
    string? Broken);

/// <summary>Fields that are null stay as they are.</summary>
/// <param name="MethodOfProduction">制作方法</param>
/// <param name="TimeOfProduction">制作时间, ISO 8601 with offset.</param>
/// <param name="Producer">制作人</param>
/// <param name="ObjectOfProof">证明对象</param>
/// <param name="Why">Reason of the change, for the chain.</param>
public sealed record MetadataPatch(
    string? MethodOfProduction, string? TimeOfProduction, string? Producer, string? ObjectOfProof, string Why);

/// <param name="Points">Every point of article 12: Shown, NotShown or NotApplicable.</param>
/// <param name="Note">In the reviewer's words; null for none.</param>
public sealed record SceneRequest(IReadOnlyDictionary<ScenePoint, SceneTick> Points, string? Note = null);

/// <param name="Reason">Why it came after its storage deadline; enters the chain.</param>
public sealed record LatenessRequest(string Reason);

/// <param name="Rendition">proxy, poster … A link to hls opens the proxy that its playlist names, one to sprites the sheets, one to proxy the pictures and the waveform of the same.</param>
/// <param name="Minutes">How long the link works.</param>
/// <param name="Addresses">Networks that it works from, as 10.1.0.0/16; null: any.</param>
/// <param name="SingleUse">True: it belongs to the address that opens it first, and ends five minutes after that one's last request.</param>
/// <param name="Watermark">True: it shows a copy with the name of whoever makes the link, the time and the item all over its pictures, which is made first. Not for sound, playlists and sheets.</param>
public sealed record LinkRequest(string Rendition = "proxy", int Minutes = 15, IReadOnlyList<string>? Addresses = null, bool? SingleUse = null, bool? Watermark = null);

/// <param name="Url">Absolute, on the address that the request came to.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="Ready">False: its watermarked copy is being made, and opening it answers 409 until then.</param>
public sealed record LinkAnswer(string Url, DateTimeOffset ExpiresAt, bool Ready = true);
