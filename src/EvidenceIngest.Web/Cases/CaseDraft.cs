using EvidenceIngest.Server.Cases;
using EvidenceIngest.Web.Words;

namespace EvidenceIngest.Web.Cases;

/// <summary>A case while somebody types it. Times are those of the agency's clock.</summary>
public sealed class CaseDraft
{
    private static readonly char[] BetweenOfficers = [' ', '　', ',', '，', '、', ';', '；', '\n', '\r', '\t'];

    public string Number { get; set; } = "";

    public string? Matter { get; set; }

    public string? Agency { get; set; }

    public string? Unit { get; set; }

    public string? RetentionClass { get; set; }

    /// <summary>Numbers, parted by spaces or commas.</summary>
    public string Officers { get; set; } = "";

    public DateTime? ActedFrom { get; set; }

    public DateTime? ActedTo { get; set; }

    public string? Place { get; set; }

    public double? Latitude { get; set; }

    public double? Longitude { get; set; }

    public int? Radius { get; set; }

    public static CaseDraft Of(CaseView known, Say say) => new()
    {
        Number = known.Number, Matter = known.Matter, Agency = known.Agency, Unit = known.Unit, RetentionClass = known.RetentionClass,
        Officers = string.Join(' ', known.Officers), Place = known.Place,
        ActedFrom = known.ActedFrom is { } from ? say.Local(from).DateTime : null, ActedTo = known.ActedTo is { } to ? say.Local(to).DateTime : null,
        Latitude = known.Position?.Latitude, Longitude = known.Position?.Longitude, Radius = known.Position?.RadiusMetres,
    };

    public CaseRequest ToRequest(Say say, CaseState state, DateOnly? executedOn) => new(
        Given(Matter), Given(Agency), Given(RetentionClass), state, executedOn, Given(Unit),
        Officers.Split(BetweenOfficers, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        ActedFrom is { } from ? say.At(from) : null, ActedTo is { } to ? say.At(to) : null, Given(Place),
        Latitude is { } latitude && Longitude is { } longitude ? new CasePosition(latitude, longitude, Radius ?? 500) : null);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
