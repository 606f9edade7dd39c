using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;

namespace EvidenceIngest.Server.Items;

/// <summary>What a caller asks the register for; everything may be missing.</summary>
internal sealed record ItemQuery
{
    /// <summary>receiving, sealing, sealed, quarantined or disposed.</summary>
    public string? State { get; init; }

    /// <summary>Id of the recorder.</summary>
    public string? Recorder { get; init; }

    /// <summary>Number of the officer; empty: nobody is known.</summary>
    public string? Officer { get; init; }

    /// <summary>This unit's own, without those below.</summary>
    public string? Unit { get; init; }

    /// <summary>Id of the dock that brought it.</summary>
    public string? Dock { get; init; }

    /// <summary>First day of recording, or of announcement where that is unknown, in the agency's zone.</summary>
    public string? From { get; init; }

    /// <summary>Last day.</summary>
    public string? To { get; init; }

    /// <summary>time: late. case: belongs to none. requirement: lacks something that article 27 demands.</summary>
    public string? Lack { get; init; }

    public ItemFilter Filter(Reach reach, ServerOptions options, DateTimeOffset now)
    {
        Texts.Allow(Recorder, "recorder", 200);
        Texts.Allow(Officer, "officer", 64);
        Texts.Allow(Unit, "unit", 40);
        Texts.Allow(Dock, "dock", 100);
        return new ItemFilter(reach)
        {
            State = string.IsNullOrEmpty(State) ? null : Word<ItemState>(State, "state", "must be receiving, sealing, sealed, quarantined or disposed"),
            Recorder = Recorder, ProducerNumber = Officer, Unit = Unit, Dock = Dock,
            From = From is null ? null : options.MidnightOf(Texts.Day(From, "from")),
            Before = To is null ? null : options.MidnightOf(Texts.Day(To, "to").AddDays(1)),
            Lack = string.IsNullOrEmpty(Lack) ? null : Word<ItemLack>(Lack, "lack", "must be time, case or requirement"),
            Now = now,
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

    public ItemLack? Lack { get; init; }

    /// <summary>For what is late by now.</summary>
    public DateTimeOffset Now { get; init; }

    public IQueryable<EvidenceItem> Of(CatalogueDb db, IQueryable<EvidenceItem> items)
    {
        items = Reach.Of(items);
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

    /// <summary>As the service's chain tells of a register that was handed out.</summary>
    public string Describe() => string.Join(", ", new[]
    {
        "items", Named("state", State?.ToString()), Named("recorder", Recorder), Named("officer", ProducerNumber), Named("unit", Unit), Named("dock", Dock),
        Named("from", From?.ToString("O", null)), Named("before", Before?.ToString("O", null)), Named("lack", Lack?.ToString()),
    }.OfType<string>());

    private static string? Named(string what, string? value) => value is null ? null : $"{what} {value}";
}
