using System.Globalization;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Exchange;

/// <summary>One case or recording with the values that may be sent: texts, instants and days.</summary>
/// <param name="Of">Which it is.</param>
/// <param name="Key">Number of the case, id of the item.</param>
/// <param name="Values">By our fields' names; what is unknown is missing.</param>
internal sealed record ExchangeRecord(ExchangeOf Of, string Key, IReadOnlyDictionary<string, object> Values);

/// <summary>A case with its recordings.</summary>
internal sealed record ExchangedCase(ExchangeRecord Case, IReadOnlyList<ExchangeRecord> Items);

/// <summary>Turns our values into a platform's, and says what can't be.</summary>
internal sealed class ExchangeMapping(ExchangeProfile profile, TimeZoneInfo zone)
{
    public ExchangeCaseView Map(ExchangedCase exchanged)
    {
        var (rows, problems) = (new List<ExchangeRow>(), new List<ExchangeProblem>());
        foreach (var file in profile.Files)
        {
            foreach (var record in file.Of == ExchangeOf.Case ? [exchanged.Case] : exchanged.Items)
                rows.Add(new ExchangeRow(file.Name, record.Key, Map(file, record, problems)));
        }

        return new ExchangeCaseView(exchanged.Case.Key, problems.Count == 0, rows, problems);
    }

    private Dictionary<string, string?> Map(ExchangeFile file, ExchangeRecord record, List<ExchangeProblem> problems)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var field in file.Fields)
        {
            var (value, problem) = Map(file, field, record);
            values.Add(field.Name, value);
            if (problem is { } wrong)
                problems.Add(new ExchangeProblem(file.Name, record.Key, field.Name, wrong.Kind, wrong.Text));
        }

        return values;
    }

    private (string? Value, (ExchangeProblemKind Kind, string Text)? Problem) Map(ExchangeFile file, ExchangeField field, ExchangeRecord record)
    {
        if (field.From is not { } from)
            return (field.Value, null);
        var called = $"{ExchangeSource.Of(file.Of)[from].Chinese}（{field.Name}）";
        var known = record.Values.TryGetValue(from, out var found) ? Write(found, field) : null;
        if (string.IsNullOrWhiteSpace(known))
            return (null, field.IsRequired ? (ExchangeProblemKind.Missing, $"缺少{called}，对方要求必填。") : null);
        if (field.Codes is { } codes)
        {
            if (!codes.TryGetValue(known, out var code))
                return (null, (ExchangeProblemKind.NotMapped, $"{called}的值“{known}”在代码表中没有对应代码。"));
            known = code;
        }

        // As it is sent: what a spreadsheet would take for a formula gets an apostrophe, which counts.
        var sent = file.IsCsv ? RegisterExport.Harmless(known) : known;
        return field.Most is { } most && file.Unit.Length(sent) is var length && length > most
            ? (sent, (ExchangeProblemKind.TooLong, $"{called}有{file.Unit.Words(length)}，对方最多接收{file.Unit.Words(most)}。"))
            : (sent, null);
    }

    private string? Write(object value, ExchangeField field) => value switch
    {
        DateTimeOffset at => TimeZoneInfo.ConvertTime(at, zone).ToString(field.Date, CultureInfo.InvariantCulture),
        // A day has no hour: midnight in the agency's zone, where a platform wants one.
        DateOnly day => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), zone.GetUtcOffset(day.ToDateTime(TimeOnly.MinValue))).ToString(field.Date, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
