using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Packages;

/// <summary>An item as it goes into a package: what reports and graphs are made of.</summary>
/// <param name="Detail">As the register shows it.</param>
/// <param name="Manifest">What its dock announced.</param>
/// <param name="Receipt">What was sealed.</param>
/// <param name="Chain">Up to the making of the package.</param>
/// <param name="Masters">In the receipt's order.</param>
/// <param name="Renditions">Those that were asked for, with their names.</param>
/// <param name="Transcript">The last one that the chain tells of; null where there is none.</param>
internal sealed record PackagedItem(
    ItemDetail Detail,
    DeliveryManifest Manifest,
    ReceiptStatement Receipt,
    IReadOnlyList<ChainedEvent> Chain,
    IReadOnlyList<PackageFile> Masters,
    IReadOnlyList<(string Name, PackageFile File)> Renditions,
    PackagedTranscript? Transcript)
{
    public string Id => Detail.Summary.Item;
}

/// <param name="Words">What it says, and who stands for it.</param>
/// <param name="Files">First the record that the chain names the digest of, then what was made from it.</param>
internal sealed record PackagedTranscript(Transcript Words, IReadOnlyList<PackageFile> Files)
{
    public PackageFile Record => Files[0];
}
