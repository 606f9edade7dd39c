using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Search;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>What a caller asks the register for; everything may be missing.</summary>
internal sealed record ItemQuery
{
    /// <summary>Words that it has to have: see <see cref="SearchTerm"/>.</summary>
    [FromQuery(Name = "q")]
    public string? Words { get; init; }

    /// <summary>receiving, sealing, sealed, quarantined or disposed.</summary>
    [FromQuery(Name = "state")]
    public string? State { get; init; }

    /// <summary>Id of the recorder.</summary>
    [FromQuery(Name = "recorder")]
    public string? Recorder { get; init; }

    /// <summary>Number of the officer; empty: nobody is known.</summary>
    [FromQuery(Name = "officer")]
    public string? Officer { get; init; }

    /// <summary>This unit's own, without those below.</summary>
    [FromQuery(Name = "unit")]
    public string? Unit { get; init; }

    /// <summary>Id of the dock that brought it.</summary>
    [FromQuery(Name = "dock")]
    public string? Dock { get; init; }

    /// <summary>First day of recording, or of announcement where that is unknown, in the agency's zone.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>Last day.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    /// <summary>time: late. case: belongs to none. requirement: lacks something that article 27 demands.</summary>
    [FromQuery(Name = "lack")]
    public string? Lack { get; init; }

    /// <summary>video, audio, photo or other.</summary>
    [FromQuery(Name = "kind")]
    public string? Kind { get; init; }

    /// <summary>Number of a case that it belongs to.</summary>
    [FromQuery(Name = "case")]
    public string? Case { get; init; }

    /// <summary>Id of the matter of such a case.</summary>
    [FromQuery(Name = "matter")]
    public string? Matter { get; init; }

    /// <summary>Words of the place of such a case.</summary>
    [FromQuery(Name = "place")]
    public string? Place { get; init; }

    /// <summary>Code of something that was noticed about it.</summary>
    [FromQuery(Name = "finding")]
    public string? Finding { get; init; }

    public ItemFilter Filter(Reach reach, ServerOptions options, DateTimeOffset now)
    {
        Texts.Allow(Recorder, "recorder", 200);
        Texts.Allow(Officer, "officer", 64);
        Texts.Allow(Unit, "unit", 40);
        Texts.Allow(Dock, "dock", 100);
        Texts.Allow(Case, "case", 200);
        Texts.Allow(Matter, "matter", 100);
        return new ItemFilter(reach)
        {
            State = string.IsNullOrEmpty(State) ? null : Word<ItemState>(State, "state", "没有此种状态 / must be receiving, sealing, sealed, quarantined or disposed"),
            Recorder = Recorder, ProducerNumber = Officer, Unit = Unit, Dock = Dock,
            From = From is null ? null : options.MidnightOf(Texts.Day(From, "from")),
            Before = To is null ? null : options.MidnightOf(Texts.Day(To, "to").AddDays(1)),
            Lack = string.IsNullOrEmpty(Lack) ? null : Word<ItemLack>(Lack, "lack", "缺少的内容应为时间（time）、案件（case）或必填信息（requirement） / must be time, case or requirement"),
            Now = now,
            Terms = SearchTerm.Parse(Words, "q"),
            Kind = string.IsNullOrEmpty(Kind) ? null : Word<MediaKind>(Kind, "kind", "种类应为录像、录音、照片或其他 / must be video, audio, photo or other"),
            Case = Case, Matter = Matter, Place = SearchTerm.Parse(Place, "place"),
            Finding = string.IsNullOrEmpty(Finding) ? null : Word<FindingCode>(Finding, "finding", "没有此种检验发现 / must be the code of a finding, such as Damaged"),
        };
    }

    // Enum.TryParse also takes numbers, which mean nothing to people.
    private static T Word<T>(string text, string field, string why)
        where T : struct, Enum =>
        char.IsAsciiLetter(text[0]) && !text.Contains(',', StringComparison.Ordinal) && Enum.TryParse<T>(text, ignoreCase: true, out var word)
            ? word
            : throw RequestRefusedException.Invalid(field, why);
}

internal enum ItemLack
{
    Time,
    Case,
    Requirement,
}

/// <summary>Which items. Null members don't filter.</summary>
/// <param name="Reach">Part of every query.</param>
internal sealed record ItemFilter(Reach Reach)
{
    public ItemState? State { get; init; }

    /// <summary>Id of the recorder.</summary>
    public string? Recorder { get; init; }

    /// <summary>Empty: nobody is known.</summary>
    public string? ProducerNumber { get; init; }

    /// <summary>This unit's own, without those below.</summary>
    public string? Unit { get; init; }

    /// <summary>Id of the dock that brought it.</summary>
    public string? Dock { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Before { get; init; }

    public bool HasDays => From is not null || Before is not null;

    public ItemLack? Lack { get; init; }

    /// <summary>For what is late by now.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>Each has to be found in it, or must not be.</summary>
    public IReadOnlyList<SearchTerm> Terms { get; init; } = [];

    /// <summary>Terms are looked for in what is said, too: only for those who may hear it.</summary>
    public bool Said { get; init; }

    public MediaKind? Kind { get; init; }

    public string? Case { get; init; }

    public string? Matter { get; init; }

    /// <summary>As <see cref="Terms"/>, in the places of its cases.</summary>
    public IReadOnlyList<SearchTerm> Place { get; init; } = [];

    public FindingCode? Finding { get; init; }

    public IQueryable<EvidenceItem> Of(CatalogueDb db, IQueryable<EvidenceItem> items)
    {
        items = OfWords(db, OfBelongings(db, Reach.Of(items)));
        if (State is { } state)
            items = items.Where(i => i.State == state);
        if (Recorder is { } recorder)
            items = items.Where(i => i.RecorderId == recorder);
        if (ProducerNumber is { } officer)
            items = officer.Length == 0 ? items.Where(i => i.ProducerNumber == null) : items.Where(i => i.ProducerNumber == officer);
        if (Unit is { } unit)
            items = items.Where(i => i.UnitId == unit);
        if (Dock is { } dock)
            items = items.Where(i => db.Deliveries.Any(d => d.ItemId == i.Id && d.DockId == dock));
        if (From is { } from)
            items = items.Where(i => i.MadeAt >= from);
        if (Before is { } before)
            items = items.Where(i => i.MadeAt < before);
        // As the figures of supervision count them: companions of recordings are none themselves.
        if (Lack is not null)
            items = items.Where(i => i.SidecarRole == null);
        var now = Now;
        return Lack switch
        {
            ItemLack.Time => items.Where(i => i.OnTime == false || (i.SealedAt == null && i.DeadlineAt < now)),
            ItemLack.Case => items.Where(i => !db.CaseItems.Any(l => l.ItemId == i.Id)),
            ItemLack.Requirement => items.Where(i => i.Incomplete),
            _ => items,
        };
    }

    private IQueryable<EvidenceItem> OfBelongings(CatalogueDb db, IQueryable<EvidenceItem> items)
    {
        if (Kind is { } kind)
            items = items.Where(i => i.Kind == kind);
        if (Case is { } number)
            items = items.Where(i => db.CaseItems.Any(l => l.ItemId == i.Id && l.CaseNumber == number));
        if (Matter is { } matter)
            items = items.Where(i => db.CaseItems.Any(l => l.ItemId == i.Id && db.Cases.Any(c => c.Number == l.CaseNumber && c.MatterId == matter)));
        if (Finding is { } finding)
        {
            var noted = $$"""[{"code":"{{finding}}"}]""";
            items = items.Where(i => db.Items.FromSql($"select * from items where findings @> {noted}::jsonb").Any(n => n.Id == i.Id));
        }

        return items;
    }

    private IQueryable<EvidenceItem> OfWords(CatalogueDb db, IQueryable<EvidenceItem> items)
    {
        foreach (var (term, texts) in Terms.Select(t => (t, t.In(db, Said))).Concat(Place.Select(t => (t, t.In(db, said: false).Where(p => p.Field == SearchField.Place)))))
            items = term.LeftOut ? items.Where(i => !texts.Any(t => t.ItemId == i.Id)) : items.Where(i => texts.Any(t => t.ItemId == i.Id));
        return items;
    }

    /// <summary>As the service's chain tells of a register that was handed out.</summary>
    public string Describe() => string.Join(", ", new[]
    {
        "items", Named("state", State?.ToString()), Named("recorder", Recorder), Named("officer", ProducerNumber), Named("unit", Unit), Named("dock", Dock),
        Named("from", From?.ToString("O", null)), Named("before", Before?.ToString("O", null)), Named("lack", Lack?.ToString()),
        Named("kind", Kind?.ToString()), Named("case", Case), Named("matter", Matter), Named("finding", Finding?.ToString()), Named("place", Shown(Place)), Named("words", Shown(Terms)),
    }.OfType<string>());

    private static string? Shown(IReadOnlyList<SearchTerm> terms) => terms.Count == 0 ? null : string.Join(' ', terms.Select(t => $"{(t.LeftOut ? "-" : "")}'{t.Words}'"));

    private static string? Named(string what, string? value) => value is null ? null : $"{what} {value}";
}
