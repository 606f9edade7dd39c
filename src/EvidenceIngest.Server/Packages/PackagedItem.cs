using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Packages;

/// <summary>An item as it goes into a package: what reports and graphs are made of.</summary>
/// <param name="Detail">As the register shows it.</param>
/// <param name="Manifest">What its dock announced.</param>
/// <param name="Receipt">What was sealed.</param>
/// <param name="Chain">Up to the making of the package.</param>
/// <param name="Masters">In the receipt's order.</param>
/// <param name="Renditions">Those that were asked for, with their names.</param>
internal sealed record PackagedItem(
    ItemDetail Detail,
    DeliveryManifest Manifest,
    ReceiptStatement Receipt,
    IReadOnlyList<ChainedEvent> Chain,
    IReadOnlyList<PackageFile> Masters,
    IReadOnlyList<(string Name, PackageFile File)> Renditions)
{
    public string Id => Detail.Summary.Item;
}
