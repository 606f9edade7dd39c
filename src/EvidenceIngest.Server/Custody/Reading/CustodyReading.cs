using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Server.Custody.Reading;

/// <summary>
/// What custody events say, in Chinese, for pages and reports. The log itself is kept in English, since its bytes are hashed and read by
/// programs; a reading proves nothing, and whoever shows one tells where the text as recorded is.
/// </summary>
internal static class CustodyReading
{
    /// <returns>The text as it was recorded where no sentence fits, such as one of a newer version.</returns>
    /// <param name="kind">What happened.</param>
    /// <param name="detail">As it was recorded.</param>
    /// <param name="zone">Of the times in the reading.</param>
    public static string Chinese(CustodyEventKind kind, string detail, TimeZoneInfo zone) => TryChinese(kind, detail, zone) ?? detail;

    /// <returns>Null where no sentence fits.</returns>
    public static string? TryChinese(CustodyEventKind kind, string detail, TimeZoneInfo zone) => InTime(
        () => (ItemPhrases.Of.GetValueOrDefault(kind) ?? []).Concat(ServicePhrases.Of.GetValueOrDefault(kind) ?? [])
            .Select(phrase => phrase.Read(detail, zone)).FirstOrDefault(reading => reading is not null));

    /// <summary>What docks and servers note beside a value, such as how the time of production was reckoned; as it was noted where no sentence fits.</summary>
    public static string Note(string note, TimeZoneInfo zone) => InTime(() => PhraseValues.Read("note", note, zone)) ?? note;

    /// <summary>What was found wrong with a recording; as it was recorded where no sentence fits.</summary>
    public static string Finding(string detail, TimeZoneInfo zone) => InTime(() => PhraseValues.Read("finding", detail, zone)) ?? detail;

    /// <summary>Null when a text takes so long that somebody must have meant it to.</summary>
    private static string? InTime(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
