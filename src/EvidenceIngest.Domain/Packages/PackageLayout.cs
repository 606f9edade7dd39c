using System.Globalization;

namespace EvidenceIngest.Domain.Packages;

/// <summary>
/// Where things lie in an evidence package, which is a bag (RFC 8493, BagIt 1.0). All names are ours: none comes from a card.
/// docs/evidence-format.md describes every file.
/// </summary>
public static class PackageLayout
{
    public const string Declaration = "bagit.txt";
    public const string Info = "bag-info.txt";
    public const string Manifest = "manifest-sha256.txt";
    public const string Sm3Manifest = "manifest-sm3.txt";
    public const string TagManifest = "tagmanifest-sha256.txt";

    /// <summary>Signs the payload manifest; a tag file, since it speaks of the payload as a whole.</summary>
    public const string Statement = "package-statement.json";

    /// <summary>Tag files that the statement fixes; the SM3 manifest is not in every package.</summary>
    public static readonly IReadOnlyList<string> SignedTagFiles = [Declaration, Info, Manifest, Sm3Manifest];

    public const string Payload = "data/";
    public const string Items = Payload + "items/";
    public const string TreeHead = Payload + "log/tree-head.json";

    /// <summary>Where a time stamp authority is asked: its newest token (RFC 3161, DER) over a head not larger than <see cref="TreeHead"/>.</summary>
    public const string Timestamp = Payload + "log/timestamp.tst";

    /// <summary>The exact bytes that the token is over.</summary>
    public const string TimestampedHead = Payload + "log/timestamped-head.json";

    /// <summary>That <see cref="TreeHead"/> only added events to it.</summary>
    public const string TimestampConsistency = Payload + "log/timestamp-consistency.json";

    public const string PublicKey = Payload + "keys/receipt-key.pem";

    /// <summary>For people: what is in the package, to be printed and signed. The same twice; the second is left out where fonts are missing.</summary>
    public const string Report = Payload + "report.html";
    public const string PrintedReport = Payload + "report.pdf";

    /// <summary>The package as a graph of CASE and UCO, JSON-LD.</summary>
    public const string CaseGraph = Payload + "case-uco.jsonld";

    /// <summary>What the first line and the second one of <see cref="Declaration"/> are.</summary>
    public const string DeclarationText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

    /// <summary>The item as the register shows it.</summary>
    public static string Item(string item) => $"{Items}{item}/item.json";

    /// <summary>The chain: the exact bytes of an event a line, which never hold a line break.</summary>
    public static string Custody(string item) => $"{Items}{item}/custody.jsonl";

    /// <summary>An inclusion proof for each line of the chain, under <see cref="TreeHead"/>.</summary>
    public static string Proofs(string item) => $"{Items}{item}/proofs.json";

    /// <summary>The last transcript: the exact bytes that the chain names the digest of, with its state.</summary>
    public static string Transcript(string item) => $"{Items}{item}/transcript.json";

    /// <summary>Its words for people.</summary>
    public static string TranscriptText(string item) => $"{Items}{item}/transcript.txt";

    /// <summary>Its words for players, where every segment has its times.</summary>
    public static string TranscriptCues(string item) => $"{Items}{item}/transcript.vtt";

    public static string Receipt(string item) => $"{Items}{item}/receipt.json";

    /// <param name="item">Whose.</param>
    /// <param name="number">From 1, in the receipt's order.</param>
    /// <param name="extension">With its dot, or empty.</param>
    public static string Master(string item, int number, string extension) =>
        string.Create(CultureInfo.InvariantCulture, $"{Items}{item}/masters/{number:0000}{extension}");

    public static string Rendition(string item, string name, string extension) => $"{Items}{item}/renditions/{name}{extension}";
}
