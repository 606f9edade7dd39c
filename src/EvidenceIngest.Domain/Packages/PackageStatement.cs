namespace EvidenceIngest.Domain.Packages;

/// <summary>What the server says of a package as a whole, signed with the receipt key.</summary>
/// <param name="PackageId">Also the bag's External-Identifier, and named in every item's last custody event.</param>
/// <param name="MadeAt">UTC, the server's clock.</param>
/// <param name="MadeBy">Who asked for it.</param>
/// <param name="Why">The reason that was given.</param>
/// <param name="Items">Ids of the items in it, all of them.</param>
/// <param name="TagFiles">
/// SHA-256 of every tag file but this one and the tag manifest; among them <see cref="PackageLayout.Manifest"/>, which fixes every
/// file of the payload.
/// </param>
/// <param name="PublicKey">PEM. It proves something only when compared with the published one.</param>
public sealed record PackageStatement(
    string PackageId, DateTimeOffset MadeAt, string MadeBy, string Why, IReadOnlyList<string> Items,
    IReadOnlyDictionary<string, string> TagFiles, string PublicKey)
{
    public const string PayloadType = "application/vnd.evidence-ingest.package+json";
}
