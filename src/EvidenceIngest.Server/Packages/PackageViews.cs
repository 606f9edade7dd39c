namespace EvidenceIngest.Server.Packages;

/// <param name="Items">Ids of sealed or quarantined items, at most <see cref="PackageMaking.MostItems"/>.</param>
/// <param name="Renditions">Names of renditions that go in besides the masters, such as proxy; null or empty for none.</param>
/// <param name="Why">For whom and what for; it enters every item's chain.</param>
public sealed record PackageRequest(IReadOnlyList<string> Items, IReadOnlyList<string>? Renditions, string Why);

/// <param name="Package">Its id.</param>
/// <param name="MadeAt">UTC.</param>
/// <param name="MadeBy">Who asked for it.</param>
/// <param name="Why">The reason that was given.</param>
/// <param name="Items">Ids of the items in it.</param>
/// <param name="Files">Every file of the bag; each is fetched by its path and may be fetched in ranges.</param>
/// <param name="Notes">For people: what could not be put in, why, and what to do instead. Nothing that the package needs as proof.</param>
public sealed record PackageView(
    string Package, DateTimeOffset MadeAt, string MadeBy, string Why, IReadOnlyList<string> Items, IReadOnlyList<PackageFileView> Files,
    IReadOnlyList<string> Notes);

/// <param name="Path">In the bag.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record PackageFileView(string Path, long Bytes, string Sha256);
