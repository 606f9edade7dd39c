using System.Globalization;
using EvidenceIngest.Web.Api;
using Microsoft.AspNetCore.WebUtilities;

namespace EvidenceIngest.Web.Register;

/// <summary>Conditions of the register, by the names that the API gives them.</summary>
internal sealed record RegisterFilter
{
    public static readonly string[] States = ["receiving", "sealing", "sealed", "quarantined", "disposed"];
    public static readonly string[] Kinds = ["video", "audio", "photo", "other"];

    public string State { get; set; } = "";

    public string Kind { get; set; } = "";

    public string Lack { get; set; } = "";

    public DateOnly? From { get; set; }

    public DateOnly? To { get; set; }

    public string Officer { get; set; } = "";

    public string Recorder { get; set; } = "";

    public string Unit { get; set; } = "";

    public string Dock { get; set; } = "";

    public string Case { get; set; } = "";

    public string Matter { get; set; } = "";

    public string Finding { get; set; } = "";

    public string Order { get; set; } = "";

    public bool IsEmpty => Pairs(null).All(p => string.IsNullOrWhiteSpace(p.Value));

    /// <summary>Conditions that stand in the folded part.</summary>
    public bool HasMore => new[] { Officer, Recorder, Unit, Dock, Case, Matter, Finding, Order }.Any(c => c.Length > 0);

    public static (RegisterFilter Filter, string? Words) Parse(string query)
    {
        var given = QueryHelpers.ParseQuery(query);
        string Text(string name) => given.TryGetValue(name, out var value) ? value.ToString() : "";
        DateOnly? Day(string name) => DateOnly.TryParseExact(Text(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
        return (
            new RegisterFilter
            {
                State = Text("state"), Kind = Text("kind"), Lack = Text("lack"), From = Day("from"), To = Day("to"), Officer = Text("officer"), Recorder = Text("recorder"),
                Unit = Text("unit"), Dock = Text("dock"), Case = Text("case"), Matter = Text("matter"), Finding = Text("finding"), Order = Text("order"),
            },
            Text("q"));
    }

    public static string Address(IReadOnlyDictionary<string, string> saved) => ServiceApi.Query([.. saved.Select(p => (p.Key, (string?)p.Value))]);

    public string Query(string? words) => ServiceApi.Query([.. Pairs(words)]);

    public Dictionary<string, string> Saved(string? words) =>
        Pairs(words).Where(p => !string.IsNullOrWhiteSpace(p.Value)).ToDictionary(p => p.Name, p => p.Value!, StringComparer.Ordinal);

    public RegisterFilter With(string name, string value) => name switch
    {
        "state" => this with { State = value },
        "kind" => this with { Kind = value },
        "unit" => this with { Unit = value },
        "officer" => this with { Officer = value },
        "recorder" => this with { Recorder = value },
        "finding" => this with { Finding = value },
        _ => this with { Lack = value },
    };

    private IEnumerable<(string Name, string? Value)> Pairs(string? words) =>
    [
        ("q", words), ("state", State), ("kind", Kind), ("lack", Lack), ("from", From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ("to", To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("officer", Officer), ("recorder", Recorder), ("unit", Unit), ("dock", Dock), ("case", Case),
        ("matter", Matter), ("finding", Finding), ("order", string.IsNullOrWhiteSpace(words) ? null : Order),
    ];
}
