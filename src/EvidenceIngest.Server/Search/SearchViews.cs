using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Search;

/// <param name="Items">Those of this page.</param>
/// <param name="Next">For the next page; null on the last.</param>
/// <param name="Found">What was found altogether; null on further pages and where it wasn't asked for.</param>
public sealed record SearchPage(IReadOnlyList<FoundItem> Items, string? Next, SearchFacets? Found);

/// <param name="Item">As the register shows it.</param>
/// <param name="Matches">Texts of it that have one of the terms.</param>
/// <param name="Hits">The first of them, what is said before what is written.</param>
public sealed record FoundItem(ItemSummary Item, int Matches, IReadOnlyList<SearchHit> Hits);

/// <param name="Field">What the text says about the item.</param>
/// <param name="Place">Number of the segment from 1, position of the file from 0; otherwise of no meaning.</param>
/// <param name="Start">When it was said, in seconds from the item's beginning; null for what is written, and where nobody noted it.</param>
/// <param name="End">Until when.</param>
/// <param name="Text">The text, or what surrounds the first term in it.</param>
/// <param name="Marks">Where the terms stand in <paramref name="Text"/>.</param>
public sealed record SearchHit(SearchField Field, int Place, double? Start, double? End, string Text, IReadOnlyList<TextMark> Marks);

/// <summary>Of all that was found, the newest counted first.</summary>
/// <param name="Count">How many; at most <see cref="Searching.MostCounted"/>.</param>
/// <param name="More">There are more than were counted, here and below.</param>
/// <param name="States">By state.</param>
/// <param name="Kinds">By kind of media.</param>
/// <param name="Units">By the id of the unit.</param>
/// <param name="Officers">By the officer's number.</param>
/// <param name="Recorders">By the recorder's id.</param>
/// <param name="Findings">By what was noticed; an item may have several.</param>
/// <param name="Incomplete">Lacking something that article 27 demands.</param>
public sealed record SearchFacets(
    int Count, bool More, IReadOnlyList<FacetValue> States, IReadOnlyList<FacetValue> Kinds, IReadOnlyList<FacetValue> Units, IReadOnlyList<FacetValue> Officers,
    IReadOnlyList<FacetValue> Recorders, IReadOnlyList<FacetValue> Findings, int Incomplete);

/// <param name="Value">As the parameter of the same name takes it.</param>
/// <param name="Count">Items.</param>
public sealed record FacetValue(string Value, int Count);
