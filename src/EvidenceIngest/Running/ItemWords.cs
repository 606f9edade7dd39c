using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Running;

/// <summary>An item of the API in the words that custodians use. The JSON stays as it is for machines.</summary>
internal static class ItemWords
{
    public static string State(JsonElement item) => EvidenceWords.State(item.Text("state"));

    public static string Kind(JsonElement item) => Word<MediaKind>(item.Text("kind"), EvidenceWords.Chinese);

    /// <summary>What article 27 still demands.</summary>
    public static string Missing(JsonElement item) =>
        string.Join("、", item.GetProperty("missing").EnumerateArray().Select(m => Word<Requirement>(m.GetString()!, EvidenceWords.Chinese)));

    public static string OnTime(JsonElement item) => item.Text("onTime") switch
    {
        "True" or "true" => "是",
        "False" or "false" => "逾期",
        var other => other,
    };

    /// <summary>Minutes are what people compare; the offset shows only where it is not this machine's.</summary>
    public static string Time(JsonElement item, string member)
    {
        if (!item.TryGetProperty(member, out var value) || value.ValueKind != JsonValueKind.String || !value.TryGetDateTimeOffset(out var time))
            return "";
        var text = time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return time.Offset == TimeZoneInfo.Local.GetUtcOffset(time) ? text : text + time.ToString(" zzz", CultureInfo.InvariantCulture);
    }

    /// <summary>Why it is quarantined, in short: the server says "Code: detail; Code: detail", and items show has the details.</summary>
    public static string Reason(JsonElement item) =>
        string.Join("、", item.Text("reason").Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(Cause).Distinct());

    /// <summary>What an event of a chain says happened.</summary>
    public static string Event(JsonElement link) => Word<CustodyEventKind>(link.Text("kind"), CustodyWords.Chinese);

    private static string Cause(string reason)
    {
        var code = reason.Split(": ")[0];
        var word = Word<FindingCode>(code, EvidenceWords.Chinese);
        return word == code ? reason : word;
    }

    /// <summary>A newer service may have words that this version doesn't know.</summary>
    private static string Word<T>(string name, Func<T, string> chinese)
        where T : struct, Enum => Enum.TryParse<T>(name, ignoreCase: true, out var value) && Enum.IsDefined(value) ? chinese(value) : name;
}
