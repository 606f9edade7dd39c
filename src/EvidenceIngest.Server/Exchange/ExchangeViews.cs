namespace EvidenceIngest.Server.Exchange;

/// <param name="Profile">The profile's YAML, at most 256 KiB characters.</param>
/// <param name="From">Cases that were registered, changed or closed from this day on, in the agency's zone.</param>
/// <param name="To">To this day, at most a year later.</param>
/// <param name="Unit">Of this unit and those below; null: all within reach.</param>
public sealed record ExchangeDraftRequest(string Profile, DateOnly From, DateOnly To, string? Unit = null);

/// <param name="Profile">The profile's YAML.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Why">Enters the chains.</param>
/// <param name="Unit">Of this unit and those below; null: all within reach.</param>
public sealed record ExchangeExportRequest(string Profile, DateOnly From, DateOnly To, string Why, string? Unit = null);

/// <param name="Title">Of the profile.</param>
/// <param name="Version">Of the profile.</param>
/// <param name="ProfileSha256">Of its text.</param>
/// <param name="Sent">Cases all of whose records can be sent.</param>
/// <param name="LeftOut">Cases of which nothing is sent, because something is missing, too long or has no code.</param>
/// <param name="Withheld">Cases to which a state secret belongs: nothing of them is sent or shown.</param>
/// <param name="Cases">What is sent of each, record by record, by number.</param>
public sealed record ExchangeDraft(string Title, string Version, string ProfileSha256, int Sent, int LeftOut, int Withheld, IReadOnlyList<ExchangeCaseView> Cases);

/// <param name="Case">Its number.</param>
/// <param name="IsSent">Whether nothing speaks against it.</param>
/// <param name="Rows">Its records, in the profile's order of files.</param>
/// <param name="Problems">What speaks against it.</param>
public sealed record ExchangeCaseView(string Case, bool IsSent, IReadOnlyList<ExchangeRow> Rows, IReadOnlyList<ExchangeProblem> Problems);

/// <param name="File">To which it is written.</param>
/// <param name="Key">Number of the case or id of the item.</param>
/// <param name="Values">Exactly as they are sent, by the platform's names; null: left empty.</param>
public sealed record ExchangeRow(string File, string Key, IReadOnlyDictionary<string, string?> Values);

/// <param name="File">Of the record.</param>
/// <param name="Key">Of the record.</param>
/// <param name="Field">As the platform calls it.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Text">The same for people.</param>
public sealed record ExchangeProblem(string File, string Key, string Field, ExchangeProblemKind Kind, string Text);

public enum ExchangeProblemKind
{
    Missing,
    TooLong,
    NotMapped,
}

/// <param name="Export">Its id.</param>
/// <param name="ManifestSha256">Of the manifest, as the chains have it.</param>
/// <param name="Files">To be written as they are; the manifest is the last.</param>
/// <param name="Sent">Cases that are in it.</param>
/// <param name="Withheld">Cases to which a state secret belongs.</param>
/// <param name="LeftOut">Cases that are not in it, with what is to be done first.</param>
public sealed record ExchangeExport(string Export, string ManifestSha256, IReadOnlyList<ExchangedFile> Files, int Sent, int Withheld, IReadOnlyList<ExchangeCaseLeftOut> LeftOut);

/// <param name="Case">Its number.</param>
/// <param name="Problems">What speaks against it.</param>
public sealed record ExchangeCaseLeftOut(string Case, IReadOnlyList<ExchangeProblem> Problems);

/// <param name="Name">Of the file.</param>
/// <param name="Records">In it.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Content">Its bytes; base64 in JSON.</param>
public sealed record ExchangedFile(string Name, int Records, string Sha256, byte[] Content);

/// <summary>What was handed out. Never changes.</summary>
internal sealed class StoredExchange
{
    public required Guid Id { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    public required string Why { get; init; }

    public required string ProfileSha256 { get; init; }

    public required string ManifestSha256 { get; init; }

    public required int Cases { get; init; }
}
